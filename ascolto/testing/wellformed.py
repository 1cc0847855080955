"""What the pipeline may rely on in every event that an adapter parses, and how tests name events."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, get_args

import pytest

from ascolto.channels.above import MOST_WORDS
from ascolto.channels.protocol import (
    AccountNews,
    Handle,
    HandleChanged,
    Inbound,
    Media,
    Message,
    Receipt,
    Sender,
)


def describe(event: Inbound) -> str:
    """One event in a word or two: `Message:image`, `Message:text outgoing`, `Receipt:read`, `AccountNews:warning`."""
    name = type(event).__name__
    if isinstance(event, Message):
        flags = [word for word in ("outgoing", "automatic") if getattr(event, word)]
        return " ".join([f"{name}:{event.kind}", *flags])
    if isinstance(event, Receipt):
        return f"{name}:{event.status.value}"
    if isinstance(event, AccountNews):
        return f"{name}:{event.level}"
    return name


def _check_told(value: Any) -> None:
    json.dumps(value)
    _check_post(value.get("post"))


def _check_post(post: Any) -> None:
    """What stands above a comment is what `channels.above` makes of it: a few words, and nothing that a screen would fetch."""
    if post is None:
        return
    assert set(post) <= {"author", "text", "url"}, f"{post!r} tells more than who, what and where"
    assert post["text"], f"{post!r} says nothing"
    assert len(post["text"]) <= MOST_WORDS + 1
    assert post.get("url", "https://").startswith("https://")


def check_event(event: Inbound) -> None:
    """Assert that an event is what the pipeline may rely on: known class, right types, aware times, JSON extras."""
    assert isinstance(event, get_args(Inbound)), f"{event!r} is no Inbound"
    for item in dataclasses.fields(event):
        value = getattr(event, item.name)
        if item.name in {
            "external_id",
            "text",
            "html",
            "subject",
            "kind",
            "title",
            "what",
            "tracker",
            "emoji",
            "scope",
        }:
            assert type(value) is str, f"{item.name} of {event!r} is no text"
        if item.name == "occurred_at":
            assert isinstance(value, datetime), f"{event!r} has no time"
            assert value.tzinfo is not None, f"{event!r} has a naive time"
        if item.name in {"extra", "detail"}:
            _check_told(value)
    if hasattr(event, "external_id"):
        assert event.external_id, f"{event!r} has no external id"
    for handle in _handles_of(event):
        assert isinstance(handle, Handle), f"{handle!r} is no Handle"
        assert type(handle.value) is str, f"{handle!r} has no text"
        assert handle.value, f"{handle!r} is empty"
        check_text(handle.value)
        check_text(handle.namespace)
    for item in dataclasses.fields(event):
        check_text(getattr(event, item.name))
    if isinstance(event, Message):
        told = event.sender.handles or (
            event.outgoing and event.replies_to
        )  # an echo may name only what it answers
        assert told, f"{event!r} was written by nobody"
        assert all(type(text) is str and text for text in event.replies_to)
        for media in event.attachments:
            _check_media(media)


def check_text(value: Any) -> None:
    """Assert that a text, and every text in JSON, can be stored: no NUL, no half of a surrogate pair (kit.text.clean)."""
    if isinstance(value, str):
        assert "\x00" not in value, f"{value!r} holds a NUL, which PostgreSQL refuses: use kit.text.clean"
        try:
            value.encode()
        except UnicodeEncodeError:
            pytest.fail(f"{value!r} holds half of a surrogate pair: use kit.text.clean")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            check_text(key)
            check_text(item)
    elif isinstance(value, list | tuple):
        for item in value:
            check_text(item)


def _handles_of(event: Inbound) -> Iterator[Handle]:
    sender = getattr(event, "sender", None)
    if isinstance(sender, Sender):
        assert type(sender.name) is str
        check_text(sender.name)
        assert type(sender.language) is str
        yield from sender.handles
    if isinstance(event, HandleChanged):
        yield from (event.old, event.new)


def _check_media(media: Media) -> None:
    assert isinstance(media, Media), f"{media!r} is no Media"
    given = [media.data is not None, media.remote is not None, bool(media.stored)]
    assert given.count(True) == 1, f"{media!r}: bytes, a place to fetch them or a stored file, exactly one"
    for text in (media.name, media.content_type, media.content_id):
        assert type(text) is str, f"{media!r} has a field that is no text"
        check_text(text)
    check_text(dict(media.remote or {}))
    json.dumps(dict(media.remote or {}))
