"""The door: from a request to an answer. Whoever they are is asked first, then what they want, then whether they may.

Nothing of the pages' machinery is needed here (no session, no cookie, no form token, no language): the door answers on
its own, and everything that goes wrong becomes a problem document.
"""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from django.conf import settings
from django.core.exceptions import DisallowedHost, ObjectDoesNotExist, RequestDataTooBig, ValidationError
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from ascolto.api.bodies import MAX_JSON_BYTES, read_bytes, read_json, read_query
from ascolto.api.bot_tokens import bot_of
from ascolto.api.endpoints.attachments import read_upload
from ascolto.api.idempotency import answer_once, answer_once_unlocked, digest_of, read_key
from ascolto.api.problems import Problem, invalid
from ascolto.api.refusals import note
from ascolto.api.routes import TABLE
from ascolto.api.routing import BASE, Answer, BotCall, Call, Route
from ascolto.api.throttle import throttle
from ascolto.api.tokens import authenticate, note_use
from ascolto.channels.protocol import ConfigError
from ascolto.channels.registry import UnknownChannel
from ascolto.conversations.actions.change import StaleVersion
from ascolto.conversations.files import TooLarge
from ascolto.conversations.selectors import BadCursor
from ascolto.gates import Refused
from ascolto.kit.ids import new_token
from ascolto.kit.vault import Unreadable

log = logging.getLogger(__name__)
_encoder = msgspec.json.Encoder()
HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}


def answer(request: HttpRequest) -> HttpResponse:
    """The answer to any request below `/api/v1/`; never raises."""
    try:
        response = _answer(request)
    except Exception as error:
        response = _problem(error).response()
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if settings.SECURE_HSTS_SECONDS and request.is_secure():
        response.headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"
    return response


def _answer(request: HttpRequest) -> HttpResponse:
    request.get_host()  # an address that is not ours is refused before anything else
    methods, values = TABLE.find(request.path_info.removeprefix(BASE))
    if not methods:
        raise Problem("not-found", "Addresses are in /api/v1/openapi.json; they do not end with a slash.")
    allowed = ", ".join(sorted({*methods, "OPTIONS"} | ({"HEAD"} if "GET" in methods else set())))
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": allowed})
    route = methods.get("GET" if request.method == "HEAD" else str(request.method))
    if route is None:
        raise Problem("method-not-allowed", f"{allowed} are taken here.", headers={"Allow": allowed})
    response = _perform(request, route, values)
    return _without_body(response) if request.method == "HEAD" else response


def _perform(request: HttpRequest, route: Route, values: dict[str, str]) -> HttpResponse:
    if (bot := bot_of(request, route)) is not None:
        query = read_query(request.GET, route.query)
        asked = BotCall(request, bot, values, query, _body(request, route, query)[0])
        return _encode(route, route.by_bot(asked))  # type: ignore[misc]  # bot_of has looked
    credential = authenticate(request)
    wait = throttle.wait_for(credential.token.pk)
    if wait:
        seconds = str(int(wait) + 1)
        raise Problem("too-many-requests", f"Wait {seconds} seconds.", headers={"Retry-After": seconds})
    credential.require(route.scope)
    note_use(credential)
    query = read_query(request.GET, route.query)
    body, digest = _body(request, route, query)
    call = Call(request, credential, values, query, body)
    try:
        return _act(route, call, digest)
    except Refused as refused:
        if refused.guarantee:
            note(refused, route, call)
        raise


def _act(route: Route, call: Call, digest: bytes) -> HttpResponse:
    request = call.request
    key = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None or route.method != "POST":
        return _encode(route, route.call(call))
    where = f"{request.method} {request.get_full_path()}".encode()
    once = answer_once_unlocked if route.waits else answer_once
    return once(
        token=call.credential.token.pk,
        key=read_key(key),
        request_digest=digest_of(where, digest),
        act=lambda: _encode(route, route.call(call)),
    )


def _body(request: HttpRequest, route: Route, query: Any) -> tuple[Any, bytes]:
    """The body as the route wants it, and what tells one body from another."""
    if route.upload:
        upload = read_upload(request, query.name)
        return upload, upload.digest.encode()
    if route.body is None:
        return None, b""
    raw = read_bytes(request, MAX_JSON_BYTES)
    return read_json(request, route.body, raw), raw


def _encode(route: Route, answer: Any) -> HttpResponse:
    if not isinstance(answer, Answer):
        return answer  # type: ignore[no-any-return]  # a file, as an HTTP answer
    return HttpResponse(
        _encoder.encode(answer.document),
        status=route.status,
        content_type="application/json",
        headers=dict(answer.headers),
    )


def _without_body(response: HttpResponse) -> HttpResponse:
    empty = HttpResponse(status=response.status_code, headers=dict(response.items()))
    if not response.streaming:
        empty["Content-Length"] = str(len(response.content))
    response.close()
    return empty


def _problem(error: Exception) -> Problem:
    """What an error means to the caller. What nobody foresaw is logged with a reference, and told without details."""
    if isinstance(error, Problem):
        return error
    for kinds, tell in _MEANINGS:
        if isinstance(error, kinds):
            problem: Problem = tell(error)
            if problem.slug == "busy":
                log.warning("api request met a busy database", exc_info=error)
            return problem
    reference = new_token(6)
    log.error("api request failed", exc_info=error, extra={"reference": reference})
    return Problem("internal", reference=reference)


def _refused(error: Any) -> Problem:
    slug = "not-allowed" if error.code == "guest" else "refused"
    told = {"guarantee": error.guarantee, "may_override": error.may_override, "place": error.place}
    return Problem(slug, error.message, code=error.code, fix=error.fix, **told)


def _stale(error: Any) -> Problem:
    return Problem("stale", error.message, current_version=error.current)


def _validation(error: Any) -> Problem:
    by_field = error.message_dict if hasattr(error, "error_dict") else {"body": error.messages}
    errors = [(field, " ".join(messages)) for field, messages in by_field.items()]
    return Problem("invalid", "; ".join(f"{field}: {text}" for field, text in errors), errors=errors)


_OWN_FIELDS = frozenset({"name", "language"})  # of a channel; every other name in a ConfigError is a setting

_MEANINGS: tuple[tuple[Any, Any], ...] = (
    (ObjectDoesNotExist, lambda e: Problem("not-found")),
    (StaleVersion, _stale),
    (Refused, _refused),
    (ConfigError, lambda e: invalid(e.field if e.field in _OWN_FIELDS else f"settings.{e.field}", e.message)),
    (UnknownChannel, lambda e: invalid("kind", str(e.args[0]))),
    (ValidationError, _validation),
    (BadCursor, lambda e: invalid("?cursor", str(e))),
    (Unreadable, lambda e: Problem("refused", str(e), code="unreadable_secrets")),
    ((TooLarge, RequestDataTooBig), lambda e: Problem("too-large", str(e))),
    (MultiPartParserError, lambda e: Problem("malformed", f"The form cannot be read: {e}"[:300])),
    (UnreadablePostError, lambda e: Problem("malformed", "The body ended too early.")),
    (DisallowedHost, lambda e: Problem("malformed", "This host name is not ours.")),
    ((OperationalError, InterfaceError), lambda e: Problem("busy", headers={"Retry-After": "1"})),
)
