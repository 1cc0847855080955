"""Why somebody got a conversation, and why it still waits: codes and values, put into words by the screens."""

from __future__ import annotations

from datetime import datetime

from ascolto.routing.choosing import missing
from ascolto.routing.queues import Item, Seat
from ascolto.routing.stages import share_used
from ascolto.routing.values import Person, Reason, Rules, Waiting, Why


def why(item: Item, person: Person, kept: bool, rules: Rules, now: datetime) -> tuple[Reason, ...]:
    """What spoke for giving this conversation to this person."""
    waiting = item.waiting
    found = [Reason(Why.EARLIEST_DUE, {"due_at": waiting.due_at.isoformat()})]
    if shift := rules.group_shift.get(waiting.group):
        minutes = round(shift.total_seconds() / 60)
        found.append(Reason(Why.GROUP_SHIFT, {"group": waiting.group, "minutes": minutes}))
    if person.id in waiting.preferred:
        found.append(Reason(Why.SAME_PERSON))
    found += _skills(waiting, person, rules, now)
    if kept:
        found.append(Reason(Why.KEPT_FREE))
    return tuple(found)


def _skills(waiting: Waiting, person: Person, rules: Rules, now: datetime) -> list[Reason]:
    language, far, topic = missing(person, waiting, rules)
    share = share_used(waiting, now)
    met: dict[str, object] = {
        "topic": None if topic else waiting.topic,
        "language": None if language else waiting.language,
        "channel": waiting.channel,
        "team": None if far else waiting.team,
    }
    found = [Reason(Why.SKILLS, met)] if any(value is not None for value in met.values()) else []
    if topic:
        found.append(Reason(Why.TOPIC_MISSING, {"topic": waiting.topic, "share": share}))
    if far:
        code = Why.OVERFLOW_TEAM if far == 1 else Why.OTHER_TEAM
        found.append(Reason(code, {"team": waiting.team, "share": share}))
    if language:
        found.append(Reason(Why.LANGUAGE_MISSING, {"language": waiting.language}))
    return found


def why_them(seat: Seat, with_room: int) -> tuple[Reason, ...]:
    """Why this one of several able people with room."""
    if with_room == 1:
        return (Reason(Why.ONLY_ONE),)
    values = {"load": seat.load, "capacity": seat.person.capacity, "able": with_room}
    return (Reason(Why.LEAST_LOADED, values),)


def why_waiting(item: Item, able: list[Seat], position: int, until: datetime | None) -> Reason:
    """What a conversation waits for. `until`: when that changes by itself."""
    bucket, waiting = item.bucket, item.waiting
    assert bucket is not None
    then = until.isoformat() if until else None
    if bucket.only is not None:
        return Reason(Why.HELD_FOR, {"people": sorted(bucket.only), "until": then})
    if not able:
        needs = {"team": waiting.team, "topic": bucket.shape[1], "language": bucket.shape[2]}
        return Reason(Why.NOBODY_ABLE, {**needs, "channel": waiting.channel, "until": then})
    here = [seat for seat in able if seat.person.is_here and seat.person.capacity > 0]
    if not here:
        return Reason(Why.NOBODY_HERE, {"able": len(able), "until": then})
    if bucket.kept and bucket.head() is item:
        return Reason(Why.DRAINING, {"person": min(bucket.kept)})
    return Reason(Why.ALL_FULL, {"able": len(here), "position": position, "until": then})
