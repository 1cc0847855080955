"""A flow is tried on real first messages of the past: where would people have gone? Nothing is said, nothing is changed.

The message, what was understood of it at the time, its moment and the opening hours are those of then; what is known of the customer is
what is known now. What would have been looked up or asked is not known: there the trial stops. It is done in the background, a portion at
a time, and can be stopped or killed between any two.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db import InterfaceError, OperationalError
from django.db.models import OuterRef, QuerySet, Subquery

from ascolto.accounts.models import Company
from ascolto.bot import engine
from ascolto.bot.actions.rehearsals import library_with
from ascolto.bot.flow import Flow
from ascolto.bot.landing import add, landing_of
from ascolto.bot.models import TrialRun
from ascolto.bot.situations import channel_of
from ascolto.bot.state import Heard, Situation, Understood
from ascolto.conversations.models import Author, Conversation, Direction, Message, Status, Visibility
from ascolto.customers.models import CustomerFieldValue, Identity
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.sla.at_hand import at_hand
from ascolto.sla.calendar import is_open
from ascolto.understanding.models import Correction, Reading
from ascolto.understanding.written import own_words

log = logging.getLogger(__name__)
PORTION = 50  # conversations that are read at once
SECONDS = 0.1  # of one portion, about: others wait for the same process
LONGEST_KNOWN = 200
NO_TOPIC = "-"  # how a correction says it
State = TrialRun.State
OPEN = (State.WAITING, State.RUNNING)


def go_on() -> int:
    """The next portion of the oldest trial that is not done; returns how many conversations were tried (1 for the end of one)."""
    row = TrialRun.objects.filter(state__in=OPEN).order_by("pk").select_related("version__flow").first()
    if row is None:
        return 0
    try:
        return _portion(row)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("a trial failed", extra={"trial": row.pk})
        told = {**row.found, "error": clean(f"{type(error).__name__}: {error}", 300)}
        TrialRun.objects.filter(pk=row.pk).update(state=State.STOPPED, found=told, ended_at=now())
        return 1


def _portion(row: TrialRun) -> int:
    """One portion; it is written only where nobody stopped the trial, or did the same portion, meanwhile."""
    was = {"pk": row.pk, "state": row.state, "last": row.last}
    library, flow = library_with(row.version.text)
    if flow is None:
        raise ValueError("the flow cannot be read any more")
    if row.state == State.WAITING:
        row.state, row.total = State.RUNNING, _asked(row).count()
    cases = _cases(row)
    tried = _try_out(row, library, flow, cases)
    if not cases:
        row.state, row.ended_at = State.DONE, now()
    names = ("state", "total", "done", "last", "found", "ended_at")
    TrialRun.objects.filter(**was).update(**{name: getattr(row, name) for name in names})
    return max(1, tried)


def _try_out(row: TrialRun, library: Mapping[str, Flow], flow: Flow, cases: Sequence[_Case]) -> int:
    found, tried, here = deepcopy(row.found), 0, _Here()
    until = time.monotonic() + SECONDS
    for case in cases:
        if case.message is not None:
            turn = engine.begin(library, flow.slug, case.heard, here.situation(case, flow))
            is_resolved = case.conversation.status == Status.RESOLVED
            add(
                found,
                landing_of(library, turn),
                case.conversation.pk,
                said=case.said,
                is_resolved=is_resolved,
            )
        row.last, row.done, tried = case.conversation.pk, row.done + 1, tried + 1
        if time.monotonic() > until:
            break
    row.found = found
    return tried


def _asked(row: TrialRun) -> QuerySet[Conversation]:
    """What customers began in the days before the trial was asked for."""
    since = row.at - timedelta(days=row.days)
    rows = Conversation.objects.filter(created_at__gte=since, created_at__lt=row.at)
    return rows.filter(is_spam=False, is_room=False, merged_into=None)


# --- how things stood then -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Case:
    """A conversation with its first message (None: the customer said nothing). `said`: the topic that a person gave it, where one did."""

    conversation: Conversation
    message: Message | None = None
    heard: Heard = field(default_factory=Heard)
    said: str = ""
    known: Mapping[str, str] = field(default_factory=dict)
    is_identified: bool = False


class _Here:
    """What all situations of a portion share."""

    def __init__(self) -> None:
        company = Company.current()
        self._name, self._zone = company.name or "Ascolto", ZoneInfo(company.time_zone)
        self._timetable = at_hand().everybodys.timetable

    def situation(self, case: _Case, flow: Flow) -> Situation:
        """How things stood for this message, as far as that is known."""
        message = case.message
        moment = message.occurred_at if message is not None else case.conversation.created_at
        account = (message.account if message is not None else None) or case.conversation.account
        told = case.heard.understood.language
        return Situation(
            channel=channel_of(account.kind),
            moment=moment.astimezone(self._zone),
            language=told if told in flow.languages else case.conversation.customer.language or "",
            company=self._name,
            known=case.known,
            is_identified=case.is_identified,
            is_open={"": is_open(self._timetable, moment)},
        )


def _cases(row: TrialRun) -> list[_Case]:
    """The next conversations. A constant number of queries."""
    first = Message.objects.filter(
        conversation=OuterRef("pk"),
        direction=Direction.IN,
        author_kind=Author.CUSTOMER,
        visibility=Visibility.PRIVATE,
        is_automatic=False,
        removed_at=None,
    ).order_by("occurred_at", "id")
    rows = _asked(row).filter(pk__gt=row.last).order_by("pk").select_related("customer", "account")
    conversations = list(rows.annotate(first=Subquery(first.values("pk")[:1]))[:PORTION])
    messages = Message.objects.select_related("account").in_bulk(
        [one.first for one in conversations if one.first]
    )
    readings = (
        Reading.objects.filter(message__in=messages).select_related("topic").defer("because", "versions")
    )
    by_message, guesses = {one.message_id: one for one in readings}, _guesses(messages)
    customers = {one.customer_id for one in conversations}
    known, identified = _known(customers), _identified(customers)
    cases = []
    for one in conversations:
        case = _Case(one, messages.get(one.first), is_identified=one.customer_id in identified)
        case.known = {"customer": one.customer.name, **known.get(one.customer_id, {})}
        if case.message is not None:
            reading = by_message.get(case.message.pk)
            case.heard, case.said = _heard(case.message, reading, guesses)
        cases.append(case)
    return cases


def _guesses(messages: Collection[int]) -> dict[int, str]:
    """The topics that the model gave, by message, where a person gave another."""
    rows = Correction.objects.filter(message__in=messages, field="topic").order_by("-pk")
    return dict(rows.values_list("message_id", "was"))  # the oldest comes last, and stays


def _heard(message: Message, reading: Reading | None, guesses: Mapping[int, str]) -> tuple[Heard, str]:
    """What the bot would have heard, and the topic that a person gave it later."""
    text = own_words(message.text, message.extra or {})
    if reading is None:
        return Heard(text), ""
    topic = reading.topic.name if reading.topic else ""
    is_corrected = "topic" in reading.corrected
    guess = guesses.get(message.pk, topic) if is_corrected else topic
    guess = "" if guess == NO_TOPIC else guess
    understood = Understood(
        language=reading.language,
        language_probability=reading.language_probability,
        topic=guess,
        topic_probability=float((reading.probabilities or {}).get("topic", 0.0)) if guess else 0.0,
        intent=reading.intent,
        sentiment=reading.sentiment,
        anger=reading.anger,
    )
    return Heard(text, understood=understood), topic if is_corrected else ""


def _known(customers: Collection[int]) -> dict[int, dict[str, str]]:
    """Handles and fields of these customers, as flows name them."""
    found: dict[int, dict[str, str]] = {}
    handles = Identity.objects.filter(
        customer__in=customers, is_proven=True, namespace__in=["phone", "email"]
    )
    handles = handles.exclude(scope__startswith=Identity.RETIRED)
    for customer, name, value in handles.values_list("customer_id", "namespace", "value"):
        found.setdefault(customer, {}).setdefault(name, value)
    fields = CustomerFieldValue.objects.filter(customer__in=customers)
    for customer, key, value in fields.values_list("customer_id", "field__key", "value"):
        found.setdefault(customer, {})[f"field:{key}"] = str(value)[:LONGEST_KNOWN]
    return found


def _identified(customers: Collection[int]) -> set[int]:
    rows = Identity.objects.filter(customer__in=customers, proof__in=["self", "agent"])
    return set(rows.values_list("customer_id", flat=True))
