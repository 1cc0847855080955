"""Reading what is new: invitations are accepted, gaps are filled, and each room is told with what its events do not say.

One sync is one delivery, with the place after it: both go into one transaction, so that nothing is read twice or skipped.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from ascolto.channels.adapters.matrix.homeserver import CLIENT, look, look_if_there, part
from ascolto.channels.protocol import Polled, SendRefused
from ascolto.channels.reading import moment_of, object_of, objects_of, text_of
from ascolto.channels.vendors.rest import Rest
from ascolto.kit.clock import now
from ascolto.kit.http import MIB

_TIMELINE = 50  # events of a room in one sync; what is more is asked for
_MOST_PAGES = 20  # of 100 events each, when a room has a gap
_MOST_ROUNDS = 5  # syncs in one poll: a room that was joined a moment ago tells its messages in the next one
_MOST_ROOMS = 2000  # whose members are remembered
_MOST_REACTIONS = 200  # remembered, so that one that is taken back is known for one
_FIRST_LOOK = timedelta(days=1)  # how old a message may be when the inbox is new
_KEPT = ("type", "event_id", "sender", "origin_server_ts", "content", "state_key", "redacts")
_ABOUT_ROOM = {"m.room.member", "m.room.join_rules", "m.room.name", "m.room.history_visibility"}
_FILTER = {
    "presence": {"types": []},
    "account_data": {"types": []},
    "room": {
        "timeline": {"limit": _TIMELINE, "lazy_load_members": True},
        "state": {"lazy_load_members": True, "types": ["m.room.member"]},
        "ephemeral": {"types": ["m.receipt"]},
        "account_data": {"types": []},
    },
}
Found = dict[str, Any]


class Rooms:
    """What we found out about rooms, kept while the process lives and asked for anew when a room changes."""

    def __init__(self) -> None:
        self._known: dict[str, Found] = {}
        self._lock = threading.Lock()

    def about(self, rest: Rest, us: str, room: str) -> Found:
        """Members, the other one, name, and whether anybody may come in. Raises SendRefused."""
        if (known := self._known.get(room)) is None:
            known = _find_out(rest, us, room)
            with self._lock:
                if len(self._known) >= _MOST_ROOMS:
                    self._known.clear()
                self._known[room] = known
        return known

    def forget(self, room: str) -> None:
        """Something about this room changed."""
        self._known.pop(room, None)


def _find_out(rest: Rest, us: str, room: str) -> Found:
    joined = object_of(look_if_there(rest, f"rooms/{part(room)}/joined_members").get("joined"))
    others = sorted(user for user in joined if user != us)
    names = {user: text_of(object_of(joined[user]).get("display_name"), 200) for user in others[:50]}
    state = f"rooms/{part(room)}/state"
    return {
        "members": len(joined) or 2,
        "other": others[0] if len(others) == 1 else "",
        "names": {user: name for user, name in names.items() if name},
        "name": text_of(look_if_there(rest, f"{state}/m.room.name").get("name"), 200),
        "public": is_public(rest, room),
    }


def is_public(rest: Rest, room: str) -> bool:
    """Whether anybody may come in, or read without coming in. Raises SendRefused."""
    state = f"rooms/{part(room)}/state"
    rule = look_if_there(rest, f"{state}/m.room.join_rules").get("join_rule")
    seen_by = look_if_there(rest, f"{state}/m.room.history_visibility").get("history_visibility")
    return rule == "public" or seen_by == "world_readable"


class Reader:
    """One poll of one account."""

    def __init__(self, rest: Rest, us: str, rooms: Rooms, cursor: Mapping[str, Any]) -> None:
        self._rest, self._us, self._rooms = rest, us, rooms
        self.since = text_of(cursor.get("since"), 1000)
        self._reactions = {
            key: [text_of(word, 255) for word in value]
            for key, value in object_of(cursor.get("reactions")).items()
            if isinstance(value, list) and len(value) == 2
        }
        self._last: dict[str, str] = {}

    def read_new(self) -> Iterator[Polled]:
        """What is new since the cursor, one sync after the other. Raises SendRefused."""
        for _ in range(_MOST_ROUNDS):
            document = sync(self._rest, self.since)
            rooms = object_of(document.get("rooms"))
            joined = {
                room: found
                for room, told in object_of(rooms.get("join")).items()
                if (found := self._room(room, object_of(told)))
            }
            came_in = self._accept(object_of(rooms.get("invite")))
            known, self.since = self.since, text_of(document.get("next_batch"), 1000) or self.since
            raw = json.dumps({"rooms": {"join": joined}}, ensure_ascii=False, sort_keys=True)
            if joined:
                yield Polled(raw.encode("utf-8", "replace"), self.cursor())
            elif known != self.since:
                yield Polled(None, self.cursor())
            if not came_in:
                return

    def cursor(self) -> Found:
        """The place reached."""
        return {"since": self.since, "reactions": dict(self._reactions)}

    # --- rooms ---

    def _accept(self, invitations: Mapping[str, Any]) -> int:
        """Go where a customer asks us to come; how many rooms were entered. A room for everybody is left alone."""
        came_in = 0
        for room, told in invitations.items():
            state = list(objects_of(object_of(object_of(told).get("invite_state")).get("events")))
            rules = [object_of(e.get("content")) for e in state if e.get("type") == "m.room.join_rules"]
            if any(rule.get("join_rule") == "public" for rule in rules):
                continue
            try:
                self._rest.json("POST", f"{CLIENT}/join/{part(room)}", repeatable=True, json={})
                came_in += 1
            except SendRefused as refusal:
                if refusal.failure.code not in {"M_FORBIDDEN", "M_NOT_FOUND", "M_UNKNOWN"}:
                    raise
        return came_in

    def _room(self, room: str, told: Mapping[str, Any]) -> Found:
        """A room of a sync with what is new in it; empty when that is nothing."""
        timeline = object_of(told.get("timeline"))
        events = list(objects_of(timeline.get("events")))
        if any(event.get("type") in _ABOUT_ROOM for event in events):
            self._rooms.forget(room)
        if timeline.get("limited") is True and self.since and not _came_in(events, self._us):
            events = self._gap(room, text_of(timeline.get("prev_batch"), 1000)) + events
        if not self.since:
            moment = now()
            events = [event for event in events if _sent_at(event, moment) > moment - _FIRST_LOOK]
        kept = [self._trimmed(event) for event in events if "state_key" not in event]
        receipts = list(objects_of(object_of(told.get("ephemeral")).get("events")))
        if not kept and not receipts:
            return {}
        about = self._rooms.about(self._rest, self._us, room)
        last = text_of(about.get("last"), 255)
        self._note_last(about, kept)
        return {
            "about": {**about, "last": last},
            "timeline": {"events": kept},
            "ephemeral": {"events": receipts},
        }

    def _note_last(self, about: Found, events: list[Found]) -> None:
        for event in events:
            if event.get("sender") != self._us and event.get("type") in {
                "m.room.message",
                "m.room.encrypted",
            }:
                about["last"] = text_of(event.get("event_id"), 255)

    def _gap(self, room: str, start: str) -> list[Found]:
        """What came between the last sync and the events that this one holds, oldest first."""
        found: list[Found] = []
        for _ in range(_MOST_PAGES):
            if not start:
                break
            params = {"dir": "b", "from": start, "to": self.since, "limit": "100"}
            page = look(self._rest, f"rooms/{part(room)}/messages", params=params, max_bytes=16 * MIB)
            chunk = list(objects_of(page.get("chunk")))
            found += chunk
            start = text_of(page.get("end"), 1000) if chunk else ""
        return found[::-1]

    def _trimmed(self, event: Mapping[str, Any]) -> Found:
        """An event without what changes from one look to the next (its age)."""
        kept = {name: event[name] for name in _KEPT if name in event}
        unsigned = object_of(event.get("unsigned"))
        if unsigned.get("redacted_because"):
            kept["unsigned"] = {"redacted_because": True}
        elif transaction := text_of(unsigned.get("transaction_id"), 255):
            kept["unsigned"] = {"transaction_id": transaction}  # told only to the session that sent it
        self._remember(event, kept)
        return kept

    def _remember(self, event: Mapping[str, Any], kept: Found) -> None:
        """A redaction names an event and not what it was: reactions are remembered for a while."""
        content = object_of(event.get("content"))
        event_id = text_of(event.get("event_id"), 255)
        if event.get("type") == "m.reaction" and event_id:
            target = text_of(object_of(content.get("m.relates_to")).get("event_id"), 255)
            self._reactions[event_id] = [target, text_of(event.get("sender"), 255)]
            for oldest in list(self._reactions)[:-_MOST_REACTIONS]:
                del self._reactions[oldest]
        elif event.get("type") == "m.room.redaction":
            redacted = text_of(event.get("redacts") or content.get("redacts"), 255)
            if redacted in self._reactions:
                kept["reacted_to"] = self._reactions.pop(redacted)[0]


def sync(rest: Rest, since: str, seconds: float = 0.0) -> Found:
    """One sync; with `seconds`, it waits so long for news. Raises SendRefused."""
    params = {"filter": json.dumps(_FILTER), "timeout": str(int(seconds * 1000)), "set_presence": "offline"}
    if since:
        params["since"] = since
    return look(rest, "sync", params=params, read_timeout=30 + seconds, max_bytes=32 * MIB)


def _came_in(events: list[Found], us: str) -> bool:
    """Whether we entered the room in these events: what came before is not for us."""
    return any(
        event.get("type") == "m.room.member"
        and event.get("state_key") == us
        and object_of(event.get("content")).get("membership") == "join"
        for event in events
    )


def _sent_at(event: Mapping[str, Any], moment: datetime) -> datetime:
    return moment_of(event.get("origin_server_ts"), moment)
