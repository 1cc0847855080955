"""The slow and obvious way to the same results: minute by minute over wall clocks, and a conversation told from its beginning.

Nothing here is shared with what it checks but the values that go in. Opening hours and the changes of today's zones fall on full
minutes of UTC, so within a minute the company is open or closed; facts may fall on any second.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from holidays import HolidayBase, country_holidays

from ascolto.sla.facts import Clock, ComplaintRule, Fact, Pause, Promise, What
from ascolto.sla.opening import Calendar, Timetable

MINUTE = timedelta(minutes=1)


def is_open_then(timetable: Timetable, at: datetime) -> bool:
    """Look at the clock on the wall and at the hours on the door."""
    calendar = timetable.versions[0][1]
    for since, each in timetable.versions:
        if since <= at:
            calendar = each
    local = at.astimezone(ZoneInfo(calendar.time_zone))
    minute = 60 * local.hour + local.minute
    return any(span.start <= minute < span.end for span in hours_of(calendar, local.date()))


def hours_of(calendar: Calendar, day: date) -> Sequence[object]:
    if day in calendar.special:
        return calendar.special[day]
    if is_holiday_then(calendar, day):
        return ()
    return calendar.weekly[day.weekday()]


def is_holiday_then(calendar: Calendar, day: date) -> bool:
    if (day.month, day.day) in calendar.own:
        return True
    return bool(calendar.country) and day in _country(calendar.country, calendar.subdivision)


@cache
def _country(country: str, subdivision: str) -> HolidayBase:
    return country_holidays(country, subdiv=subdivision or None)


class Door:
    """A timetable written down minute by minute, from a full minute on."""

    def __init__(self, timetable: Timetable, start: datetime, days: int) -> None:
        self.start = start
        self.minutes = bytearray(
            is_open_then(timetable, start + number * MINUTE) for number in range(days * 1440)
        )

    def seconds_open(self, start: datetime, end: datetime) -> int:
        """Count them."""
        first, last = self._second(start), self._second(end)
        total, second = 0, first
        while second < last:
            until = min((second // 60 + 1) * 60, last)
            total += (until - second) * self.minutes[second // 60]
            second = until
        return total

    def due(self, start: datetime, seconds: int, pauses: Sequence[Pause] = ()) -> datetime | None:
        """Walk until so many open seconds have passed; None when a pause without end comes first."""
        second, left = self._second(start), seconds
        holes = [
            (self._second(pause.start), self._second(pause.end) if pause.end else None) for pause in pauses
        ]
        while left > 0:
            until = (second // 60 + 1) * 60
            for begun, ended in holes:
                if begun <= second and (ended is None or second < ended):
                    if ended is None:
                        return None
                    second = ended
                    break
                if second < begun < until:
                    until = begun
            else:
                step = min(until - second, left) if self.minutes[second // 60] else until - second
                left -= step * self.minutes[second // 60]
                second += step
        return self.start + timedelta(seconds=second)

    def _second(self, at: datetime) -> int:
        found = (at - self.start).total_seconds()
        assert found >= 0
        assert found == int(found)
        return int(found)


def end_of_day_then(calendar: Calendar, start: datetime, days: int, *, working: bool) -> datetime:
    """Walk through the minutes; at each new local date count, until the day after the last one begins."""
    zone = ZoneInfo(calendar.time_zone)
    at = start.replace(second=0, microsecond=0)
    today, left = at.astimezone(zone).date(), days
    while True:
        at += MINUTE
        if (day := at.astimezone(zone).date()) != today:
            if left == 0:
                return at.astimezone(UTC)
            today = day
            if not working or (hours_of(calendar, day) and not is_holiday_then(calendar, day)):
                left -= 1


# --- a conversation, told from its beginning

ORDER = [What.ASKED, What.COMPLAINED, What.ANSWERED, What.STATUS, What.WITHDREW, What.SPAM, What.NOT_SPAM]


def tell(facts: Sequence[Fact]) -> list[Fact]:
    """In order, once each, without the spam that was none, and nothing after the spam that was."""
    story = sorted(
        set(facts), key=lambda f: (f.at, ORDER.index(f.what), f.ref, f.channel, f.status, f.by or 0)
    )
    forgiven = [index for index, fact in enumerate(story) if fact.what == What.NOT_SPAM]
    if forgiven:
        story = [f for index, f in enumerate(story) if f.what != What.SPAM or index > forgiven[-1]]
    for index, fact in enumerate(story):
        if fact.what == What.SPAM:
            return story[: index + 1]
    return story


def new_status(fact: Fact, status: str) -> str:
    if fact.what == What.STATUS:
        return fact.status
    if fact.what == What.NOT_SPAM or (fact.what == What.ASKED and status != "on_hold"):
        return "open"
    return status


def openings(story: Sequence[Fact]) -> list[tuple[int, int]]:
    """(first fact, last fact) of every opening; the last may be past the end."""
    found, status, begun = [], "open", None
    for index, fact in enumerate(story):
        before, status = status, new_status(fact, status)
        asked = any(each.what == What.ASKED for each in story[: index + 1])
        if begun is None and (
            fact.what == What.ASKED or (asked and before == "resolved" and status != "resolved")
        ):
            begun = index
        if begun is not None and (status == "resolved" or fact.what == What.SPAM):
            found.append((begun, index))
            begun = None
    return [*found, (begun, len(story))] if begun is not None else found


def pending_times(story: Sequence[Fact]) -> list[tuple[int, int | None]]:
    """(the fact that began it, the fact that ended it) of every time that the customer owed an answer."""
    found, status, since = [], "open", None
    for index, fact in enumerate(story):
        before, status = status, new_status(fact, status)
        if status == "pending" and before != "pending":
            since = index
        if before == "pending" and status != "pending":
            found.append((since, index))
            since = None
    return [*found, (since, None)] if since is not None else found


class Storyteller:
    """Makes the clocks of a story."""

    def __init__(
        self,
        doors: dict[int, Door],
        promises: Sequence[Promise],
        group: int | None,
        rule: ComplaintRule | None,
        door_of_complaints: Door | None,
    ) -> None:
        self.doors, self.promises, self.group = doors, promises, group
        self.rule, self.door_of_complaints = rule, door_of_complaints

    def clocks(self, facts: Sequence[Fact]) -> tuple[Clock, ...]:
        story = tell(facts)
        found: dict[tuple[datetime, int], Clock] = {}
        for begun, ended in openings(story):
            for clock in self.of_opening(story, begun, ended):
                kinds = ["resolution", "first_response", "next_response"]
                found[(clock.started_at, kinds.index(clock.kind))] = clock
        for clock in self.complaints(story):
            found[(clock.started_at, 3)] = clock
        return tuple(found[key] for key in sorted(found))

    def of_opening(self, story: Sequence[Fact], begun: int, ended: int) -> list[Clock]:
        first = story[begun]
        asks = [(index, f) for index, f in enumerate(story) if f.what == What.ASKED]
        answers = [index for index, f in enumerate(story) if f.what == What.ANSWERED]
        last_ask = [f for index, f in asks if index <= begun][-1]
        waiting = [f for index, f in asks if index <= begun and not any(index < a < begun for a in answers)]
        questions = [(index, f) for index, f in asks if begun <= index < ended]
        if first.what != What.ASKED and waiting:
            questions.insert(0, (begun, waiting[-1]))
        end = ended if ended < len(story) else None
        source = first if first.what == What.ASKED else (waiting[-1] if waiting else None)
        about = Fact(first.at, What.ASKED, source.ref if source else 0, last_ask.channel)
        found = [self.clock("resolution", story, begun, about, end, is_answer=end is not None)]
        answered, is_first = begun - 1, True
        while open_questions := [each for each in questions if each[0] > answered]:
            index, question = open_questions[0]
            stop = next((a for a in answers if index < a < ended), None)
            kind = "first_response" if is_first else "next_response"
            stopped = stop if stop is not None else end
            found.append(self.clock(kind, story, index, question, stopped, is_answer=stop is not None))
            if stop is None:
                break
            answered, is_first = stop, False
        return found

    def clock(
        self,
        kind: str,
        story: Sequence[Fact],
        begun: int,
        about: Fact,
        stopped: int | None,
        *,
        is_answer: bool,
    ) -> Clock:
        """From the fact `begun` to the fact `stopped`, which is what it waited for if `is_answer`."""
        at, channel, message = story[begun].at, about.channel, about.ref
        end = story[stopped].at if stopped is not None else None
        answer = story[stopped] if stopped is not None and is_answer else None
        if answer is not None and answer.what == What.SPAM:
            answer = None
        pauses = [] if kind == "first_response" else self.pauses(story, begun, stopped)
        policy = self.chosen(kind, at, channel)
        paused = bool(pauses) and pauses[-1].end is None
        amount = policy.amount(kind) if policy else None
        door = self.doors[id(policy.timetable)] if policy else None
        shown = [Pause(pause.start, pause.end or end) for pause in pauses]
        waited_open = None
        if answer is not None and door is not None and end is not None:
            seconds = door.seconds_open(at, end) - sum(
                door.seconds_open(p.start, p.end) for p in shown if p.end
            )
            waited_open = timedelta(seconds=seconds)
        due_at = None
        if amount is not None and door is not None:
            due_at = door.due(at, int(amount.total_seconds()), pauses)
        return Clock(
            kind,
            at,
            channel,
            message,
            policy,
            due_at,
            end,
            "answered" if answer else "dropped" if end else "paused" if paused else "running",
            answer.by if answer else None,
            end - at if answer is not None and end is not None else None,
            waited_open,
            tuple(shown),
        )

    def pauses(self, story: Sequence[Fact], begun: int, stopped: int | None) -> list[Pause]:
        """The pending times within a clock's life; one during which it was stopped never ended for it."""
        found = []
        for since, until in pending_times(story):
            if since >= begun and (stopped is None or since < stopped):
                is_cut = until is None or (stopped is not None and until >= stopped)
                found.append(Pause(story[since].at, None if is_cut else story[until].at))
        return found

    def chosen(self, kind: str, at: datetime, channel: str) -> Promise | None:
        def rank(p: Promise) -> int:
            return (2 if p.group is not None else 0) + (1 if p.channel else 0)

        fitting = []
        for p in self.promises:
            valid = p.valid_from <= at and (p.valid_until is None or at < p.valid_until)
            if valid and p.channel in ("", channel) and p.group in (None, self.group):
                fitting.append(p)
        for p in list(fitting):
            if p.is_worse and rank(p) > 0:
                fitting = [other for other in fitting if rank(other) >= rank(p)]

        def due(p: Promise) -> datetime:
            amount = p.amount(kind)
            if amount is None:
                return datetime.max.replace(tzinfo=UTC)
            found = self.doors[id(p.timetable)].due(at, int(amount.total_seconds()))
            assert found is not None
            return found

        if len(fitting) < 2:
            return fitting[0] if fitting else None
        return min(fitting, key=lambda p: (due(p), -rank(p), -p.valid_from.timestamp(), p.id))

    def complaints(self, story: Sequence[Fact]) -> list[Clock]:
        found, index = [], 0
        while index < len(story):
            fact = story[index]
            index += 1
            if fact.what != What.COMPLAINED:
                continue
            end, answered = None, False
            while index < len(story) and end is None:
                then = story[index]
                answered = answered or then.what == What.ANSWERED
                resolved = then.what == What.STATUS and then.status == "resolved" and answered
                if then.what in (What.WITHDREW, What.SPAM) or resolved:
                    end = then
                index += 1
            found.append(self.complaint(fact, end))
        return found

    def complaint(self, fact: Fact, end: Fact | None) -> Clock:
        answered = end is not None and end.what == What.STATUS
        due_at = waited_open = None
        if self.rule is not None:
            calendar = self.rule.timetable.versions[0][1]
            for since, each in self.rule.timetable.versions:
                if since <= fact.at:
                    calendar = each
            due_at = end_of_day_then(calendar, fact.at, self.rule.days, working=self.rule.working)
            if answered and end is not None and self.door_of_complaints is not None:
                waited_open = timedelta(seconds=self.door_of_complaints.seconds_open(fact.at, end.at))
        return Clock(
            "complaint",
            fact.at,
            fact.channel,
            fact.ref,
            None,
            due_at,
            end.at if end else None,
            "answered" if answered else "dropped" if end else "running",
            end.by if answered and end else None,
            end.at - fact.at if answered and end else None,
            waited_open,
        )
