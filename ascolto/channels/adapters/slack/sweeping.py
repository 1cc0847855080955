"""Looking through the channels for what came while events were lost. Slack gives histories, threads one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ascolto.channels.protocol import Polled
from ascolto.channels.reading import objects_of, text_of
from ascolto.channels.vendors.rest import Rest
from ascolto.kit.clock import now

OVERLAP = 600.0  # seconds that are looked at again: what is known already is free
LOOK_BACK = 3 * 86_400.0  # seconds: how old a thread may be whose new answers are found
_CHANNELS, _PAGES, _THREADS = 40, 5, 30  # at most, in one sweep


def sweep(slack: Rest, wanted: frozenset[str], cursor: Mapping[str, Any]) -> Iterator[Polled]:
    """Messages since the last sweep, a delivery a channel. The first sweep only begins."""
    since, begun = text_of(cursor.get("since"), 40), now().timestamp()
    following = {"since": f"{begun:.6f}"}
    if not since:
        yield Polled(raw=None, cursor=following)
        return
    oldest = max(float(since) - OVERLAP, 0.0)
    for channel, kind in _channels(slack, wanted):
        found = list(_news(slack, channel, oldest))
        if found:
            told = [{**message, "channel": channel, "channel_type": kind} for message in found]
            raw = json.dumps({"sweep": {"messages": told}}).encode()
            yield Polled(raw=raw, cursor=dict(cursor))
    yield Polled(raw=None, cursor=following)


def _channels(slack: Rest, wanted: frozenset[str]) -> list[tuple[str, str]]:
    """Where the app is a member."""
    params = {"types": "public_channel,private_channel,im", "exclude_archived": "true", "limit": "200"}
    answer = slack.json("GET", "users.conversations", repeatable=True, params=params)
    found = [
        (text_of(item.get("id"), 60), "im" if item.get("is_im") is True else "channel")
        for item in objects_of(answer.get("channels"))
    ]
    return [(channel, kind) for channel, kind in found if channel and (not wanted or channel in wanted)][
        :_CHANNELS
    ]


def _news(slack: Rest, channel: str, oldest: float) -> Iterator[dict[str, Any]]:
    """New messages of a channel and new answers in its recent threads."""
    threads = 0
    for message in _pages(slack, "conversations.history", {"channel": channel}, oldest - LOOK_BACK):
        if _seconds(message.get("ts")) >= oldest:
            yield message
        if _seconds(message.get("latest_reply")) >= oldest and threads < _THREADS:
            threads += 1
            asked = {"channel": channel, "ts": text_of(message.get("ts"), 40)}
            for answer in _pages(slack, "conversations.replies", asked, oldest):
                if _seconds(answer.get("ts")) >= oldest and answer.get("ts") != message.get("ts"):
                    yield answer


def _pages(slack: Rest, method: str, asked: dict[str, str], oldest: float) -> Iterator[dict[str, Any]]:
    params = {**asked, "oldest": f"{max(oldest, 0.0):.6f}", "limit": "200", "include_all_metadata": "true"}
    for _ in range(_PAGES):
        answer = slack.json("GET", method, repeatable=True, params=params)
        yield from objects_of(answer.get("messages"))
        following = answer.get("response_metadata")
        after = text_of(following.get("next_cursor"), 500) if isinstance(following, dict) else ""
        if not after:
            return
        params = {**params, "cursor": after}


def _seconds(value: Any) -> float:
    try:
        return float(text_of(value, 40) or 0)
    except ValueError:
        return 0.0
