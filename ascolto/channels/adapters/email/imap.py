"""Reading a mailbox without changing it: nothing is marked, moved or deleted. The place reached is the cursor's business.

Cursor: `{"uidvalidity": n, "uid": last seen, "at": when}`. A mailbox that was rebuilt (another UIDVALIDITY) is read again from a day
before `at`; what was stored already is known by its Message-ID.
"""

from __future__ import annotations

import imaplib
import re
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import imap_tools

from ascolto.channels.adapters.email.smtp import refused
from ascolto.channels.protocol import ErrorClass, Polled, SendRefused
from ascolto.kit.clock import now
from ascolto.kit.text import excerpt

CONNECT_SECONDS: Final = 20.0
MAX_MAIL: Final = 45 * 1024 * 1024  # a larger one is read up to here
AT_A_TIME: Final = 200
FORGOTTEN_AFTER: Final = 300.0  # seconds without use: the account was switched off

_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_UID = re.compile(rb"\bUID (\d+)")
_TEMPORARY = re.compile(r"unavailable|temporar|try again|too many|limit|timeout|in use|busy", re.IGNORECASE)
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

    def __init__(self, seconds: float = CONNECT_SECONDS) -> None:
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
            _leave(session.box)

    @contextmanager
    def _opened(self, account: int, config: Any) -> Iterator[tuple[_Session, Folder]]:
        """A session with its folder opened anew. One that failed is not used again."""
        session, folder = self._take(account, config)
        try:
            with _named_failures(config):
                yield session, folder
        except BaseException:
            _leave(session.box)
            raise
        session.used_at = time.monotonic()
        with self._lock:
            previous, self._sessions[account] = self._sessions.get(account), session
        if previous is not None and previous is not session:
            _leave(previous.box)

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
            _leave(other.box)
        if session is not None:
            if session.config == config:
                with suppress(SendRefused), _named_failures(config):  # closed meanwhile: begin anew
                    return session, _open_folder(session.box, config)
            _leave(session.box)
        session = _Session(config, sign_in(config, self._seconds), time.monotonic())
        try:
            with _named_failures(config):
                return session, _open_folder(session.box, config)
        except BaseException:
            _leave(session.box)
            raise


@contextmanager
def _named_failures(config: Any) -> Iterator[None]:
    """Whatever a connection dies of is a reason to try again later. Raises SendRefused."""
    try:
        yield
    except (imap_tools.ImapToolsError, imaplib.IMAP4.error, OSError, ValueError) as error:
        raise refused(ErrorClass.RETRY, f"{config.imap_host}: {_words(error)}") from error


def sign_in(config: Any, seconds: float) -> imap_tools.BaseMailBox:
    """A session with the server. Raises SendRefused."""
    box = _connect(config, seconds)
    try:
        with _named_failures(config):
            _login(box, config)
    except BaseException:
        _leave(box)
        raise
    return box


def count_mails(config: Any, seconds: float) -> int:
    """How many mails the folder has. Raises SendRefused."""
    box = sign_in(config, seconds)
    try:
        with _named_failures(config):
            return _open_folder(box, config).count
    finally:
        _leave(box)


def _leave(box: imap_tools.BaseMailBox) -> None:
    """Close the connection; whatever the server still wants to say, we are gone."""
    with suppress(Exception):
        box.client.sock.settimeout(2)
        box.logout()
    with suppress(OSError):
        box.client.shutdown()


def _connect(config: Any, seconds: float) -> imap_tools.BaseMailBox:
    where = f"{config.imap_host}:{config.imap_port}"
    context = ssl.create_default_context()
    try:
        if config.imap_security == "ssl":
            return imap_tools.MailBox(
                config.imap_host, config.imap_port, timeout=seconds, ssl_context=context
            )
        if config.imap_security == "starttls":
            return imap_tools.MailBoxStartTls(
                config.imap_host, config.imap_port, timeout=seconds, ssl_context=context
            )
        return imap_tools.MailBoxUnencrypted(config.imap_host, config.imap_port, timeout=seconds)
    except ssl.SSLCertVerificationError as error:
        raise refused(
            ErrorClass.CONFIG, f"The certificate of {where} cannot be trusted: {error.verify_message}"
        ) from error
    except ssl.SSLError as error:
        raise refused(
            ErrorClass.CONFIG, f"{where} does not speak TLS as configured: {error.reason}"
        ) from error
    except imap_tools.MailboxStarttlsError as error:
        raise refused(ErrorClass.CONFIG, f"{where} offers no STARTTLS.") from error
    except (imaplib.IMAP4.error, imap_tools.ImapToolsError) as error:
        kind = ErrorClass.CONFIG if "TLS not supported" in str(error) else ErrorClass.RETRY
        raise refused(kind, f"{where}: {_words(error)}") from error
    except (OSError, ValueError) as error:
        raise refused(ErrorClass.RETRY, f"{where} cannot be reached: {_words(error)}") from error


def _login(box: imap_tools.BaseMailBox, config: Any) -> None:
    user, password = config.imap_user, config.imap_password
    try:
        if (user + password).isascii():
            box.login(user, password, initial_folder=None)
        else:
            box.login_utf8(user, password, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except (imap_tools.MailboxLoginError, imaplib.IMAP4.error) as error:
        words = _words(error)
        kind = ErrorClass.RETRY if _TEMPORARY.search(words) else ErrorClass.REAUTH
        raise refused(kind, f"{config.imap_host} refused the password: {words}") from error


def _open_folder(box: imap_tools.BaseMailBox, config: Any) -> Folder:
    try:
        box.folder.set(config.folder, readonly=True)
    except imap_tools.MailboxFolderSelectError as error:
        raise refused(
            ErrorClass.CONFIG, f"The folder {config.folder!r} cannot be opened: {_words(error)}"
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
        raise refused(ErrorClass.RETRY, f"The server cannot search: {_words(answer)}")
    numbers = b" ".join(line for line in answer if isinstance(line, bytes)).split()
    return sorted({int(number) for number in numbers if number.isdigit()})


def _sizes(box: imap_tools.BaseMailBox, uids: list[int]) -> list[tuple[int, int]]:
    """The UIDs that are still there with the size of each mail, in their order."""
    status, answer = box.client.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE)")
    if status != "OK":
        raise refused(ErrorClass.RETRY, f"The server does not tell what it has: {_words(answer)}")
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
        raise refused(ErrorClass.RETRY, f"The server does not hand out mail {uid}: {_words(answer)}")
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


def _words(error: Any) -> str:
    if isinstance(error, list):
        error = b" ".join(item for item in error if isinstance(item, bytes)).decode("utf-8", "replace")
    if isinstance(error, imap_tools.UnexpectedCommandStatusError):
        _, words = error.command_result[0], error.command_result[1]
        return _words(list(words)) if isinstance(words, (list, tuple)) else excerpt(str(words), 300)
    return excerpt(str(error), 300)
