"""How things stand for a dialogue: gathered from the rooms below, and only what a flow asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from ascolto.accounts.models import Company
from ascolto.bot.flow import Branch, Flow
from ascolto.bot.state import Situation
from ascolto.collaboration.models import Problem
from ascolto.conversations.models import Conversation
from ascolto.customers.models import Identity
from ascolto.kit.clock import now
from ascolto.kit.remembering import Remembered
from ascolto.routing.expected import Lines
from ascolto.routing.telling import span_words
from ascolto.sla.at_hand import at_hand
from ascolto.sla.calendar import Timetable, add_open_time, is_open, next_opening
from ascolto.sla.models import BusinessCalendar
from ascolto.sla.wording import due_words
from ascolto.understanding.selectors.told import told_by

CHANNELS = {"telephone": "phone", "asterisk": "phone"}  # kinds of inboxes by the names that flows use
LONGEST_KNOWN = 200  # characters of a fact

HasProblem = Callable[[int], bool]
_has_problem: list[HasProblem] = [lambda customer: False]


def register_problem_check(check: HasProblem) -> None:
    """Let the room that knows (the Charter, above) say whether a customer has an open problem besides this one."""
    _has_problem[0] = check


def has_problem(customer: int) -> bool:
    """Whether a customer has an open problem besides this one."""
    return _has_problem[0](customer)


def channel_of(kind: str) -> str:
    """The name that flows use for a kind of inbox."""
    return CHANNELS.get(kind, kind)


def situation_of(conversation: Conversation, kind: str, flow: Flow, language: str = "") -> Situation:
    """The situation of a conversation now. `kind`: of the inbox on which it is held. Nothing is asked before it is needed."""
    return _Here(conversation, kind, flow, language or conversation.customer.language or "")


def uses_problem(flow: Flow) -> bool:
    """Whether a flow asks about open problems."""
    branches = (node for node in flow.nodes.values() if isinstance(node, Branch))
    return any(case.has_problem is not None for branch in branches for case, _ in branch.cases)


def _holding_statement() -> tuple[str, str]:
    """What customers are told while a fault that many have is open, in words that somebody approved for them; and its topic."""
    rows = Problem.objects.exclude(state=Problem.State.SOLVED).exclude(public_text="").order_by("-pk")
    return rows.values_list("public_text", "topic__name").first() or ("", "")


_holding: Remembered[tuple[str, str]] = Remembered(_holding_statement, 1.0)
_pace: Remembered[Lines] = Remembered(lambda: Lines(now()), 10.0)
_company: Remembered[Company] = Remembered(Company.current, 1.0)


class _Here(Situation):
    """A situation that asks the database for what a flow looks at, once."""

    def __init__(self, conversation: Conversation, kind: str, flow: Flow, language: str) -> None:
        for name, value in (("channel", channel_of(kind)), ("language", language)):
            object.__setattr__(
                self, name, value
            )  # a Situation cannot be changed: all else is found when it is asked for
        self.__dict__.update(conversation=conversation, flow=flow, at=now())

    conversation: Conversation
    flow: Flow
    at: datetime

    @cached_property
    def moment(self) -> datetime:  # type: ignore[override]
        return self.at.astimezone(self.zone)

    @cached_property
    def company(self) -> str:  # type: ignore[override]
        return _company.now().name or "Ascolto"

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(_company.now().time_zone)

    @cached_property
    def timetable(self) -> Timetable:
        return at_hand().everybodys.timetable

    @cached_property
    def known(self) -> Mapping[str, str]:  # type: ignore[override]
        return _Known(self.conversation)

    @cached_property
    def is_identified(self) -> bool:  # type: ignore[override]
        rows = Identity.objects.filter(customer=self.conversation.customer_id, proof__in=["self", "agent"])
        return rows.exists()

    @cached_property
    def has_problem(self) -> bool:  # type: ignore[override]
        return uses_problem(self.flow) and _has_problem[0](self.conversation.customer_id)

    @cached_property
    def holding(self) -> str:  # type: ignore[override]
        return _holding.now()[0]

    @cached_property
    def holding_topic(self) -> str:  # type: ignore[override]
        return _holding.now()[1] or ""

    @cached_property
    def is_open(self) -> Mapping[str, bool]:  # type: ignore[override]
        return _Open(self.timetable, self.at)

    @cached_property
    def opens(self) -> str:  # type: ignore[override]
        """When people are back, in words; empty while they are there, or when nobody knows."""
        if is_open(self.timetable, self.at):
            return ""
        opening = next_opening(self.timetable, self.at)
        return self._words(opening) if opening else ""

    @cached_property
    def wait(self) -> str:  # type: ignore[override]
        """The expected wait, in words; empty where it cannot be said honestly."""
        if not is_open(self.timetable, self.at):
            return ""
        wait = _pace.now().wait_of(self.conversation)
        return span_words(wait.estimate.told, self.language) if wait and wait.estimate else ""

    def promise(self, within: timedelta) -> str:  # type: ignore[override]
        """The words for the end of so much open time."""
        by = add_open_time(self.timetable, self.at, within)
        return self._words(by) if by else ""

    def _words(self, moment: datetime) -> str:
        return due_words(moment, self.at, self.zone, self.language)


class _Known(Mapping[str, str]):
    """What the customer told before, and what the product has of them; each kind is looked up when a flow asks for it."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    @cached_property
    def _handles(self) -> dict[str, str]:
        rows = Identity.objects.filter(
            customer=self._conversation.customer_id, is_proven=True, namespace__in=["phone", "email"]
        )
        return dict(rows.exclude(scope__startswith=Identity.RETIRED).values_list("namespace", "value"))

    @cached_property
    def _fields(self) -> dict[str, str]:
        return {f"field:{key}": value for key, value in _fields_of(self._conversation.customer_id)}

    @cached_property
    def _told(self) -> dict[str, str]:
        facts = [one for one in told_by(self._conversation) if one.is_current and one.value]
        return {fact.kind: fact.value for fact in reversed(facts) if len(fact.value) <= LONGEST_KNOWN}

    def __getitem__(self, name: str) -> str:
        if name == "customer":
            return self._conversation.customer.name
        if name.startswith("field:"):
            return self._fields[name]
        found = self._handles.get(name) if name in ("phone", "email") else None
        return found or self._told[name]

    def __iter__(self) -> Iterator[str]:
        yield from {"customer": "", **self._handles, **self._fields, **self._told}

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _fields_of(customer_id: int) -> list[tuple[str, str]]:
    """What the company keeps of a customer in fields of its own."""
    from ascolto.customers.models import CustomerFieldValue

    rows = CustomerFieldValue.objects.filter(customer=customer_id).values_list("field__key", "value")
    return [(key, str(value)[:LONGEST_KNOWN]) for key, value in rows]


class _Open(Mapping[str, bool]):
    """Whether people are there, by the name of a calendar; "" is the company's own."""

    def __init__(self, timetable: Timetable, at: datetime) -> None:
        self._timetable, self._at = timetable, at

    def __getitem__(self, name: str) -> bool:
        if not name:
            return is_open(self._timetable, self._at)
        pk = BusinessCalendar.objects.filter(name__iexact=name).values_list("pk", flat=True).first()
        timetable = at_hand().timetables.get(pk) if pk is not None else None
        if timetable is None:
            raise KeyError(name)
        return is_open(timetable, self._at)

    def __iter__(self) -> Iterator[str]:
        yield ""
        yield from BusinessCalendar.objects.values_list("name", flat=True)

    def __len__(self) -> int:
        return 1 + BusinessCalendar.objects.count()
