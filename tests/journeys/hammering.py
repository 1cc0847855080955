"""People who do everything at once to one conversation, each by the desk's own addresses, and remember what they were told."""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

_TOKEN = re.compile(r'data-csrf="([^"]+)"')
_LAST = re.compile(r'data-last="(\d+)"')


@dataclass(slots=True)
class Sent:
    """Something that the desk accepted: by whom, what kind, the text, and the newest message that its writer had read."""

    who: str
    mode: str
    text: str
    seen: int
    key: str


@dataclass
class Person:
    """One person at a desk. `accepted` is what the product said yes to; `answers` counts every status by action."""

    name: str
    address: str
    cookie: str
    number: str
    conversation: int
    colleagues: list[int]
    dice: random.Random
    accepted: list[Sent] = field(default_factory=list)
    answers: dict[tuple[str, int], int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)  # pages that somebody without any right was shown
    token: str = ""
    seen: int = 0

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        """One request on a connection of its own; a connection that breaks counts as unanswered (0)."""
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        headers = {
            "Cookie": f"{self.cookie}; csrftoken={self.token}",
            "HX-Request": "true",
            "X-CSRFToken": self.token,
        }
        body = None
        if fields is not None:
            body, headers["Content-Type"] = urlencode(fields), "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except OSError as error:
            self.broken.append(repr(error))
            return 0, ""
        finally:
            connection.close()

    def enter(self) -> None:
        """Get the token that forms carry."""
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        connection.request("GET", "/settings/profile/", headers={"Cookie": self.cookie})
        answer = connection.getresponse()
        given = [one.partition(";")[0] for one in answer.headers.get_all("Set-Cookie") or []]
        page = answer.read().decode(errors="replace")
        connection.close()
        found = _TOKEN.search(page)
        assert found is not None, page[:300]
        self.cookie, self.token = "; ".join([self.cookie, *given]), found[1]

    def look(self) -> None:
        """Read the conversation as it is now."""
        status, page = self.note("look", *self.ask("GET", f"/c/{self.number}/"))
        if status == 200 and (last := _LAST.search(page)):
            self.seen = int(last[1])

    def note(self, action: str, status: int, body: str) -> tuple[int, str]:
        self.answers[action, status] = self.answers.get((action, status), 0) + 1
        if status >= 500:
            self.broken.append(f"{action}: {status} {body[:300]}")
        return status, body

    def write(self, mode: str) -> None:
        """A note or an answer; sometimes the same form twice, as impatient people do."""
        key = uuid.uuid4().hex
        text = f"{mode} {key} of {self.name}"
        fields = {"mode": mode, "text": text, "client_key": key, "seen": str(self.seen)}
        said = Sent(self.name, mode, text, self.seen, key)
        for _ in range(self.dice.choice((1, 1, 1, 2))):
            status, _body = self.note(mode, *self.ask("POST", f"/c/{self.number}/reply/", fields))
            if status == 201 and said not in self.accepted:
                self.accepted.append(said)

    def change(self, what: str, **fields: str) -> None:
        self.note(what, *self.ask("POST", f"/c/{self.number}/{what}/", fields))

    def act(self) -> None:
        """Something that people do, at random."""
        dice = self.dice
        actions: list[Callable[[], None]] = [
            self.look,
            self.look,
            lambda: self.write("note"),
            lambda: self.write("note"),
            lambda: self.write("private"),
            lambda: self.write("private"),
            lambda: self.change("assign", assignee=str(dice.choice(self.colleagues))),
            lambda: self.change("status", status=dice.choice(("open", "pending", "on_hold", "resolved"))),
            lambda: self.change("priority", priority=dice.choice(("10", "20", "30", "40"))),
            lambda: self.change("labels", labels=dice.choice(("fault", "bill", ""))),
            lambda: self.change("snooze", until=""),
            lambda: self.change("draft", mode="private", text="Writing", seen=str(self.seen)),
            lambda: self.change("subject", subject=f"Line {dice.randrange(9)}"),
        ]
        dice.choice(actions)()

    def work(self, stop: threading.Event) -> None:
        """Act until `stop`."""
        while not stop.is_set():
            self.act()
            time.sleep(self.dice.random() * 0.02)  # people are not one tight loop; nothing waits for this
