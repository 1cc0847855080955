"""The requests that the stand-in for Mastodon answers, as its REST API does."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ascolto.kit.clock import now
from ascolto.testing.networks.city import Person, Reply, Request

if TYPE_CHECKING:
    from ascolto.testing.networks.mastodon import MastodonNetwork, Notice, Status

VERSION = "4.5.2"


def answer(network: MastodonNetwork, request: Request) -> Reply:
    """Answer a request. Raises Refusal."""
    parts = request.parts
    open_to_all = _OPEN.get((request.method, "/".join(parts)))
    if open_to_all is not None:
        return open_to_all(network, request)
    if parts[:1] == ["files"] and len(parts) == 2 and parts[1] in network.media:
        content, kind = network.media[parts[1]]
        return Reply(content, content_type=kind)
    reader = network.whose(request)
    if network.speed.is_too_fast():
        return network.too_fast()
    if parts[:2] in (["api", "v1"], ["api", "v2"]):
        return _signed_in(network, request, reader, parts[2:])
    return _no_such()


def _no_such() -> Reply:
    return Reply({"error": "Record not found"}, 404)


def _signed_in(network: MastodonNetwork, request: Request, reader: Person, parts: list[str]) -> Reply:
    name = parts[0] if parts else ""
    known: dict[str, Callable[..., Reply]] = {
        "accounts": _accounts,
        "statuses": _statuses,
        "notifications": _notifications,
        "media": _media,
        "conversations": _conversations,
        "apps": lambda *_: Reply({"name": "Ascolto", "website": None}),
    }
    return known[name](network, request, reader, parts[1:]) if name in known else _no_such()


# --- open to all ------------------------------------------------------------------------------------------------------


def _instance(network: MastodonNetwork, request: Request) -> Reply:
    statuses = {
        "max_characters": network.max_characters,
        "max_media_attachments": 4,
        "characters_reserved_per_url": 23,
    }
    document: dict[str, Any] = {
        "domain": "telvia.example",
        "title": "Telvia",
        "version": VERSION,
        "source_url": network.url,
    }
    document |= {
        "description": "A stand-in",
        "languages": ["it"],
        "rules": [],
        "api_versions": {"mastodon": 7},
    }
    document["configuration"] = {"urls": {"streaming": network.url}, "statuses": statuses}
    if request.path.startswith("/api/v1"):
        document |= {"uri": "telvia.example", "urls": {"streaming_api": network.url}}
    return Reply(document)


def _make_app(network: MastodonNetwork, request: Request) -> Reply:
    client, secret = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    network.apps[client] = secret
    told = _said(request)
    return Reply(
        {
            "id": str(network.new_number()),
            "name": told.get("client_name", ""),
            "website": None,
            "redirect_uri": told.get("redirect_uris", ""),
            "client_id": client,
            "client_secret": secret,
        }
    )


def _authorize(network: MastodonNetwork, request: Request) -> Reply:
    """The company's administrator says yes at once."""
    code = secrets.token_urlsafe(24)
    network.codes[code] = {name: values[0] for name, values in request.query.items()}
    back = request.asked("redirect_uri")
    query = urlencode({"code": code, "state": request.asked("state")})
    return Reply(None, 302, {"Location": f"{back}{'&' if '?' in back else '?'}{query}"})


def _token(network: MastodonNetwork, request: Request) -> Reply:
    told = _said(request)
    asked = network.codes.pop(told.get("code", ""), None)
    if asked is None or network.apps.get(told.get("client_id", "")) != told.get("client_secret"):
        return Reply({"error": "invalid_grant", "error_description": "The grant is invalid or expired."}, 400)
    if challenge := asked.get("code_challenge"):
        digest = hashlib.sha256(told.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != challenge:
            return Reply({"error": "invalid_grant"}, 400)
    scope = asked.get("scope", "read")
    token = network.token_of(network.us)
    created = int(now().timestamp())
    return Reply({"access_token": token, "token_type": "Bearer", "scope": scope, "created_at": created})


_OPEN: dict[tuple[str, str], Callable[[MastodonNetwork, Request], Reply]] = {
    ("GET", "api/v1/instance"): _instance,
    ("GET", "api/v2/instance"): _instance,
    ("POST", "api/v1/apps"): _make_app,
    ("GET", "oauth/authorize"): _authorize,
    ("POST", "oauth/token"): _token,
}


# --- statuses ---------------------------------------------------------------------------------------------------------


def _statuses(network: MastodonNetwork, request: Request, reader: Person, parts: list[str]) -> Reply:
    if request.method == "POST" and not parts:
        return _post(network, request, reader)
    if not parts:
        return _no_such()
    status = network.visible(parts[0], reader)
    if parts[1:] == ["context"]:
        return Reply(_context(network, status, reader))
    if request.method == "DELETE" and status.author is reader:
        document = status_document(network, status)
        network.delete(reader, status.id)
        return Reply(document)
    return Reply(status_document(network, status)) if request.method == "GET" else _no_such()


def _post(network: MastodonNetwork, request: Request, author: Person) -> Reply:
    """The same Idempotency-Key makes one status, however often it comes."""
    key = (author.id, request.headers.get("idempotency-key", ""))
    told = _said(request)
    with network.lock:
        status = network.posted.get(key) if key[1] else None
        if status is None:
            status = network.post(
                author,
                str(told.get("status") or ""),
                str(told.get("visibility") or "public"),
                answers=str(told.get("in_reply_to_id") or ""),
                files=[str(item) for item in told.get("media_ids") or ()],
                spoiler=str(told.get("spoiler_text") or ""),
                language=str(told.get("language") or "it"),
            )
            network.posted[key] = status
    return Reply(status_document(network, status))


def _context(network: MastodonNetwork, status: Status, reader: Person) -> dict[str, Any]:
    ancestors: list[Status] = []
    above = status.answers
    while above is not None:
        ancestors.insert(0, above)
        above = above.answers
    descendants, family = [], {status.id}
    for other in network.statuses.values():
        if other.answers is not None and other.answers.id in family:
            family.add(other.id)
            descendants.append(other)
    return {
        name: [status_document(network, item) for item in found if item.is_read_by(reader)]
        for name, found in (("ancestors", ancestors), ("descendants", descendants))
    }


def status_document(network: MastodonNetwork, status: Status) -> dict[str, Any]:
    """A status as the API writes it."""
    answered = status.answers
    uri = f"{network.url}/users/{status.author.handle}/statuses/{status.id}"
    document: dict[str, Any] = {"id": status.id, "created_at": written(status.created_at), "uri": uri}
    document |= {"in_reply_to_id": answered.id if answered else None, "sensitive": bool(status.spoiler)}
    document |= {
        "in_reply_to_account_id": answered.author.id if answered else None,
        "language": status.language,
    }
    document |= {"spoiler_text": status.spoiler, "visibility": status.visibility, "replies_count": 0}
    document |= {"url": f"{network.url}/@{status.author.handle}/{status.id}", "reblogs_count": 0}
    document |= {"favourites_count": 0, "edited_at": written(status.edited_at) if status.edited_at else None}
    document |= {"content": network.content_of(status), "reblog": None, "application": None, "card": None}
    document["account"] = account_document(network, status.author)
    document["media_attachments"] = [media_document(network, item) for item in status.files]
    document["mentions"] = [_mention(network, person) for person in status.mentions]
    document |= {"tags": [], "emojis": [], "poll": None, "quote": None}
    if status.quotes is not None:
        document["quote"] = {"state": "accepted", "quoted_status": status_document(network, status.quotes)}
    return document


def _mention(network: MastodonNetwork, person: Person) -> dict[str, Any]:
    name = person.handle.partition("@")[0]
    return {
        "id": person.id,
        "username": name,
        "url": f"{network.url}/@{person.handle}",
        "acct": person.handle,
    }


# --- notifications and conversations ----------------------------------------------------------------------------


def _notifications(network: MastodonNetwork, request: Request, reader: Person, parts: list[str]) -> Reply:
    if reader is not network.us:
        return Reply([])
    types = {*request.query.get("types[]", []), *request.query.get("types", [])}
    if types - network.knows_types:  # as servers of another make do
        return Reply({"error": "types[] holds an unknown value"}, 422)
    hidden = request.asked("include_filtered") in {"true", "1"}
    found = [
        item
        for item in network.notices
        if (not types or item.type in types)
        and (hidden or not item.is_filtered)
        and (item.status is None or item.status.is_read_by(network.us))
    ]
    if parts:
        one = next((item for item in found if item.id == parts[0]), None)
        return Reply(_notice_document(network, one)) if one else _no_such()
    page, links = _page(found, request, f"{network.url}{request.path}")
    return Reply([_notice_document(network, item) for item in page], headers=links)


def _notice_document(network: MastodonNetwork, notice: Notice) -> dict[str, Any]:
    document = {"id": notice.id, "type": notice.type, "created_at": written(notice.created_at), **notice.more}
    document |= {"group_key": f"ungrouped-{notice.id}", "account": account_document(network, notice.person)}
    if notice.status is not None:
        document["status"] = status_document(network, notice.status)
    return document


def _conversations(network: MastodonNetwork, request: Request, reader: Person, parts: list[str]) -> Reply:
    direct = [s for s in network.statuses.values() if s.visibility == "direct" and s.is_read_by(reader)]
    last = {(s.author if s.author is not reader else s.mentions[0]).id: s for s in direct if s.mentions}
    return Reply(
        [
            {
                "id": status.id,
                "unread": True,
                "accounts": [account_document(network, status.author)],
                "last_status": status_document(network, status),
            }
            for status in reversed(list(last.values()))
        ]
    )


def _page(found: Sequence[Any], request: Request, address: str) -> tuple[list[Any], dict[str, str]]:
    """A page as Mastodon cuts it: newest first; `min_id` the next newer ones, `since_id` the newest, `max_id` older ones."""
    limit = min(int(request.asked("limit") or 40), 80)
    rows = sorted(found, key=lambda item: int(item.id))
    if request.asked("max_id"):
        rows = [item for item in rows if int(item.id) < int(request.asked("max_id"))]
    if request.asked("since_id"):
        rows = [item for item in rows if int(item.id) > int(request.asked("since_id"))]
    if request.asked("min_id"):
        rows = [item for item in rows if int(item.id) > int(request.asked("min_id"))][:limit]
    page = rows[-limit:][::-1]
    if not page:
        return [], {}
    older, newer = f"{address}?max_id={page[-1].id}", f"{address}?min_id={page[0].id}"
    return page, {"Link": f'<{older}>; rel="next", <{newer}>; rel="prev"'}


# --- accounts and files -------------------------------------------------------------------------------------------


def _accounts(network: MastodonNetwork, request: Request, reader: Person, parts: list[str]) -> Reply:
    if parts == ["verify_credentials"]:
        source = {"privacy": "public", "sensitive": False, "language": "it", "note": "", "fields": []}
        return Reply({**account_document(network, reader), "source": source})
    if parts == ["lookup"]:
        person = network.named(request.asked("acct"))
    else:
        person = next((p for p in network.everybody() if parts and p.id == parts[0]), None)
    if person is None or person.is_gone:
        return _no_such()
    if parts[1:] == ["statuses"]:
        found = [s for s in network.statuses.values() if s.author is person and s.is_read_by(reader)]
        page, links = _page(found, request, f"{network.url}{request.path}")
        return Reply([status_document(network, item) for item in page], headers=links)
    return Reply(account_document(network, person))


def account_document(network: MastodonNetwork, person: Person) -> dict[str, Any]:
    """An account as the API writes it."""
    name = person.handle.partition("@")[0]
    picture = f"{network.url}/avatars/original/missing.png"
    document: dict[str, Any] = {
        "id": person.id,
        "username": name,
        "acct": person.handle,
        "display_name": person.name,
    }
    document |= {"locked": False, "bot": bool(person.data.get("bot")), "discoverable": True, "group": False}
    document |= {
        "created_at": "2026-01-10T00:00:00.000Z",
        "note": "",
        "url": f"{network.url}/@{person.handle}",
    }
    document |= {"uri": f"{network.url}/users/{person.handle}", "avatar": picture, "avatar_static": picture}
    document |= {"header": picture, "header_static": picture, "followers_count": 1, "following_count": 1}
    return {**document, "statuses_count": 1, "last_status_at": None, "emojis": [], "fields": []}


def _media(network: MastodonNetwork, request: Request, reader: Person, parts: list[str]) -> Reply:
    if request.method == "POST":
        header = f"content-type: {request.headers.get('content-type', '')}\r\n\r\n".encode()
        form = BytesParser(policy=HTTP).parsebytes(header + request.body)
        uploaded = [
            part
            for part in form.iter_parts()
            if part.get_param("name", header="content-disposition") == "file"
        ]
        if not uploaded or uploaded[0].get_content_maintype() not in {"image", "video", "audio"}:
            return Reply({"error": "Validation failed: File content type is invalid"}, 422)
        content = uploaded[0].get_payload(decode=True)
        media_id = network.keep(
            content if isinstance(content, bytes) else b"", uploaded[0].get_content_type()
        )
        if network.slow_files:
            network.processing[media_id] = 2
        ready = media_id not in network.processing
        document = media_document(network, media_id)
        return Reply(document if ready else {**document, "url": None}, 200 if ready else 202)
    if not parts or parts[0] not in network.media:
        return _no_such()
    left = network.processing.get(parts[0], 0)
    network.processing[parts[0]] = max(left - 1, 0)
    return Reply(media_document(network, parts[0]), 200 if left <= 1 else 206)


def media_document(network: MastodonNetwork, media_id: str) -> dict[str, Any]:
    """A file as the API writes it."""
    kind = network.media[media_id][1].partition("/")[0]
    url = f"{network.url}/files/{media_id}"
    document: dict[str, Any] = {
        "id": media_id,
        "type": kind,
        "url": url,
        "preview_url": url,
        "remote_url": None,
    }
    return {**document, "meta": {}, "description": None, "blurhash": None}


# --- reading and writing ------------------------------------------------------------------------------------------


def _said(request: Request) -> dict[str, Any]:
    """What a request says, as JSON or as a form: clients do both."""
    if "json" in request.headers.get("content-type", ""):
        document = request.json()
        return document if isinstance(document, dict) else {}
    if "multipart" in request.headers.get("content-type", ""):
        return {}
    form = request.form()
    return {
        name.removesuffix("[]"): values if name.endswith("[]") else values[0] for name, values in form.items()
    }


def written(moment: datetime) -> str:
    """A time as Mastodon writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
