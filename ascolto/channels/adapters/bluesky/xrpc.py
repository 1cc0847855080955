"""Requests to the AT Protocol in an account's name: queries, procedures, files, and the chat behind a proxy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from ascolto.channels.adapters.bluesky.errors import EXPIRED, judge
from ascolto.channels.adapters.bluesky.sessions import Session, Sessions
from ascolto.channels.protocol import Account, ErrorClass, Failure, SendRefused
from ascolto.channels.vendors.rest import Rest
from ascolto.kit.http import MIB

_CHAT = {"atproto-proxy": "did:web:api.bsky.chat#bsky_chat"}
_NO_CHAT = "Bad token"  # how a server says that an app password may not touch direct messages
Answer = dict[str, Any]


class Xrpc:
    """The network as one account sees it."""

    def __init__(self, account: Account, sessions: Sessions) -> None:
        self._account, self._sessions = account, sessions

    @property
    def did(self) -> str:
        """Who we are. Raises SendRefused."""
        return self._sessions.get(self._account).did

    @property
    def handle(self) -> str:
        """How we are called. Raises SendRefused."""
        return self._sessions.get(self._account).handle

    def query(self, method: str, params: Iterable[tuple[str, str]] = (), *, chat: bool = False) -> Answer:
        """Look something up. Raises SendRefused."""
        path = f"xrpc/{method}?{urlencode(list(params))}"
        headers = _CHAT if chat else {}
        return self._in_session(
            lambda rest: rest.json("GET", path, repeatable=True, headers=headers, max_bytes=16 * MIB), chat
        )

    def call(
        self, method: str, body: Mapping[str, Any], *, repeatable: bool = True, chat: bool = False
    ) -> Answer:
        """Do something. Raises SendRefused."""
        headers = _CHAT if chat else {}
        return self._in_session(
            lambda rest: rest.json(
                "POST", f"xrpc/{method}", repeatable=repeatable, headers=headers, json=dict(body)
            ),
            chat,
        )

    def upload(self, content: bytes, content_type: str) -> Answer:
        """Hand a file over. Nobody sees it yet. Raises SendRefused."""
        headers = {"content-type": content_type}
        path = "xrpc/com.atproto.repo.uploadBlob"
        return self._in_session(
            lambda rest: rest.json("POST", path, repeatable=True, headers=headers, content=content), False
        )

    def _in_session(self, ask: Callable[[Rest], Answer], chat: bool) -> Answer:
        """An ended session is renewed once: tokens may end sooner than they say."""
        session = self._sessions.get(self._account)
        try:
            return ask(self._rest(session))
        except SendRefused as refusal:
            if chat and refusal.failure.reason.startswith(_NO_CHAT):
                raise SendRefused(_without_right(refusal.failure)) from refusal
            if refusal.failure.code not in EXPIRED:
                raise
        self._sessions.expire(self._account, session)
        return ask(self._rest(self._sessions.get(self._account)))

    def _rest(self, session: Session) -> Rest:
        """Our token goes to the server that holds the account; only the address that the operator wrote may be private."""
        ours, theirs = urlsplit(self._account.config.service), urlsplit(session.base)
        trusted = self._account.trusted and ours.netloc == theirs.netloc
        headers = {"authorization": f"Bearer {session.access}"}
        return Rest(session.base, headers, judge, secrets=(session.access,), trusted=trusted)


def _without_right(failure: Failure) -> Failure:
    reason = "This app password has no right for direct messages: make one that has, or switch them off here."
    return Failure(ErrorClass.CONFIG, reason, failure.code)
