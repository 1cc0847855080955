"""A copy of every answer in the mailbox's Sent folder, for those who look at it with other programs.

It is made after the answer left, in a thread of its own: it never delays an answer, and its failure never makes one fail.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import imap_tools

from ascolto.channels.adapters.email import access
from ascolto.channels.protocol import SendRefused

log = logging.getLogger(__name__)
IDLE_SECONDS: Final = 120.0  # after which a session is not used again
_MOST_WAITING: Final = 200
_DO_IT_THEMSELVES: Final = (
    "gmail.com",
    "googlemail.com",
    "google.com",
    "office365.com",
    "outlook.com",
    "hotmail.com",
)
_USUAL = """
sent|sent items|sent messages|sent mail|inviata|inviati|posta inviata|elementi inviati|gesendet|gesendete elemente
gesendete objekte|envoyés|éléments envoyés|messages envoyés|enviados|elementos enviados|itens enviados|verzonden
verzonden items|skickat|sendt|wysłane|odeslaná pošta|отправленные|已发送|送信済み
"""
_NAMES: Final = frozenset(_USUAL.strip().replace("\n", "|").split("|"))


@dataclass(slots=True)
class _Session:
    config: Any
    box: imap_tools.BaseMailBox
    folder: str
    used_at: float


class SentBox:
    """Copies into the Sent folders, one session an account, made one after the other."""

    def __init__(self, seconds: float = access.CONNECT_SECONDS) -> None:
        self._seconds = seconds
        self._sessions: dict[int, _Session] = {}
        self._lock = threading.Lock()
        self._waiting: queue.Queue[tuple[int, Any, bytes] | None] = queue.Queue(_MOST_WAITING)
        self._thread: threading.Thread | None = None

    def keep(self, account: int, config: Any, content: bytes) -> bool:
        """Have a copy made soon, where one is wanted; whether one will be."""
        if not wants_copy(config):
            return False
        with self._lock:
            if self._thread is None:  # a daemon: a mailbox that hangs holds up nobody who wants to end
                self._thread = threading.Thread(target=self._work, name="sent-copies", daemon=True)
                self._thread.start()
        with suppress(queue.Full):  # copies are dropped rather than piled up
            self._waiting.put_nowait((account, config, content))
            return True
        return False

    def _work(self) -> None:
        while (item := self._waiting.get()) is not None:
            account, config, content = item
            try:
                self._append(account, config, content)
            except (SendRefused, imap_tools.ImapToolsError, OSError, ValueError) as error:
                log.info(
                    "no copy in the Sent folder", extra={"account": account, "error": type(error).__name__}
                )
            except Exception:  # the next copy is another matter
                log.exception("no copy in the Sent folder", extra={"account": account})

    def _append(self, account: int, config: Any, content: bytes) -> None:
        session = self._take(account, config)
        if not session.folder:
            self._sessions[account] = session
            return
        try:
            with access.named_failures(config):
                session.box.append(content, session.folder, flag_set=[imap_tools.MailMessageFlags.SEEN])
        except BaseException:
            access.leave(session.box)
            raise
        session.used_at = time.monotonic()
        self._sessions[account] = session

    def _take(self, account: int, config: Any) -> _Session:
        session = self._sessions.pop(account, None)
        if session is not None:
            if session.config == config and time.monotonic() - session.used_at < IDLE_SECONDS:
                return session
            access.leave(session.box)
        box = access.sign_in(config, self._seconds)
        try:
            with access.named_failures(config):
                folder = "" if _does_it_itself(box, config) else find_sent(box, config)
        except BaseException:
            access.leave(box)
            raise
        return _Session(config, box, folder, time.monotonic())

    def close(self) -> None:
        """Make what waits, then leave every mailbox."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._waiting.put(None)
            thread.join()
        for session in self._sessions.values():
            access.leave(session.box)
        self._sessions.clear()


def wants_copy(config: Any) -> bool:
    """Whether a copy is to be made; `auto`: unless the provider makes one of everything that its SMTP server sends."""
    if config.copy_sent != "auto":
        return bool(config.copy_sent == "yes")
    return not config.smtp_host.lower().endswith(_DO_IT_THEMSELVES)


def _does_it_itself(box: imap_tools.BaseMailBox, config: Any) -> bool:
    return config.copy_sent == "auto" and "X-GM-EXT-1" in box.client.capabilities


def find_sent(box: imap_tools.BaseMailBox, config: Any) -> str:
    """The folder: the one that is set, else the one that the server marks (RFC 6154), else one of a usual name."""
    if config.sent_folder:
        return str(config.sent_folder)
    folders = box.folder.list()
    marked = [folder.name for folder in folders if "\\sent" in {flag.lower() for flag in folder.flags}]
    named = [
        folder.name
        for folder in folders
        if (folder.name.rpartition(folder.delim)[2] if folder.delim else folder.name).lower() in _NAMES
    ]
    return next(iter([*marked, *named]), "")
