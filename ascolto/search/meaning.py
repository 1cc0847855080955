"""What a query means here and now: a tree for the index, conditions for conversations, and what was not found at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils import timezone

from ascolto.accounts.models import Agent
from ascolto.kit.clock import now
from ascolto.search import filters as meant
from ascolto.search import terms
from ascolto.search.index import RARE
from ascolto.search.query import Filter, Hint, Part, Phrase, Query, Word
from ascolto.search.tree import Every, Lexeme, Node, Row, Some, Without, every, lexemes, some
from ascolto.search.words import TAG, TAIL, WHO, codes_of, folded, is_code, stems, words_of

EVERYTHING = Some((Lexeme(TAG + "in"), Lexeme(TAG + "out")))
_MANY = 2**62
_NOTHING = Lexeme(TAG + "0")  # no message has it
_WITHIN_NUMBERS = str.maketrans("", "", "+()-./")

Said = Word | Phrase


@dataclass(slots=True)
class Meaning:
    """`node` is None when nothing is asked for. `condition` is asked of the conversations that the index finds."""

    node: Node | None = None
    condition: Q = field(default_factory=Q)
    said: meant.Seconds = (None, None)
    is_rare: bool = False
    is_held: bool = False  # the condition leaves few conversations
    unknown: tuple[Hint, ...] = ()


def meaning_of(query: Query, agent: Agent) -> Meaning:
    """What the query means to this agent at this moment."""
    return _Reading(query, agent).meaning() if query else Meaning()


class _Reading:
    """Collects what is wanted and what is not."""

    def __init__(self, query: Query, agent: Agent) -> None:
        self.query, self.agent = query, agent
        self.wanted: list[Node] = []
        self.unwanted: list[Node] = []
        self.unknown: list[Hint] = []
        self.occurring: dict[str, int] = {}  # lexemes and in how many messages they are
        self.last = query.parts[-1]

    def meaning(self) -> Meaning:
        self._words()
        self._tags()
        found = Meaning(
            unknown=(), is_held=any(f.name in meant.HELD and not f.negated for f in self.query.filters)
        )
        self._days(found)
        found.condition = self._condition()
        found.unknown = tuple(self.unknown)
        found.is_rare = min((_how_many(node, self.occurring) for node in self.wanted), default=_MANY) < RARE
        node, away = every(self.wanted) or EVERYTHING, some(self.unwanted)
        found.node = Without(node, away) if away else node
        return found

    # words

    def _words(self) -> None:
        said = self.query.said
        begun = self.last if _is_begun(self.last) else None  # is looked up with what begins so
        words = {word for part in said if part is not begun for word in words_of(part.text)}
        self.occurring |= terms.frequencies(each for word in words for each in (word, *stems(word)))
        for group in _numbers_together(said):
            part = group[0]
            node = self._said(part) if len(group) == 1 else _spaced_number(group)
            if part.negated:
                self.unwanted += [node] if node else []
            else:
                self.wanted.append(node or _NOTHING)

    def _said(self, part: Said) -> Node | None:
        words = words_of(part.text)
        if isinstance(part, Phrase):
            return _row(words)
        if len(words) != 1:  # an address, a code with dashes
            return some(node for node in (_row(words), *_codes(part.text)) if node)
        forms = [words[0], *stems(words[0])]
        nodes = lexemes(forms)
        if part.begins or (part is self.last and _is_begun(part)):
            nodes += self._beginning(words[0], forms=forms)
        return some([*nodes, *_codes(part.text)])

    def _beginning(self, word: str, mark: str = "", forms: Sequence[str] = ()) -> list[Node]:
        """What begins so: the most frequent words, or every code."""
        if not word.isalpha():
            return [Lexeme(mark + word, begins=True)] if len(word) > 3 else []
        known = terms.completions(mark + word, forms)
        self.occurring |= known
        return lexemes(known)

    # filters

    def _tags(self) -> None:
        """Of several customers or channels any will do; every other property counts."""
        several: dict[str, list[Node]] = {}
        for each in self.query.filters:
            node = self._who(each.value) if each.name == "from" else meant.tag_of(each)
            if node is None:
                self._note_unknown(each, is_known=each.name not in {"from", "channel"})
            elif each.negated:
                self.unwanted.append(node)
            elif each.name in {"from", "channel"}:
                several.setdefault(each.name, []).append(node)
            else:
                self.wanted.append(node)
        self.wanted += [node for nodes in several.values() if (node := some(nodes))]

    def _note_unknown(self, each: Filter, *, is_known: bool) -> None:
        if not is_known and not each.negated:
            self.unknown.append(Hint(str(each), each.name))
            self.wanted.append(_NOTHING)

    def _who(self, value: str) -> Node | None:
        """Every word of a name or handle, the last may only be begun; a telephone number however it is written."""
        words = words_of(value)
        if not words:
            return None
        self.occurring |= terms.frequencies(WHO + word for word in words)
        last = some([Lexeme(WHO + words[-1]), *self._beginning(words[-1], WHO)])
        named = every([*lexemes(WHO + word for word in words[:-1]), *([last] if last else [])])
        numbers = {code.removeprefix("00") for code in codes_of(folded(value)) if code.isdigit()}
        called = [Lexeme(TAIL + number[::-1], begins=True) for number in sorted(numbers)]
        return some([*([named] if named else []), *called])

    def _days(self, found: Meaning) -> None:
        today = timezone.localtime(now()).date()
        days = meant.days_wanted(self.query.filters, today)
        if days is not None:
            found.said = meant.seconds_of(days)
            self.wanted.append(meant.months_of(days, today) or _NOTHING)

    def _condition(self) -> Q:
        """Labels and properties must all be there; of several holders, teams or states one will do."""
        every_one, any_one = Q(), dict[str, Q]()
        for each in self.query.filters:
            condition = meant.condition_of(each, self.agent)
            if condition is None:
                self._note_unknown(each, is_known=False)
            elif condition and each.negated:
                every_one &= ~condition
            elif condition and each.name in {"label", "is"}:
                every_one &= condition
            elif condition:
                any_one[each.name] = any_one.get(each.name, Q()) | condition
        for condition in any_one.values():
            every_one &= condition
        return every_one


def _how_many(node: Node, occurring: dict[str, int]) -> int:
    """An upper bound, roughly, of how many messages have it."""
    if isinstance(node, Some):
        return sum(_how_many(each, occurring) for each in node.nodes)
    if isinstance(node, Every):
        return min(_how_many(each, occurring) for each in node.nodes)
    if isinstance(node, Row):
        return min(_how_many(Lexeme(word), occurring) for word in node.words)
    if isinstance(node, Without):
        return _how_many(node.node, occurring)
    if node.text[0] == TAG and node != _NOTHING:
        return _MANY
    bare = node.text.lstrip(WHO)
    if bare.isalpha() and len(bare) < 3:  # not counted
        return _MANY
    return 0 if node.begins else occurring.get(node.text, 0)


def _is_begun(part: Part) -> bool:
    """Whether the last part of a query is a plain word, which may only be begun."""
    return isinstance(part, Word) and not part.negated and len(words_of(part.text)) == 1


def _row(words: Sequence[str]) -> Node | None:
    return Row(tuple(words)) if len(words) > 1 else every(lexemes(words))


def _numbers_together(parts: Iterable[Said]) -> list[list[Said]]:
    """Parts one by one, but numbers that stand together as one: people type 06 1234 567."""
    groups: list[list[Said]] = []
    for part in parts:
        if _is_number(part) and groups and _is_number(groups[-1][-1]):
            groups[-1].append(part)
        else:
            groups.append([part])
    return groups


def _is_number(part: Said) -> bool:
    plain = part.text.translate(_WITHIN_NUMBERS)
    return isinstance(part, Word) and not part.negated and plain.isascii() and plain.isdigit()


def _spaced_number(group: Sequence[Said]) -> Node | None:
    """Each of the numbers, or all of them as one code."""
    apart = every(node for part in group if (node := _row(words_of(part.text))))
    return some(node for node in (apart, *_codes("".join(part.text for part in group))) if node)


def _codes(text: str) -> list[Node]:
    """A code without its dashes, by itself and by its end; a telephone number also without its country."""
    plain = "".join(words_of(text))
    if not is_code(plain):
        return []
    found: list[Node] = [Lexeme(plain), Lexeme(TAIL + plain[::-1], begins=True)]
    if plain.isdigit() and len(plain) > 8 and text.lstrip("(").startswith(("+", "00")):
        number = plain.removeprefix("00")
        found += [*lexemes(number[cut:] for cut in range(4)), Lexeme(TAIL + number[::-1], begins=True)]
    return found
