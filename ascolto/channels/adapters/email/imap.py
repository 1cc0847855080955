"""Reading a mailbox without changing it: nothing is marked, moved or deleted. The place reached is the cursor's business.

Cursor: `{"uidvalidity": n, "uid": last seen, "at": when}`. A mailbox that was rebuilt (another UIDVALIDITY) is read again from a day
before `at`; what was stored already is known by its Message-ID.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import imap_tools

from ascolto.channels.adapters.email import access
from ascolto.channels.adapters.email.smtp import refused
from ascolto.channels.protocol import ErrorClass, Polled, SendRefused
from ascolto.kit.clock import now

MAX_MAIL: Final = 45 * 1024 * 1024  # a larger one is read up to here
AT_A_TIME: Final = 200
FORGOTTEN_AFTER: Final = 300.0  # seconds without use: the account was switched off

_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_UID = re.compile(rb"\bUID (\d+)")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(frozen=True, slots=True)
class Folder:
    """What the server says about the folder on opening it."""

    uidvalidity: int
    uidnext: int
    count: int


@dataclass(slots=True)
class _Session:
    config: Any
    box: imap_tools.BaseMailBox
    used_at: float
    seen: Folder | None = None  # the folder as the last reading left it


class Mailboxes:
    """The open sessions, one an account, so that looking every few seconds does not sign in every few seconds."""

    def __init__(self, seconds: float = access.CONNECT_SECONDS) -> None:
        self._seconds = seconds
        self._sessions: dict[int, _Session] = {}
        self._lock = threading.Lock()

    def read_new(self, account: int, config: Any, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        """The mails after the cursor, oldest first. Raises SendRefused."""
        with self._opened(account, config) as (session, folder):
            session.seen = None
            yield from _read(session.box, folder, config, cursor)
            session.seen = folder

    def wait(self, account: int, config: Any, seconds: float) -> None:
        """Wait by IDLE until the folder changes, at most `seconds`; at once when it changed since it was read."""
        with self._opened(account, config) as (session, folder):
            seen = session.seen
            if seen is None or folder.uidvalidity != seen.uidvalidity or folder.uidnext > seen.uidnext:
                session.seen = folder
                return
            if "IDLE" not in session.box.client.capabilities:
                threading.Event().wait(seconds)
                return
            session.box.idle.wait(timeout=min(seconds, 25 * 60))

    def close(self) -> None:
        """Leave every mailbox."""
        with self._lock:
            sessions, self._sessions = list(self._sessions.values()), {}
        for session in sessions:
            access.leave(session.box)

    @contextmanager
    def _opened(self, account: int, config: Any) -> Iterator[tuple[_Session, Folder]]:
        """A session with its folder opened anew. One that failed is not used again."""
        session, folder = self._take(account, config)
        try:
            with access.named_failures(config):
                yield session, folder
        except BaseException:
            access.leave(session.box)
            raise
        session.used_at = time.monotonic()
        with self._lock:
            previous, self._sessions[account] = self._sessions.get(account), session
        if previous is not None and previous is not session:
            access.leave(previous.box)

    def _take(self, account: int, config: Any) -> tuple[_Session, Folder]:
        with self._lock:
            session = self._sessions.pop(account, None)
            old = [
                key
                for key, other in self._sessions.items()
                if time.monotonic() - other.used_at > FORGOTTEN_AFTER
            ]
            forgotten = [self._sessions.pop(key) for key in old]
        for other in forgotten:
            access.leave(other.box)
        if session is not None:
            if session.config == config:
                with suppress(SendRefused), access.named_failures(config):  # closed meanwhile: begin anew
                    return session, _open_folder(session.box, config)
            access.leave(session.box)
        session = _Session(config, access.sign_in(config, self._seconds), time.monotonic())
        try:
            with access.named_failures(config):
                return session, _open_folder(session.box, config)
        except BaseException:
            access.leave(session.box)
            raise


def count_mails(config: Any, seconds: float) -> int:
    """How many mails the folder has. Raises SendRefused."""
    box = access.sign_in(config, seconds)
    try:
        with access.named_failures(config):
            return _open_folder(box, config).count
    finally:
        access.leave(box)


def _open_folder(box: imap_tools.BaseMailBox, config: Any) -> Folder:
    try:
        box.folder.set(config.folder, readonly=True)
    except imap_tools.MailboxFolderSelectError as error:
        raise refused(
            ErrorClass.CONFIG, f"The folder {config.folder!r} cannot be opened: {access.words(error)}"
        ) from error
    return Folder(_number(box, "UIDVALIDITY"), _number(box, "UIDNEXT"), _number(box, "EXISTS"))


def _number(box: imap_tools.BaseMailBox, name: str) -> int:
    values = box.client.untagged_responses.get(name) or [b"0"]
    found = re.search(rb"\d+", values[-1] if isinstance(values[-1], bytes) else b"0")
    return int(found.group()) if found else 0


def _read(
    box: imap_tools.BaseMailBox, folder: Folder, config: Any, cursor: Mapping[str, Any]
) -> Iterator[Polled]:
    """The mails after the cursor; at the end, without a mail, the place reached when that is news."""
    moment = now()
    resumes = _integer(cursor.get("uidvalidity")) == folder.uidvalidity and "uid" in cursor
    last = _integer(cursor.get("uid")) if resumes else 0
    uids = _search_after(box, last) if resumes else _search_since(box, _beginning(config, cursor, moment))
    reached = last
    for start in range(0, len(uids), AT_A_TIME):
        for uid, size in _sizes(box, uids[start : start + AT_A_TIME]):
            found = _fetch(box, uid, size)
            if found is not None:
                reached = max(reached, uid)
                yield Polled(found[0], _cursor(folder, reached, moment), found[1])
    end = max([reached, *uids[-1:], 0 if resumes else folder.uidnext - 1])
    if not resumes or end != reached:
        yield Polled(None, _cursor(folder, end, moment))


def _cursor(folder: Folder, uid: int, moment: datetime) -> dict[str, Any]:
    return {"uidvalidity": folder.uidvalidity, "uid": uid, "at": moment.isoformat(timespec="seconds")}


def _integer(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _beginning(config: Any, cursor: Mapping[str, Any], moment: datetime) -> datetime:
    """From when on a mailbox is read that we do not know (any more)."""
    start = moment - timedelta(days=config.history_days)
    with suppress(ValueError, TypeError):
        seen = datetime.fromisoformat(str(cursor.get("at") or ""))
        start = min(start, seen.astimezone(UTC) - timedelta(days=1))
    return start


def _search_after(box: imap_tools.BaseMailBox, last: int) -> list[int]:
    """UIDs above `last`; a server answers `n:*` with the last mail even when it is older."""
    return [uid for uid in _search(box, f"UID {last + 1}:*") if uid > last]


def _search_since(box: imap_tools.BaseMailBox, start: datetime) -> list[int]:
    return _search(box, f"SINCE {start.day:02d}-{_MONTHS[start.month - 1]}-{start.year}")


def _search(box: imap_tools.BaseMailBox, criteria: str) -> list[int]:
    status, answer = box.client.uid("SEARCH", criteria)
    if status != "OK":
        raise refused(ErrorClass.RETRY, f"The server cannot search: {access.words(answer)}")
    numbers = b" ".join(line for line in answer if isinstance(line, bytes)).split()
    return sorted({int(number) for number in numbers if number.isdigit()})


def _sizes(box: imap_tools.BaseMailBox, uids: list[int]) -> list[tuple[int, int]]:
    """The UIDs that are still there with the size of each mail, in their order."""
    status, answer = box.client.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE)")
    if status != "OK":
        raise refused(ErrorClass.RETRY, f"The server does not tell what it has: {access.words(answer)}")
    wanted, found = set(uids), {}
    for line in answer:
        text = line[0] if isinstance(line, tuple) else line
        if not isinstance(text, bytes):
            continue
        uid, size = _UID.search(text), _SIZE.search(text)
        if uid and int(uid.group(1)) in wanted:
            found[int(uid.group(1))] = int(size.group(1)) if size else 0
    return sorted(found.items())


def _fetch(box: imap_tools.BaseMailBox, uid: int, size: int) -> tuple[bytes, dict[str, str]] | None:
    """One mail and what the server tells about it; None when it was deleted meanwhile."""
    what = f"BODY.PEEK[]<0.{MAX_MAIL}>" if size > MAX_MAIL else "BODY.PEEK[]"
    status, answer = box.client.uid("FETCH", str(uid), f"(UID INTERNALDATE {what})")
    if status != "OK":
        raise refused(ErrorClass.RETRY, f"The server does not hand out mail {uid}: {access.words(answer)}")
    content, about = b"", b""
    for item in answer:
        if isinstance(item, tuple):
            about += item[0]
            content = content or item[1]
        elif isinstance(item, bytes):
            about += item
    if not content:
        return None
    told = {"uid": str(uid)}
    if arrived := _arrival(about):
        told["internal-date"] = arrived
    if size > MAX_MAIL:
        told["truncated"] = str(size)
    return content, told


def _arrival(about: bytes) -> str:
    """INTERNALDATE in ISO form; empty where the server says nothing usable."""
    found = re.search(rb'INTERNALDATE "\s?([^"]{10,40})"', about)
    if found is None:
        return ""
    try:
        return datetime.strptime(
            found.group(1).decode("ascii", "replace"), "%d-%b-%Y %H:%M:%S %z"
        ).isoformat()
    except ValueError:
        return ""
