"""A customer's data goes: looked at first, confirmed by the number, done a day later, and reported without personal data."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Max, Min, Model, Q, QuerySet

from ascolto.accounts.models import Agent
from ascolto.conversations.files import path_of_digest
from ascolto.conversations.models import Attachment, Conversation, Message
from ascolto.customers.merging import now_part_of
from ascolto.customers.models import Customer, CustomerMerge, CustomerNote, Identity
from ascolto.directory.models import CustomerExport, Erasure
from ascolto.directory.privacy.exporting import forget_file
from ascolto.directory.privacy.inventory import PLACES, Deed, Place
from ascolto.events.log import actor_of, emit
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.intake.models import RawEvent
from ascolto.kit.clock import now
from ascolto.search.consumers import mark_stale

log = logging.getLogger(__name__)
DELAY = timedelta(hours=24)
CHUNK = 500
GONE = "•••"
LEAST_VALUE = 6  # characters of a handle that is looked for in other people's words
MOST_QUOTES = 2_000  # messages and notes of others that are looked at for one handle
# texts in the data of events that name nobody
PLAIN = frozenset(
    [
        "channel",
        "status",
        "state",
        "visibility",
        "kind",
        "how",
        "verb",
        "namespace",
        "scope",
        "reason_code",
        "emoji",
        "field",
        "head",
        "purpose",
        "what",
        "action",
        "gate",
        "guarantee",
        "code",
        "clock",
        "model",
        "version",
        "due_at",
        "until",
        "received_at",
        "wait",
        "position",
    ]
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the dry run and of the report: how many rows of a model, and what becomes of them."""

    model: str
    deed: Deed
    rows: int


def family_of(customer: Customer) -> list[int]:
    """The customer and everybody who became part of them."""
    found, fresh = {customer.pk}, {customer.pk}
    while fresh:
        fresh = set(Customer.objects.filter(merged_into__in=fresh).values_list("pk", flat=True)) - found
        found |= fresh
    return sorted(found)


def dry_run(customer: Customer) -> list[Line]:
    """What erasing would do, line by line; only where there is something."""
    people = family_of(customer)
    lines: dict[tuple[str, Deed], int] = {}
    for place in PLACES:
        if place.by and place.deed is not Deed.FOLLOWS and (count := _rows(place, people).count()):
            key = (place.model, place.deed)
            lines[key] = lines.get(key, 0) + count
    if quotes := sum(len(found) for _values, found in _quotes(people)):
        lines[("quotes", Deed.EMPTY)] = quotes
    return [Line(model, deed, rows) for (model, deed), rows in lines.items()]


def ask_erasure(*, by: Agent, customer: Customer, number: str) -> Erasure:
    """Let a customer's data go a day from now. `number`: typed by whoever asks, to be sure. Raises Refused."""
    _check_may(by)
    if number.strip().lstrip("#").replace(" ", "") != customer.number:
        raise Refused(
            "wrong_number", "This is not the customer's number.", fix="Type the number that the page shows."
        )
    if customer.erased_at or customer.merged_into_id:
        raise Refused("erased", "The data of one of them was erased.", fix="Leave them as they are.")
    with transaction.atomic():
        Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
        waiting = Erasure.objects.filter(customer=customer, state=Erasure.State.WAITING).first()
        if waiting is not None:
            return waiting
        made = Erasure.objects.create(customer=customer, by=by, due_at=now() + DELAY)
        emit(
            "privacy.erasure_asked",
            actor=actor_of(by),
            number=customer.number,
            due_at=made.due_at.isoformat(),
        )
    return made


def cancel_erasure(*, by: Agent, erasure: Erasure) -> None:
    """Leave the data where it is. Raises Refused when it is gone already."""
    _check_may(by)
    rows = Erasure.objects.filter(pk=erasure.pk, state=Erasure.State.WAITING)
    with transaction.atomic():
        if not rows.update(state=Erasure.State.CANCELLED, settled_at=now(), settled_by=by):
            raise Refused("settled", "It was done or cancelled already.")
        emit("privacy.erasure_cancelled", actor=actor_of(by), number=erasure.customer.number)


def _check_may(by: Agent) -> None:
    if not by.may("customers.erase"):
        raise Refused("not_allowed", "You may not erase customers.", fix="Ask an administrator.")


def erase_due() -> int:
    """Do what is due; returns how many customers were erased."""
    done = 0
    for pk in list(
        Erasure.objects.filter(state=Erasure.State.WAITING, due_at__lte=now()).values_list("pk", flat=True)[
            :20
        ]
    ):
        done += _erase_one(pk)
    return done


@transaction.atomic
def _erase_one(pk: int) -> bool:
    skip = connection.features.has_select_for_update_skip_locked
    rows = Erasure.objects.select_for_update(
        of=("self",) if connection.vendor == "postgresql" else (), skip_locked=skip
    )
    erasure = rows.filter(pk=pk, state=Erasure.State.WAITING).first()
    if erasure is None:
        return False
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=erasure.customer_id)
    if now_part_of([customer.pk]):  # merged since: what was confirmed is not what would go
        Erasure.objects.filter(pk=pk).update(state=Erasure.State.CANCELLED, settled_at=now())
        emit("privacy.erasure_cancelled", number=customer.number)
        return False
    lines = erase(customer)
    report = {"lines": [[line.model, line.deed.value, line.rows] for line in lines]}
    Erasure.objects.filter(pk=pk).update(state=Erasure.State.DONE, settled_at=now(), report=report)
    emit("privacy.erased", actor=actor_of(erasure.by), number=customer.number, report=pk)
    return True


def erase(customer: Customer) -> list[Line]:
    """Do it, in the caller's transaction; returns what was done."""
    people = family_of(customer)
    lines = dry_run(customer)
    conversations = list(Conversation.objects.filter(customer__in=people).values_list("pk", flat=True))
    _redact_quotes(people)
    _empty_deliveries(people)
    _forget_files(people)
    for place in PLACES:
        if place.by and place.deed is Deed.DELETE:
            _rows(place, people).delete()
        elif place.by and place.deed is Deed.EMPTY and place.empties:
            _rows(place, people).update(**place.empties)
    _empty_what_they_said_elsewhere(people)
    _empty_events(people, conversations)
    _empty_people(people)
    mark_stale(conversations)
    return lines


def _rows(place: Place, people: list[int]) -> QuerySet[Any]:
    """The rows of a place that reach these customers."""
    return apps.get_model(place.model)._default_manager.filter(**{f"{place.by}__in": people})


def _values_of(people: list[int]) -> list[str]:
    """Handles as others may have written them."""
    rows = Identity.objects.filter(customer__in=people).values_list("value", "shown")
    return sorted({text for pair in rows for text in pair if len(text) >= LEAST_VALUE}, key=len, reverse=True)


def _quotes(people: list[int]) -> Iterator[tuple[str, list[Model]]]:
    """Messages and notes about other people in which a handle of these stands."""
    for value in _values_of(people):
        said = Message.objects.filter(text__icontains=value).exclude(conversation__customer__in=people)
        notes = CustomerNote.objects.filter(text__icontains=value).exclude(customer__in=people)
        yield value, [*said.order_by("pk")[:MOST_QUOTES], *notes.order_by("pk")[:MOST_QUOTES]]


def _redact_quotes(people: list[int]) -> None:
    """Only the handle goes: the words are other people's."""
    touched: set[int] = set()
    for value, found in _quotes(people):
        for row in found:
            for name in ("text", "html", "subject"):
                if text := getattr(row, name, ""):
                    setattr(row, name, _without(text, value))
            if isinstance(row, Message):
                row.save(update_fields=["text", "html", "subject"])
                touched.add(row.conversation_id)
            else:
                row.save(update_fields=["text"])
    for conversation in Conversation.objects.filter(pk__in=touched):
        preview = reduce(_without, _values_of(people), conversation.preview)
        Conversation.objects.filter(pk=conversation.pk).update(preview=preview[:200])
    mark_stale(touched)


def _without(text: str, value: str) -> str:
    """The text with the value taken out, in any case of letters."""
    low, wanted, parts, place = text.lower(), value.lower(), [], 0
    if len(low) != len(text):  # a letter that becomes two: only as it is written
        return text.replace(value, GONE)
    while (found := low.find(wanted, place)) >= 0:
        parts += [text[place:found], GONE]
        place = found + len(wanted)
    return "".join([*parts, text[place:]])


def _empty_deliveries(people: list[int]) -> None:
    """What networks delivered and the journal still keeps: bodies in which a handle of these stands."""
    values = [value.encode() for value in _values_of(people)]
    said = Message.objects.filter(conversation__customer__in=people, account__isnull=False)
    for account, first, last in _spans(said):
        raws = RawEvent.objects.filter(account=account, received_at__range=(first, last)).only("pk", "body")
        for raw in raws.iterator(chunk_size=CHUNK):
            if any(value in bytes(raw.body) for value in values):
                RawEvent.objects.filter(pk=raw.pk).update(body=b"", headers={}, error="")


def _spans(said: QuerySet[Message]) -> list[tuple[int, Any, Any]]:
    rows = said.order_by().values("account_id").annotate(first=Min("created_at"), last=Max("created_at"))
    around = timedelta(days=1)
    return [(row["account_id"], row["first"] - around, row["last"] + around) for row in rows]


def _forget_files(people: list[int]) -> None:
    """Files of their messages, unless another person's message has the same content."""
    rows = Attachment.objects.filter(message__conversation__customer__in=people)
    digests = set(rows.exclude(sha256="").values_list("sha256", flat=True))
    rows.update(
        name="", sha256="", size=0, content_id="", remote=None, error="", state=Attachment.State.FAILED
    )
    kept = set(Attachment.objects.filter(sha256__in=digests).values_list("sha256", flat=True))
    gone = digests - kept
    transaction.on_commit(lambda: _unlink(gone))
    for export in CustomerExport.objects.filter(customer__in=people):
        forget_file(export)


def _unlink(digests: Iterable[str]) -> None:
    for digest in digests:
        path_of_digest(digest).unlink(missing_ok=True)


def _empty_what_they_said_elsewhere(people: list[int]) -> None:
    """Their own messages in conversations of others, such as public threads."""
    rows = Message.objects.filter(identity__customer__in=people).exclude(conversation__customer__in=people)
    mark_stale(set(rows.values_list("conversation_id", flat=True)))
    rows.update(text="", html="", subject="", extra={})


def _empty_events(people: list[int], conversations: list[int]) -> None:
    """Rows of the log stay: numbers, states and times are what measures are made of. Words go."""
    wanted = Q(customer_id__in=people) | Q(conversation_id__in=conversations)
    for event in Event.objects.filter(wanted).exclude(data={}).order_by("pk").iterator(chunk_size=CHUNK):
        plain = _plain(event.type, event.data)
        if plain != event.data:
            Event.objects.filter(pk=event.pk).update(data=plain)


def _plain(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    named = PLAIN | (
        {"previous"} if kind.startswith("conversation.") and kind != "conversation.renamed" else set()
    )
    return {
        key: value
        for key, value in data.items()
        if value is None or isinstance(value, (int, float)) or (key in named and isinstance(value, str))
    }


def _empty_people(people: list[int]) -> None:
    for identity in Identity.objects.filter(customer__in=people):
        Identity.objects.filter(pk=identity.pk).update(
            value=f"erased:{identity.pk}",
            shown="",
            scope=f"{Identity.RETIRED}{identity.pk}",
            is_proven=False,
            removed=None,
            refused_why="",
            proof="",
            beside=None,
        )
    CustomerMerge.objects.filter(Q(source__in=people) | Q(target__in=people)).update(why="", before={})
    Customer.objects.filter(pk__in=people).update(name="", language="", about="", group=None, erased_at=now())
