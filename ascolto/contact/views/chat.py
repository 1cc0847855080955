"""The widget's own requests. Any website may make them; the visitor's key, not a cookie, says who asks."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

from ascolto.accounts.guards import guarded_by, public
from ascolto.accounts.models import Company
from ascolto.accounts.selectors import company_accent
from ascolto.channels.adapters.chat.adapter import Config
from ascolto.channels.models import ChannelAccount
from ascolto.contact import actions, live
from ascolto.contact.bodies import Unacceptable, chunks_of, read_json
from ascolto.contact.doors import (
    MESSAGES,
    READS,
    SESSIONS,
    UPLOADS,
    Brake,
    address_of,
    allowed_origin,
    open_door,
)
from ascolto.contact.queueing import queue_words
from ascolto.contact.visitors import (
    NotVouchedFor,
    Visitor,
    anonymous,
    identify,
    key_of,
    read_key,
    with_customer,
)
from ascolto.contact.widget import MODULES, loader, module_text
from ascolto.contact.wording import LANGUAGES, reader_language
from ascolto.conversations import rating
from ascolto.conversations.files import SHOWN_INLINE, path_of
from ascolto.conversations.models import Attachment

Door = Callable[[HttpRequest, ChannelAccount, Config], HttpResponse]


def _refusal(error: Unacceptable) -> HttpResponse:
    answer = JsonResponse({"error": error.code, "message": error.message}, status=error.status)
    if error.retry_after:
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _braked(request: HttpRequest, brake: Brake) -> None:
    if wait := brake.wait_for(address_of(request)):
        raise Unacceptable(429, "too_fast", "Too many requests: wait a moment.", retry_after=wait)


def for_widget(*methods: str) -> Callable[[Door], Callable[..., HttpResponse]]:
    """A view that the widget calls from other websites: which of them may, how it is refused, in which language."""

    def decorate(view: Door) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @guarded_by("visitor key")
        @wraps(view)
        def door(request: HttpRequest, token: str, **known: Any) -> HttpResponse:
            try:
                account, config = open_door("chat", token)
            except Http404:
                return _opened(
                    _refusal(Unacceptable(404, "no_chat", "There is no chat at this address.")), "*", methods
                )
            origin = allowed_origin(config.origins, request)
            if origin is None:
                return _refusal(Unacceptable(403, "website", "This chat may not be shown on this website."))
            with override(reader_language(request, account.language)):
                return _opened(_answer(request, account, config, known), origin, methods)

        def _answer(
            request: HttpRequest, account: ChannelAccount, config: Config, known: dict[str, Any]
        ) -> HttpResponse:
            if request.method == "OPTIONS":
                return HttpResponse(status=204)
            if request.method not in methods:
                return _refusal(Unacceptable(405, "method", f"This address takes {', '.join(methods)}."))
            try:
                return view(request, account, config, **known)
            except Unacceptable as error:
                return _refusal(error)

        return door

    return decorate


def _opened(answer: HttpResponse, origin: str, methods: tuple[str, ...]) -> HttpResponse:
    answer.headers["Access-Control-Allow-Origin"] = origin
    answer.headers["Access-Control-Allow-Methods"] = ", ".join(methods)
    answer.headers["Access-Control-Allow-Headers"] = "authorization, content-type"
    answer.headers["Access-Control-Max-Age"] = "7200"
    answer.headers["Access-Control-Expose-Headers"] = "retry-after"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Vary"] = "Origin"
    return answer


def _visitor(request: HttpRequest, account: ChannelAccount, config: Config) -> tuple[Visitor, str]:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    visitor = read_key(account, config, key.strip()) if scheme.lower() == "bearer" else None
    if visitor is None:
        raise Unacceptable(401, "no_visitor", "Begin again: the visitor's key is not valid.")
    return visitor, key.strip()


# --- begin -----------------------------------------------------------------------------------------------------------


@for_widget("POST")
def session(request: HttpRequest, account: ChannelAccount, config: Config) -> HttpResponse:
    """Who is there: an old key, a customer the site vouches for, or somebody new."""
    _braked(request, SESSIONS)
    said = read_json(request)
    visitor = _recognised(account, config, said)
    key = key_of(account, config, visitor)
    visitor = with_customer(visitor, live.customer_of(visitor))
    return JsonResponse(
        {
            "visitor": key,
            "is_identified": visitor.is_identified,
            "messages": live.latest_messages(visitor),
            "live": f"/live/chat/{account.token}?visitor={quote(key)}",
            "max_length": account.adapter.capabilities.max_length,
            "max_file_bytes": settings.MAX_UPLOAD_BYTES,
            "max_files": actions.MAX_FILES,
        }
    )


def _recognised(account: ChannelAccount, config: Config, said: dict[str, Any]) -> Visitor:
    user, key = said.get("user"), said.get("visitor")
    if isinstance(user, dict) and user:
        try:
            return identify(account, config, user)
        except NotVouchedFor as error:
            raise Unacceptable(403, "not_vouched_for", str(error)) from error
    known = read_key(account, config, key) if isinstance(key, str) else None
    if (
        known is not None and not known.is_identified
    ):  # signed out on the site: somebody else may sit there now
        return known
    if config.require_identity:
        raise Unacceptable(403, "sign_in", "Only signed-in customers can write here.")
    return anonymous(account)


# --- the thread ------------------------------------------------------------------------------------------------------


@for_widget("GET", "POST")
def messages(request: HttpRequest, account: ChannelAccount, config: Config) -> HttpResponse:
    """Read what came after a message, or write one."""
    visitor, _ = _visitor(request, account, config)
    if request.method == "POST":
        return _write(request, account, visitor)
    _braked(request, READS)
    after, before = (_number(request.GET.get(name, "")) for name in ("after", "before"))
    rows = live.messages_after(visitor, after) if after is not None else live.latest_messages(visitor, before)
    return JsonResponse({"messages": rows})


def _write(request: HttpRequest, account: ChannelAccount, visitor: Visitor) -> HttpResponse:
    _braked(request, MESSAGES)
    said = read_json(request)
    language = said.get("language")
    is_new = actions.write_message(
        account=account,
        visitor=visitor,
        owner=owner_of(visitor),
        said=said,
        language=language if isinstance(language, str) and language in LANGUAGES else "",
    )
    return JsonResponse({"id": said["id"], "is_new": is_new}, status=202)


@for_widget("POST")
def seen(request: HttpRequest, account: ChannelAccount, config: Config) -> HttpResponse:
    """The visitor has these answers in front of them."""
    visitor, _ = _visitor(request, account, config)
    _braked(request, READS)
    ids = read_json(request).get("ids")
    wanted = [i for i in ids if type(i) is int and 0 < i < 2**63][:100] if isinstance(ids, list) else []
    actions.note_read(account=account, external_ids=live.visible_message_ids(visitor, wanted))
    return HttpResponse(status=204)


@for_widget("GET")
def wait(request: HttpRequest, account: ChannelAccount, config: Config) -> HttpResponse:
    """The visitor's place in the queue in words, while they wait for a person; empty when there is nothing honest to say."""
    visitor, _ = _visitor(request, account, config)
    _braked(request, READS)
    return JsonResponse({"words": queue_words(visitor)})


@for_widget("POST")
def rate(request: HttpRequest, account: ChannelAccount, config: Config) -> HttpResponse:
    """The visitor says whether an answer of the automatic assistant helped."""
    visitor, _ = _visitor(request, account, config)
    _braked(request, READS)
    said = read_json(request)
    pk, good = said.get("id"), said.get("good")
    if type(pk) is not int or not 0 < pk < 2**63 or not isinstance(good, bool):
        raise Unacceptable(400, "bad_rating", "id must be the number of a message, good true or false.")
    if not live.may_read(visitor, pk) or not rating.rate(pk, visitor.handle, good):
        raise Unacceptable(404, "not_rated", "There is no answer to rate.")
    return JsonResponse({"id": pk, "good": good})


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


# --- files -----------------------------------------------------------------------------------------------------------


def owner_of(visitor: Visitor) -> str:
    """Whose a file is until its message is written."""
    return f"{visitor.account_id}:{visitor.handle}"


@for_widget("POST")
def files(request: HttpRequest, account: ChannelAccount, config: Config) -> HttpResponse:
    """Put down a file: the body is its content, `?name=` its name. Answers with the claim to attach it by."""
    visitor, _ = _visitor(request, account, config)
    if not config.files:
        raise Unacceptable(403, "no_files", "This chat takes no files.")
    _braked(request, UPLOADS)
    file = actions.keep_file(
        chunks_of(request, settings.MAX_UPLOAD_BYTES),
        name=request.GET.get("name", ""),
        content_type=request.headers.get("Content-Type", ""),
    )
    claim = actions.claim_of(file, owner=owner_of(visitor))
    return JsonResponse({"file": claim, "name": file.name, "type": file.type, "size": file.size}, status=201)


@guarded_by("signed address")
def file(request: HttpRequest, token: str, pk: int) -> HttpResponse | FileResponse:
    """A file of the conversation; images are shown, everything else is saved."""
    account, _ = open_door("chat", token)
    try:
        found = live.linked_file(account.pk, pk, request.GET.get("key", ""))
        content = path_of(found).open("rb")
    except (Attachment.DoesNotExist, OSError):
        raise Http404("There is no such file, or its address is too old.") from None
    answer = FileResponse(
        content,
        as_attachment=found.content_type not in SHOWN_INLINE,
        filename=found.name,
        content_type=found.content_type,
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer._csp_replace = {"default-src": ["'none'"], "sandbox": True}  # type: ignore[attr-defined]
    return answer


# --- the script ------------------------------------------------------------------------------------------------------


@public
def widget(request: HttpRequest, token: str = "") -> HttpResponse:
    """The script that a page of the company includes: settings of this inbox, and the modules that draw it."""
    account, config = open_door("chat", token or request.GET.get("inbox", ""))
    company = Company.current()
    script = loader(
        {
            "token": account.token,
            "base": reverse("contact:chat-session", args=[account.token]).removesuffix("session"),
            "title": config.title or company.name or account.name,
            "greeting": config.greeting,
            "language": account.language,
            "accent": config.accent or company_accent(),
            "files": config.files,
            "anonymous": not config.require_identity,
        }
    )
    return _script(script, "public, max-age=300")


@public
def module(request: HttpRequest, version: str, name: str) -> HttpResponse:
    """A module of the widget. Its address changes with its content, so that browsers may keep it for ever."""
    if name not in MODULES:
        raise Http404("There is no such module.")
    return _script(module_text(name), "public, max-age=31536000, immutable")


def _script(text: str, cache: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = cache
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
