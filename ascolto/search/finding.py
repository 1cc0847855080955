"""Find conversations by what was said in them: for one agent, the newest first, page by page.

The index finds messages; who may see them, and how their conversations are now, is asked of the conversations themselves, through the
one rule of access. Work is bounded: after LOOKED_AT messages a page ends early, and its cursor goes on from there.
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Q

from ascolto.accounts.models import Agent
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.selectors import BadCursor
from ascolto.customers.models import Identity
from ascolto.kit.ids import pk_of_reference
from ascolto.search import index
from ascolto.search.index import Found
from ascolto.search.meaning import EVERYTHING, Meaning, meaning_of
from ascolto.search.query import Query, Word
from ascolto.search.tree import Every, lexemes, some
from ascolto.search.words import TAG

LOOKED_AT = 20_000  # messages for one page
PATIENCE = 0.25  # seconds after which no further portion is begun
FEW = 1_000  # conversations that are named to the index one by one
_PORTIONS = (60, 500, 2_000)
COUNT_CAP = 1000
_CUSTOMERS = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: messages under `below` come next; those above `top` came after the first page."""

    top: int
    below: int

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(f"{self.top}.{self.below}".encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, cursor: str) -> Place:
        """Raises BadCursor."""
        try:
            text = base64.urlsafe_b64decode(cursor[:100] + "=" * (-len(cursor) % 4)).decode("ascii")
            top, _, below = text.partition(".")
            place = cls(int(top), int(below))
            if not 0 <= place.below <= place.top + 1 <= index.END:
                raise ValueError
            return place
        except ValueError as error:
            raise BadCursor("This cursor was not made here: begin again without one.") from error


_ANYTHING = Place(index.END - 1, index.END)


@dataclass(slots=True)
class Sought:
    """The newest message of each conversation that was found; `next` is None at the end, `is_cut` when patience ended before."""

    found: list[Found] = field(default_factory=list)
    next: Place | None = None
    is_cut: bool = False
    named: int | None = None  # the conversation whose number was typed


def seek(agent: Agent, query: Query, meaning: Meaning, *, cursor: str, limit: int) -> Sought:
    """One page of conversations. Raises BadCursor."""
    place = Place.parse(cursor) if cursor else _ANYTHING
    result = Sought(named=numbered(agent, query))
    if meaning.node is None:
        return result
    search = _Search(agent, meaning, place, {result.named} if result.named else set())
    search.is_trusting = True
    for each in search.run(limit + 1):
        result.found.append(each)
    if not cursor:  # what comes later than the first hit belongs to no page
        place = Place(result.found[0].message if result.found else search.below, place.below)
    if len(result.found) > limit:
        result.found.pop()
        result.next = Place(place.top, result.found[-1].message)
    elif search.is_cut:
        result.is_cut, result.next = True, Place(place.top, search.below)
    return result


def numbered(agent: Agent, query: Query) -> int | None:
    """The conversation with the reference number that is all that was typed, when the agent may see it."""
    if len(query.parts) != 1 or not isinstance(query.parts[0], Word):
        return None
    pk = pk_of_reference(query.parts[0].text)
    if pk is None or not visible_conversations(agent).filter(pk=pk).exists():
        return None
    return pk


class _Search:
    """Walks through what the index finds, from one message downwards."""

    def __init__(self, agent: Agent, meaning: Meaning, place: Place, passed: set[int]) -> None:
        self.meaning, self.place, self.passed = meaning, place, passed
        self.visible = visible_conversations(agent).filter(meaning.condition)
        self.is_free = not self.visible.query.where  # every conversation will do
        self.is_trusting = (
            False  # what is not there any more may be among them: whoever reads them leaves it out
        )
        self.below, self.looked_at, self.is_cut = place.below, 0, False
        self.node = meaning.node
        self.named_all = False
        self.ends = time.monotonic() + PATIENCE
        if meaning.is_held or agent.is_guest:
            self._name_the_few()

    def run(self, wanted: int) -> Iterator[Found]:
        """The newest message of each conversation that has one, up to `wanted`."""
        count = 0
        for portion in self._portions(wanted):
            for each in self._new_ones(portion):
                yield each
                count += 1
                if count == wanted:
                    return

    def _portions(self, wanted: int) -> Iterator[list[Found]]:
        for turn in range(10_000):
            limit = max(_PORTIONS[min(turn, len(_PORTIONS) - 1)], 2 * wanted if turn == 0 else 0)
            portion = self._look_up(self.below, 0, limit)
            yield portion
            if len(portion) < limit:
                return
            self.below = portion[-1].message
            self.looked_at += len(portion)
            if self.looked_at >= LOOKED_AT or time.monotonic() > self.ends:
                self.is_cut = True
                return

    def _look_up(self, below: int, above: int, limit: int) -> list[Found]:
        assert self.node is not None
        meaning = self.meaning
        rare = meaning.is_rare or self.named_all
        return index.look_up(self.node, below=below, above=above, limit=limit, said=meaning.said, rare=rare)

    def _name_the_few(self) -> None:
        """When what may be found is in few conversations, the index is asked for these alone."""
        few = list(self.visible.order_by().values_list("pk", flat=True)[: FEW + 1])
        if len(few) <= FEW and self.node is not None:
            self.named_all = True
            self.node = Every((self.node, some(lexemes(f"{TAG}v{pk}" for pk in few or [0]))))  # type: ignore[arg-type]

    def _new_ones(self, portion: list[Found]) -> list[Found]:
        """The first message of each conversation that is allowed and was on no page before."""
        first: dict[int, Found] = {}
        for each in portion:
            if each.conversation not in self.passed:
                first.setdefault(each.conversation, each)
        kept = self._allowed(first)
        if self.place.below <= self.place.top:
            kept -= self._seen_before(kept)
        self.passed.update(first)
        return [each for conversation, each in first.items() if conversation in kept]

    def _allowed(self, conversations: Iterable[int]) -> set[int]:
        asked = list(conversations)
        if not asked or (self.is_free and self.is_trusting):
            return set(asked)
        return set(self.visible.filter(pk__in=asked).order_by().values_list("pk", flat=True))

    def _seen_before(self, conversations: set[int]) -> set[int]:
        """Those that a page before has shown: they have a newer message that is found as well."""
        if not conversations:
            return set()
        node = self.node
        among = some(lexemes(f"{TAG}v{pk}" for pk in sorted(conversations)))
        assert node is not None
        assert among is not None
        newer = index.look_up(
            Every((node, among)),
            below=self.place.top + 1,
            above=self.place.below - 1,
            limit=50 * len(conversations),
            said=self.meaning.said,
            rare=True,
        )
        return {each.conversation for each in newer}


def matching(agent: Agent, query: Query, *, at_most: int = 2000) -> Q:
    """The condition by which a list of conversations holds what the query finds in the newest messages.

    Who may see them is the list's own concern.
    """
    meaning = meaning_of(query, agent)
    if meaning.node is None:
        return Q(pk__in=[])
    if meaning.node is EVERYTHING:
        return meaning.condition
    found = index.look_up(meaning.node, limit=at_most, said=meaning.said, rare=meaning.is_rare)
    condition = Q(pk__in={each.conversation for each in found}) & meaning.condition
    named = numbered(agent, query)
    if named:
        condition |= Q(pk=named)
    if len(query.parts) == 1 and (
        known := _customers_with(str(query))
    ):  # at once, before anything is indexed
        condition |= Q(customer_id__in=known)
    return condition


def _customers_with(handle: str) -> list[int]:
    """Customers with exactly this handle, in any case of letters; a telephone number with or without its +."""
    value = handle.strip('"').lower()
    digits = re.sub(r"[\s().\-/]", "", value).removeprefix("+").removeprefix("00")
    spellings = [value, f"+{digits}", digits] if digits.isascii() and digits.isdigit() else [value]
    rows = Identity.objects.filter(value__lower__in=spellings).exclude(scope__startswith=Identity.RETIRED)
    return list(rows.values_list("customer_id", flat=True)[:_CUSTOMERS])


def count(agent: Agent, query: Query) -> int:
    """How many conversations there are, counted up to COUNT_CAP and as far as LOOKED_AT messages go."""
    meaning = meaning_of(query, agent)
    if meaning.node is None:
        return 0
    search = _Search(agent, meaning, _ANYTHING, set())
    return sum(1 for _ in search.run(COUNT_CAP + 1))
