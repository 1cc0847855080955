"""A stand-in for a Mastodon server: accounts, statuses with their readers, notifications that must be asked for, files that take a while.

    network = city.add(MastodonNetwork())
    giulia = network.add_person("Giulia Conti", acct="giulia@elsewhere.example")
    network.write(giulia, "La fibra non va", public=True)
    network.edit(giulia, status_id, "…"); network.delete(giulia, status_id)

Everybody has a token (`token_of`), so that a client of somebody else can be the company or a customer. The requests that it answers
are in `mastodon_api.py`. It enforces tokens, lengths, readers, the number of files, the speed, and the policy that hides private
mentions of strangers unless they are asked for.
"""

from __future__ import annotations

import itertools
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from typing import Any

from ascolto.channels.lengths import Counting, measured_length
from ascolto.kit.clock import now
from ascolto.testing.networks import mastodon_api
from ascolto.testing.networks.city import Network, Person, Reply, Request, SentMessage

HOST = "telvia.example"  # the name behind the second @; the address is the city's
_MENTION = re.compile(r"(?<![\w/=])@([a-z0-9_]+(?:[.-]+[a-z0-9_]+)*(?:@[\w.-]+\w)?)", re.IGNORECASE)
_MARKS = re.compile(
    rf"(?P<mention>{_MENTION.pattern})|(?P<link>https?://[^\s<>\"']+)|(?P<line>\n+)", re.IGNORECASE
)


class Refusal(Exception):
    """An answer that says no, in Mastodon's words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


@dataclass(slots=True, eq=False)
class Status:
    """A post. `readers` of a public one are all; of others its author and whom it mentions."""

    id: str
    author: Person
    text: str
    visibility: str
    created_at: datetime
    answers: Status | None = None
    mentions: list[Person] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    spoiler: str = ""
    language: str = "it"
    edited_at: datetime | None = None
    quotes: Status | None = None

    def is_read_by(self, person: Person) -> bool:
        """Whether somebody may see it."""
        public = self.visibility in {"public", "unlisted"}
        return not self.author.has_blocked_us and (public or person is self.author or person in self.mentions)


@dataclass(slots=True)
class Notice:
    """A notification of the company's account. `is_filtered`: set aside by the policy."""

    id: str
    type: str
    person: Person
    status: Status | None
    created_at: datetime
    is_filtered: bool = False
    more: dict[str, Any] = field(default_factory=dict)


class MastodonNetwork(Network):
    """One server with the company's account, and people here and elsewhere."""

    kind = "mastodon"
    has_hooks = False

    def __init__(self, *, max_characters: int = 500) -> None:
        super().__init__()
        self.max_characters = max_characters
        self.slow_files = False  # files take two looks until they are ready
        self.knows_types = {"mention", "quote", "update", "moderation_warning", "severed_relationships"}
        self.filters_strangers = True  # private mentions of whom we do not follow are set aside
        self.statuses: dict[str, Status] = {}
        self.notices: list[Notice] = []
        self.followed: list[Person] = []
        self.posted: dict[tuple[str, str], Status] = {}  # account and Idempotency-Key → what it made
        self.processing: dict[str, int] = {}  # file → looks until it is ready
        self.codes: dict[str, dict[str, str]] = {}  # OAuth: code → what it was asked with
        self.apps: dict[str, str] = {}  # OAuth: client → secret
        self.tokens: dict[str, Person] = {}
        self._ids = itertools.count(int(now().timestamp() * 1000) << 16)
        self._notice_numbers = itertools.count(21)
        self.us = self._settle("Telvia", "telvia")

    @property
    def settings(self) -> dict[str, str]:
        return {"instance": self.url, "access_token": self.token_of(self.us)}

    def token_of(self, person: Person) -> str:
        """What lets a client speak for somebody."""
        return str(person.data["token"])

    def _settle(self, name: str, acct: str) -> Person:
        person = Person(
            id=str(next(self._ids)), name=name, handle=acct, data={"token": secrets.token_urlsafe(24)}
        )
        self.tokens[self.token_of(person)] = person
        return person

    def add_person(self, name: str, **about: Any) -> Person:
        """Somebody on this server, or elsewhere (`acct="giulia@elsewhere.example"`)."""
        acct = about.pop("acct", "") or re.sub(r"\W+", "_", name.lower())
        with self.lock:
            person = self._settle(name, acct)
            person.data.update(about)
            self.people.append(person)
        return person

    def everybody(self) -> list[Person]:
        """All accounts that this server knows."""
        return [self.us, *self.people]

    def named(self, acct: str) -> Person | None:
        """Whom a mention means, written from this server."""
        bare = acct.removeprefix("@").removesuffix(f"@{HOST}").lower()
        return next((person for person in self.everybody() if person.handle.lower() == bare), None)

    # --- what people do -------------------------------------------------------------------------------------------

    def write(self, person: Person, text: str, *, public: bool = False, **more: Any) -> str:
        """They mention the company. `visibility`, `answers` (an id), `files`, `spoiler`, `quotes` may be told too."""
        visibility = more.pop("visibility", "public" if public else "direct")
        files = [self.keep(content, kind) for content, kind in more.pop("files", ())]
        if self.us not in self.mentioned(text):
            text = f"@{self.us.handle} {text}"
        return self.post(person, text, visibility, files=files, **more).id

    def edit(self, person: Person, status_id: str, text: str) -> None:
        """They change what they wrote. Nobody is told: that is for whoever boosted it."""
        with self.lock:
            status = self.statuses[status_id]
            status.text, status.edited_at = f"@{self.us.handle} {text}", now()

    def delete(self, person: Person, status_id: str) -> None:
        """They take back what they wrote."""
        with self.lock:
            del self.statuses[status_id]
            self.notices = [item for item in self.notices if not item.status or item.status.id != status_id]

    def like(self, person: Person, status_id: str) -> None:
        """They favour a status of the company."""
        self.notify("favourite", person, self.statuses.get(status_id))

    def mentioned(self, text: str) -> list[Person]:
        """Whom a text names, each once."""
        found = [self.named(match.group(1)) for match in _MENTION.finditer(text)]
        return list({person.id: person for person in found if person is not None}.values())

    def post(
        self,
        author: Person,
        text: str,
        visibility: str,
        *,
        answers: str = "",
        files: Iterable[str] = (),
        spoiler: str = "",
        language: str = "it",
        quotes: str = "",
    ) -> Status:
        """Write a status as anybody, and notify the company where it is mentioned. Raises Refusal."""
        with self.lock:
            status = Status(
                id=str(next(self._ids)),
                author=author,
                text=text,
                visibility=visibility,
                created_at=now(),
                answers=self.visible(answers, author, "The post you are trying to reply to does not exist.")
                if answers
                else None,
                files=list(files),
                spoiler=spoiler,
                language=language,
                quotes=self.statuses.get(quotes),
            )
            status.mentions = self.mentioned(text)
            self._check(status)
            self.statuses[status.id] = status
        self._tell(status)
        return status

    def _check(self, status: Status) -> None:
        if not status.text.strip() and not status.files:
            raise Refusal(422, "Validation failed: Text can't be blank")
        length = measured_length(status.text, Counting.LINKS_23) + len(status.spoiler)
        if length > self.max_characters:
            raise Refusal(422, f"Validation failed: Text character limit of {self.max_characters} exceeded")
        if len(status.files) > 4:
            raise Refusal(422, "Validation failed: Cannot attach more than 4 files")
        if any(media_id not in self.media for media_id in status.files):
            raise Refusal(422, "Validation failed: One of the files could not be found")

    def _tell(self, status: Status) -> None:
        author = status.author
        if author is self.us:
            self._keep_sent(status)
            return
        author.last_wrote_at = now()
        if self.us in status.mentions:
            is_answer = status.answers is not None and status.answers.author is self.us
            private = status.visibility == "direct"
            hidden = self.filters_strangers and private and not is_answer and author not in self.followed
            self.notify("mention", author, status, is_filtered=hidden)
        elif status.quotes is not None and status.quotes.author is self.us:
            self.notify("quote", author, status)

    def notify(
        self,
        type: str,
        person: Person,
        status: Status | None = None,
        *,
        is_filtered: bool = False,
        **more: Any,
    ) -> None:
        """A notification for the company."""
        with self.lock:
            number = str(next(self._notice_numbers))
            self.notices.append(Notice(number, type, person, status, now(), is_filtered, more))

    def _keep_sent(self, status: Status) -> None:
        readers = [person for person in status.mentions if person is not self.us]
        person = readers[0] if readers else status.answers.author if status.answers else None
        text = status.text
        if person is not None:  # how an answer is addressed is no part of what it says
            text = re.sub(rf"^@{re.escape(person.handle)}(@{HOST})?\s+", "", text)
        self.took(
            SentMessage(
                id=status.id,
                person=person,
                text=text,
                public=status.visibility in {"public", "unlisted"},
                answers=status.answers.id if status.answers else "",
                files=tuple((self.media[item][1], self.media[item][0]) for item in status.files),
                data={
                    "status": status.text,
                    "visibility": status.visibility,
                    "readers": [p.id for p in readers],
                },
            )
        )

    # --- what the server answers ------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Reply:
        try:
            return mastodon_api.answer(self, request)
        except Refusal as refusal:
            return Reply({"error": str(refusal)}, refusal.status)

    def too_fast(self) -> Reply:
        """The moment from which requests are taken again is a date."""
        reset = (now() + timedelta(seconds=2)).isoformat().replace("+00:00", "Z")
        headers = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
        return Reply({"error": "Too many requests"}, 429, headers)

    def broken(self) -> Reply:
        return Reply({"error": "Remote data could not be fetched"}, 503)

    def whose(self, request: Request) -> Person:
        """Who asks. Raises Refusal."""
        person = self.tokens.get(request.bearer)
        if person is None:
            raise Refusal(401, "The access token is invalid")
        return person

    def visible(self, status_id: str, reader: Person, words: str = "Record not found") -> Status:
        """A status that somebody may read. Raises Refusal."""
        status = self.statuses.get(status_id)
        if status is None or not status.is_read_by(reader):
            raise Refusal(404, words)
        return status

    def content_of(self, status: Status) -> str:
        """A text as the server writes it in HTML: links shortened, mentions as links."""
        html, place = [], 0
        for match in _MARKS.finditer(status.text):
            html.append(escape(status.text[place : match.start()]))
            html.append(self._marked(match))
            place = match.end()
        return f"<p>{''.join(html)}{escape(status.text[place:])}</p>"

    def _marked(self, match: re.Match[str]) -> str:
        if match.group("line"):
            return "</p><p>" if len(match.group("line")) > 1 else "<br />"
        if link := match.group("link"):
            scheme, _, rest = link.partition("://")
            hidden = f'<span class="invisible">{escape(rest[30:])}</span>' if len(rest) > 30 else ""
            kind = "ellipsis" if hidden else ""
            shown = f'<span class="{kind}">{escape(rest[:30])}</span>{hidden}'
            return f'<a href="{escape(link)}" rel="nofollow noopener"><span class="invisible">{scheme}://</span>{shown}</a>'
        word = match.group("mention")
        person = self.named(word)
        if person is None:
            return escape(word)
        name = escape(person.handle.partition("@")[0])
        return (
            f'<span class="h-card" translate="no"><a href="{self.url}/@{escape(person.handle)}" '
            f'class="u-url mention">@<span>{name}</span></a></span>'
        )
