"""The requests that the stand-in for Bluesky answers: queries and procedures by their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ascolto.testing.networks.city import Person, Reply, Request

if TYPE_CHECKING:
    from ascolto.testing.networks.bluesky import BlueskyNetwork, Convo, Post

_PROXY = "did:web:api.bsky.chat#bsky_chat"
Answer = dict[str, Any]


def _refused(status: int, name: str, words: str) -> Exception:
    from ascolto.testing.networks.bluesky import XrpcError

    return XrpcError(status, name, words)


def answer(network: BlueskyNetwork, request: Request) -> Reply:
    """Answer a request. Raises XrpcError."""
    parts = request.parts
    if parts[:3] == ["img", "feed_fullsize", "plain"]:
        return _picture(network, parts[-1].partition("@")[0])
    method = parts[1] if len(parts) == 2 and parts[0] == "xrpc" else ""
    if method == "com.atproto.server.createSession":
        return Reply(_create_session(network, request))
    kind, person = network.sessions.get(request.bearer, ("", network.us))
    if method == "com.atproto.server.refreshSession":
        if kind != "refresh":
            raise _refused(400, "ExpiredToken", "Token has expired")
        del network.sessions[request.bearer]  # a refresh token is good for once
        return Reply(_session(network, person))
    if not request.bearer:
        raise _refused(401, "AuthMissing", "Authentication Required")
    if kind != "access":
        raise _refused(400, "ExpiredToken", "Token has expired")
    if network.speed.is_too_fast():
        return network.too_fast()
    if method.startswith("chat.bsky."):
        _check_chat(request, person)
    if method not in _METHODS:
        raise _refused(501, "MethodNotImplemented", "Method Not Implemented")
    return Reply(_METHODS[method](network, request, person))


def _picture(network: BlueskyNetwork, cid: str) -> Reply:
    if cid not in network.media:
        return Reply({"message": "blob not found"}, 404)
    content, kind = network.media[cid]
    return Reply(content, content_type=kind)


def _check_chat(request: Request, person: Person) -> None:
    """The chat is another service: it is reached through a header, by passwords that were made for it."""
    if request.headers.get("atproto-proxy") != _PROXY:
        raise _refused(501, "MethodNotImplemented", "Method Not Implemented")
    if not person.data["chat"]:
        raise _refused(400, "InvalidToken", "Bad token method")


# --- sessions -----------------------------------------------------------------------------------------------------------


def _create_session(network: BlueskyNetwork, request: Request) -> Answer:
    told = _said(request)
    person = network.who(str(told.get("identifier", "")))
    if person is None or told.get("password") != network.password_of(person):
        raise _refused(401, "AuthenticationRequired", "Invalid identifier or password")
    network.signed_in += 1
    return _session(network, person)


def _session(network: BlueskyNetwork, person: Person) -> Answer:
    access, refresh = network.open_session(person)
    service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": network.url}
    document = {"id": person.id, "alsoKnownAs": [f"at://{person.handle}"], "service": [service]}
    found: Answer = {"accessJwt": access, "refreshJwt": refresh, "did": person.id, "handle": person.handle}
    return {**found, "didDoc": document, "active": True}


def _get_session(network: BlueskyNetwork, request: Request, person: Person) -> Answer:
    return {"did": person.id, "handle": person.handle, "active": True}


# --- repositories -------------------------------------------------------------------------------------------------


def _put_record(network: BlueskyNetwork, request: Request, person: Person) -> Answer:
    told = _said(request)
    key = str(told.get("rkey", ""))
    if len(key) != 13:
        raise _refused(400, "InvalidRequest", "Invalid record key: it must be a TID")
    known = network.records.get(f"at://{person.id}/{told.get('collection')}/{key}")
    if "swapRecord" in told and (known.cid if known else None) != told["swapRecord"]:
        raise _refused(400, "InvalidSwap", f"Record was at {known.cid if known else None}")
    return _written(network, network.put(person, key, _record(told)))


def _create_record(network: BlueskyNetwork, request: Request, person: Person) -> Answer:
    told = _said(request)
    key = str(told.get("rkey") or network.tid())
    if f"at://{person.id}/{told.get('collection')}/{key}" in network.records:
        raise _refused(500, "InternalServerError", "Internal Server Error")
    return _written(network, network.put(person, key, _record(told)))


def _record(told: Answer) -> Answer:
    record = told.get("record")
    if not isinstance(record, dict) or told.get("collection") != "app.bsky.feed.post":
        raise _refused(400, "InvalidRequest", "Input must have the property record")
    if not isinstance(record.get("text"), str) or not isinstance(record.get("createdAt"), str):
        raise _refused(400, "InvalidRequest", "Invalid app.bsky.feed.post record: missing required key")
    return record


def _written(network: BlueskyNetwork, post: Post) -> Answer:
    commit = {"cid": post.cid, "rev": network.tid()}
    return {"uri": post.uri, "cid": post.cid, "commit": commit, "validationStatus": "valid"}


def _delete_record(network: BlueskyNetwork, request: Request, person: Person) -> Answer:
    told = _said(request)
    uri = f"at://{person.id}/{told.get('collection')}/{told.get('rkey')}"
    if uri in network.records:
        network.delete(person, uri)
    return {}


def _get_record(network: BlueskyNetwork, request: Request, person: Person) -> Answer:
    uri = f"at://{request.asked('repo')}/{request.asked('collection')}/{request.asked('rkey')}"
    if uri not in network.records:
        raise _refused(400, "RecordNotFound", f"Could not locate record: {uri}")
    post = network.records[uri]
    return {"uri": uri, "cid": post.cid, "value": post.record}


def _upload(network: BlueskyNetwork, request: Request, person: Person) -> Answer:
    kind = request.headers.get("content-type", "application/octet-stream")
    return {"blob": network.blob(request.body, kind)}


def _resolve(network: BlueskyNetwork, request: Request, person: Person) -> Answer:
    found = network.who(request.asked("handle"))
    if found is None:
        raise _refused(400, "InvalidRequest", "Unable to resolve handle")
    return {"did": found.id}


# --- what people see ------------------------------------------------------------------------------------------------


def _view(network: BlueskyNetwork, post: Post) -> Answer:
    from ascolto.testing.networks.bluesky import profile, written

    viewer = {"threadMuted": False, "embeddingDisabled": False}
    if post.author.data.get("closed"):
        viewer["replyDisabled"] = True
    view: Answer = {"uri": post.uri, "cid": post.cid, "author": profile(post.author), "record": post.record}
    view |= {"indexedAt": written(post.indexed_at), "viewer": viewer, "labels": [], "replyCount": 0}
    return {**view, "repostCount": 0, "likeCount": 0, "quoteCount": 0}


def _notifications(network: BlueskyNetwork, request: Request, person: Person) -> Answer:
    reasons = set(request.query.get("reasons", []))
    limit = int(request.asked("limit") or 50)
    notices = network.notices if person is network.us else []
    found = [notice for notice in reversed(notices) if not reasons or notice["reason"] in reasons]
    start = int(request.asked("cursor") or 0)
    page: Answer = {"notifications": found[start : start + limit], "priority": False}
    if start + limit < len(found):
        page["cursor"] = str(start + limit)
    return page


def _posts(network: BlueskyNetwork, request: Request, person: Person) -> Answer:
    uris = request.query.get("uris", [])
    if len(uris) > 25:
        raise _refused(400, "InvalidRequest", "Error: uris must not have more than 25 elements")
    found = [network.records[uri] for uri in uris if uri in network.records]
    return {"posts": [_view(network, post) for post in found if not post.author.has_blocked_us]}


def _thread(network: BlueskyNetwork, request: Request, person: Person) -> Answer:
    uri = request.asked("uri")
    post = network.records.get(uri)
    if post is None:
        raise _refused(400, "NotFound", f"Post not found: {uri}")
    kind = "app.bsky.feed.defs#"
    if post.author.has_blocked_us:
        return {"thread": {"$type": f"{kind}blockedPost", "uri": uri, "blocked": True}}
    replies = [
        {"$type": f"{kind}threadViewPost", "post": _view(network, other), "replies": []}
        for other in network.records.values()
        if other.record.get("reply", {}).get("parent", {}).get("uri") == uri
    ]
    depth = int(request.asked("depth") or 6)
    thread = {"$type": f"{kind}threadViewPost", "post": _view(network, post)}
    return {"thread": {**thread, "replies": replies if depth else []}}


def _feed(network: BlueskyNetwork, request: Request, person: Person) -> Answer:
    actor = network.who(request.asked("actor"))
    if actor is None:
        raise _refused(400, "InvalidRequest", "Profile not found")
    feed = []
    for post in network.records.values():
        if post.author is actor:
            entry: Answer = {"post": _view(network, post)}
            parent = network.records.get(post.record.get("reply", {}).get("parent", {}).get("uri", ""))
            if parent is not None:
                entry["reply"] = {"parent": _view(network, parent), "root": _view(network, parent)}
            feed.append(entry)
    return {"feed": feed[::-1][: int(request.asked("limit") or 50)]}


def _profile(network: BlueskyNetwork, request: Request, person: Person) -> Answer:
    from ascolto.testing.networks.bluesky import profile

    found = network.who(request.asked("actor"))
    if found is None:
        raise _refused(400, "InvalidRequest", "Profile not found")
    return profile(found)


# --- the chat ---------------------------------------------------------------------------------------------------------


def _convo_view(convo: Convo) -> Answer:
    from ascolto.testing.networks.bluesky import profile

    rev = convo.messages[-1]["rev"] if convo.messages else "2222222222222"
    view: Answer = {"id": convo.id, "rev": rev, "muted": False, "unreadCount": 0, "status": "accepted"}
    view["members"] = [profile(member) for member in convo.members]
    if convo.messages:
        view["lastMessage"] = convo.messages[-1]
    return view


def _convo(network: BlueskyNetwork, request: Request, person: Person, convo_id: str = "") -> Convo:
    convo = network.convos.get(convo_id or request.asked("convoId"))
    if convo is None or person not in convo.members:
        raise _refused(400, "InvalidConvo", "Convo not found")
    return convo


def _members(network: BlueskyNetwork, request: Request, person: Person) -> list[Person]:
    found = [network.who(did) for did in request.query.get("members", [])]
    if not found or any(other is None or other.is_gone for other in found):
        raise _refused(400, "RecipientNotFound", "recipient not found")
    return [person, *(other for other in found if other is not None and other is not person)]


def _can_chat(person: Person, others: list[Person]) -> bool:
    return all(
        other.data["takes_messages"] and not other.has_blocked_us for other in others if other is not person
    )


def _availability(network: BlueskyNetwork, request: Request, person: Person) -> Answer:
    return {"canChat": _can_chat(person, _members(network, request, person))}


def _convo_for_members(network: BlueskyNetwork, request: Request, person: Person) -> Answer:
    members = _members(network, request, person)
    if not _can_chat(person, members):
        raise _refused(400, "MessagesDisabled", "recipient has disabled incoming messages")
    return {"convo": _convo_view(network.convo_of(*members))}


def _send_message(network: BlueskyNetwork, request: Request, person: Person) -> Answer:
    told = _said(request)
    convo = _convo(network, request, person, str(told.get("convoId", "")))
    if any(other.has_blocked_us for other in convo.members):
        raise _refused(400, "BlockedActor", "block between recipient and sender")
    message = told.get("message")
    if not isinstance(message, dict) or not isinstance(message.get("text"), str):
        raise _refused(400, "InvalidRequest", "Input must have the property message")
    network.whisper(convo, person, message)
    return convo.messages[-1]


def _get_log(network: BlueskyNetwork, request: Request, person: Person) -> Answer:
    newest = network.log[-1]["rev"] if network.log else "2222222222222"
    cursor = request.asked("cursor")
    if not cursor:
        return {"logs": [], "cursor": newest}
    mine = {convo.id for convo in network.convos.values() if person in convo.members}
    logs = [log for log in network.log if log["rev"] > cursor and log["convoId"] in mine][:50]
    return {"logs": logs, "cursor": logs[-1]["rev"] if logs else cursor}


def _list_convos(network: BlueskyNetwork, request: Request, person: Person) -> Answer:
    found = [convo for convo in network.convos.values() if person in convo.members]
    return {"convos": [_convo_view(convo) for convo in found]}


def _messages(network: BlueskyNetwork, request: Request, person: Person) -> Answer:
    return {"messages": _convo(network, request, person).messages[::-1]}


def _get_convo(network: BlueskyNetwork, request: Request, person: Person) -> Answer:
    return {"convo": _convo_view(_convo(network, request, person))}


_METHODS: dict[str, Callable[[BlueskyNetwork, Request, Person], Answer]] = {
    "com.atproto.server.getSession": _get_session,
    "com.atproto.repo.putRecord": _put_record,
    "com.atproto.repo.createRecord": _create_record,
    "com.atproto.repo.deleteRecord": _delete_record,
    "com.atproto.repo.getRecord": _get_record,
    "com.atproto.repo.uploadBlob": _upload,
    "com.atproto.identity.resolveHandle": _resolve,
    "app.bsky.notification.listNotifications": _notifications,
    "app.bsky.feed.getPosts": _posts,
    "app.bsky.feed.getPostThread": _thread,
    "app.bsky.feed.getAuthorFeed": _feed,
    "app.bsky.actor.getProfile": _profile,
    "chat.bsky.convo.getConvoAvailability": _availability,
    "chat.bsky.convo.getConvoForMembers": _convo_for_members,
    "chat.bsky.convo.sendMessage": _send_message,
    "chat.bsky.convo.getLog": _get_log,
    "chat.bsky.convo.listConvos": _list_convos,
    "chat.bsky.convo.getMessages": _messages,
    "chat.bsky.convo.getConvo": _get_convo,
}


def _said(request: Request) -> Answer:
    document = request.json()
    if not isinstance(document, dict):
        raise _refused(400, "InvalidRequest", "Input must be an object")
    return document
