"""How the ten guarantees stand in a few conversations: the one that is open in the desk, or those of one customer.

What the page measures over a period as a share is here a plain answer, from the same rows: clocks, dated promises, hand-offs, what was
stopped or set aside, signatures, voices. A guarantee with nothing to keep here says so; one that nothing measures yet says why.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext, ngettext

from ascolto.charter.charts import marks
from ascolto.charter.guarantee import Guarantee, Period, State, Words
from ascolto.charter.guarantees import all_guarantees
from ascolto.charter.guarantees.named import unsigned
from ascolto.charter.handed import hand_off_limit, hand_offs_of
from ascolto.charter.late import PROMISED
from ascolto.charter.models import Stop
from ascolto.charter.problems import problems_of
from ascolto.charter.voices import second_voices
from ascolto.conversations.models import Author, Conversation, Direction, Message, Visibility
from ascolto.kit.clock import now
from ascolto.sla.models import Commitment, SlaClock

SOON = timedelta(minutes=15)  # before the end of a promise that nobody kept yet
AT_MOST = 50  # conversations of one customer, the newest
_EVER = datetime(2000, 1, 1, tzinfo=UTC)

Found = tuple[State, Words]


@dataclass(frozen=True, slots=True)
class Mark:
    """One guarantee here. `applies`: there was something to keep, and it can be told."""

    guarantee: Guarantee
    state: State
    words: Words
    applies: bool


@dataclass(frozen=True, slots=True)
class Marks:
    """The ten, in their order."""

    rows: tuple[Mark, ...]

    def count(self, state: State) -> int:
        """How many stand so."""
        return sum(row.state == state for row in self.rows)

    @property
    def total(self) -> int:
        """Those that say something here."""
        return sum(row.applies for row in self.rows)

    @property
    def words(self) -> str:
        """The row of marks in one sentence."""
        parts = [
            gettext("%(kept)s of %(total)s guarantees that apply here are kept")
            % {"kept": self.count(State.KEPT), "total": self.total}
        ]
        for state, words in (
            (State.AT_RISK, gettext("%(n)s at risk")),
            (State.BROKEN, gettext("%(n)s broken")),
        ):
            parts += [words % {"n": self.count(state)}] if self.count(state) else []
        return ", ".join(parts)

    @property
    def drawn(self) -> str:
        """The marks; a stub where a guarantee says nothing here."""
        return marks([(row.state, 100.0 if row.applies else None) for row in self.rows], self.words, 54, 14)


def marks_of(conversations: Collection[int]) -> Marks:
    """How everything stands in these conversations. About ten queries, however many they are."""
    return Marks(tuple(_mark(guarantee, conversations) for guarantee in all_guarantees()))


def _mark(guarantee: Guarantee, conversations: Collection[int]) -> Mark:
    look = _LOOKS.get(guarantee.slug)
    if look is None:
        words = guarantee.not_yet or gettext("It compares channels and customers with each other.")
        return Mark(guarantee, State.NOT_MEASURED, words, applies=False)
    found = look(conversations)
    state, words = found or (State.NOT_MEASURED, gettext("Nothing to keep here so far."))
    if said := _set_aside(guarantee.slug, conversations):
        state, words = State.BROKEN, said
    return Mark(guarantee, state, words, applies=state != State.NOT_MEASURED)


def _set_aside(slug: str, conversations: Collection[int]) -> str:
    """How often people did here what it refuses, each time with a reason."""
    count = Stop.objects.filter(guarantee=slug, is_override=True, conversation__in=conversations).count()
    if not count:
        return ""
    return ngettext("Set aside once, with a reason.", "Set aside %(n)s times, with reasons.", count) % {
        "n": count
    }


def _hands(conversations: Collection[int]) -> Found | None:
    limit = hand_off_limit()
    counts = hand_offs_of(Conversation.objects.filter(pk__in=list(conversations)))
    most = max(counts.values(), default=0)
    said = ngettext("%(count)s hand-off of %(limit)s", "%(count)s hand-offs of %(limit)s", most)
    words = said % {"count": most, "limit": limit}
    if most > limit:
        return State.BROKEN, words
    return (State.AT_RISK if most and most == limit else State.KEPT), words


def _timing(conversations: Collection[int]) -> Found | None:
    customers = Conversation.objects.filter(pk__in=list(conversations)).values_list("customer_id", flat=True)
    if problems_of(set(customers)):
        return State.KEPT, gettext("A problem is open: nothing is offered until it is solved.")
    stopped = Stop.objects.filter(guarantee="right-timing", is_override=False, conversation__in=conversations)
    return (State.KEPT, gettext("An offer was stopped.")) if stopped.exists() else None


def _names(conversations: Collection[int]) -> Found | None:
    answers = _answers(conversations)
    found = answers.aggregate(total=Count("pk"), bare=Count("pk", filter=unsigned()))
    if not found["total"]:
        return None
    if found["bare"]:
        words = ngettext("%(n)s answer without a name", "%(n)s answers without a name", found["bare"])
        return State.BROKEN, words % {"n": found["bare"]}
    words = ngettext("%(n)s answer with a name", "%(n)s answers with a name", found["total"])
    return State.KEPT, words % {"n": found["total"]}


def _answers(conversations: Collection[int]) -> QuerySet[Message]:
    rows = Message.objects.filter(conversation__in=conversations, direction=Direction.OUT)
    return rows.filter(author_kind=Author.AGENT, is_automatic=False).exclude(visibility=Visibility.NOTE)


def _promises(conversations: Collection[int]) -> Found | None:
    at = now()
    clock, dated = SlaClock.State, Commitment.State
    clocks = SlaClock.objects.filter(conversation__in=conversations, kind__in=PROMISED).aggregate(
        late=Count("pk", filter=Q(state=clock.BREACHED) | Q(state=clock.RUNNING, due_at__lte=at)),
        soon=Count("pk", filter=Q(state=clock.RUNNING, due_at__gt=at, due_at__lte=at + SOON)),
        fine=Count("pk", filter=Q(state=clock.MET) | Q(state=clock.RUNNING, due_at__gt=at + SOON)),
    )
    said = Commitment.objects.filter(conversation__in=conversations).aggregate(
        late=Count("pk", filter=Q(state=dated.BROKEN) | Q(state=dated.OPEN, due_at__lte=at)),
        soon=Count("pk", filter=Q(state=dated.OPEN, due_at__gt=at, due_at__lte=at + SOON)),
        fine=Count("pk", filter=Q(state=dated.KEPT) | Q(state=dated.OPEN, due_at__gt=at + SOON)),
    )
    late, soon, fine = (clocks[name] + said[name] for name in ("late", "soon", "fine"))
    if late:
        return State.BROKEN, ngettext("%(n)s promise late", "%(n)s promises late", late) % {"n": late}
    if soon:
        words = ngettext("%(n)s promise is due soon", "%(n)s promises are due soon", soon)
        return State.AT_RISK, words % {"n": soon}
    if not fine:
        return None
    words = ngettext("%(n)s promise kept or in time", "%(n)s promises kept or in time", fine)
    return State.KEPT, words % {"n": fine}


def _voices(conversations: Collection[int]) -> Found | None:
    if not _answers(conversations).filter(visibility=Visibility.PUBLIC).exists():
        return None
    among = Conversation.objects.filter(pk__in=list(conversations))
    if second_voices(Period(_EVER, now() + timedelta(days=1)), among=among):
        return State.BROKEN, gettext("Somebody answered in public beside the owner.")
    return State.KEPT, gettext("One voice in public.")


_LOOKS: dict[str, Callable[[Collection[int]], Found | None]] = {
    "no-rubber-wall": _hands,
    "right-timing": _timing,
    "named": _names,
    "promises-kept": _promises,
    "one-owner": _voices,
}
