"""A query as a sentence: "Open WhatsApp or e-mail conversations that wait longer than 2 hours and are held by nobody".

Every clause is a whole phrase of its language with the conversations as its subject, so that it can stand beside any other. The status and
the channel stand with the noun where they are simple.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Union

from django.utils import formats
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from ascolto.conversations.fields import Dated, Field, Referred, Span

CAPITALS = {"de", "en", "nl"}  # languages that write days or languages with a capital inside a sentence
Comparison = tuple[Field, str, Any]


@dataclass(frozen=True, slots=True)
class Clauses:
    """A group as a sentence says it: comparisons first, then groups."""

    join: str
    parts: Sequence[Union[Comparison, Clauses]]  # noqa: UP007 - it names itself


def names_in(clauses: Sequence[Clauses]) -> _Names:
    """The names of rows in several queries, looked up together: for a page that tells many of them."""
    return _Names(Clauses("all", list(clauses)))


def sentence_of(clauses: Clauses, names: _Names | None = None) -> str:
    """The whole sentence, without a full stop. `names`: see names_in."""
    names = names or _Names(clauses)
    noun, rest = _noun(clauses, names) if clauses.join == "all" else (_("Conversations"), clauses.parts)
    if not rest:
        return noun if clauses.parts else _("All conversations")
    told = _all_of(rest, names) if clauses.join == "all" else _any_of(rest, names)
    return _("%(conversations)s that %(clauses)s") % {"conversations": noun, "clauses": told}


def inside(name: str) -> str:
    """The name of a day or a language inside a sentence: only some languages begin it with a capital there."""
    return name if (get_language() or "en")[:2] in CAPITALS else name.lower()


def clause_of(field: Field, operator: str, value: Any) -> str:
    """One comparison alone: "are held by nobody"."""
    one = (field, operator, value)
    return _together(_phrases(one, _Names(Clauses("all", [one]))), operator)


def _all_of(parts: Sequence[Comparison | Clauses], names: _Names, *, is_alternative: bool = False) -> str:
    """Clauses that all hold; a group among them has its own "that", so that nobody takes it for more than it is."""
    plain: list[str] = []
    either = [_any_of(part.parts, names) for part in parts if isinstance(part, Clauses)]
    for part in parts:
        if isinstance(part, Clauses):
            continue
        phrases = _phrases(part, names)
        if len(phrases) > 1 and not _is_negative(part[1]):
            either.append(_either(phrases))
        else:
            plain.extend(phrases)
    told = [_list(plain, _("%(first)s and %(last)s"))] if plain else []
    joint = _("%(first)s and that %(rest)s") if is_alternative else _("%(first)s, and that %(rest)s")
    return _chain([*told, *either], joint)


def _any_of(parts: Sequence[Comparison | Clauses], names: _Names) -> str:
    """Clauses of which one holds; each of several clauses has its own "that"."""
    told: list[str] = []
    has_group = False
    for part in parts:
        if isinstance(part, Clauses):
            has_group = True
            told.append(_all_of(part.parts, names, is_alternative=True))
        else:
            told.append(_together(_phrases(part, names), part[1]))
    if has_group:
        return _chain(told, _("%(first)s, or that %(rest)s"))
    return told[0] if len(told) == 1 else _either(told)


def _chain(clauses: Sequence[str], joint: str) -> str:
    """Clauses of which each has its own "that"."""
    first, *rest = clauses
    return joint % {"first": first, "rest": _chain(rest, joint)} if rest else first


def _either(phrases: Sequence[str]) -> str:
    return _("either %(alternatives)s") % {"alternatives": _list(phrases, _("%(first)s or else %(last)s"))}


def _together(phrases: Sequence[str], operator: str) -> str:
    """The phrases of one comparison in one."""
    return _list(
        phrases, _("%(first)s and %(last)s") if _is_negative(operator) else _("%(first)s or %(last)s")
    )


def _is_negative(operator: str) -> bool:
    return operator in {"is_not", "none_of"}


def _noun(clauses: Clauses, names: _Names) -> tuple[str, Sequence[Comparison | Clauses]]:
    """The conversations with their status and channel, and what is left to say of them."""
    simple = [part for part in clauses.parts if not isinstance(part, Clauses) and part[1] == "is"]
    status = [part for part in simple if part[0].name == "status"]
    channel = [part for part in simple if part[0].name == "channel"]
    taken = (status if len(status) == 1 else []) + (channel if len(channel) == 1 else [])
    rest = [part for part in clauses.parts if not any(part is one for one in taken)]
    words = {part[0].name: _values(part, names) for part in taken}
    if "status" in words and "channel" in words:
        noun = _("%(status)s %(channel)s conversations") % words
    elif "status" in words:
        noun = _("%(status)s conversations") % words
    elif "channel" in words:
        noun = _("%(channel)s conversations") % words
    else:
        noun = _("Conversations")
    return noun[:1].upper() + noun[1:], rest


def _phrases(part: Comparison, names: _Names) -> list[str]:
    """What one comparison says: values with a sentence of their own stand apart."""
    field, operator, value = part
    clause = str(field.clauses[operator])
    if value is None:
        return [clause]
    if isinstance(value, tuple):
        apart = [str(field.special[operator, one]) for one in value if (operator, one) in field.special]
        together = tuple(one for one in value if (operator, one) not in field.special)
        if together:
            words = _values((field, operator, together), names)
            return [clause % {"values": words}, *apart]
        return apart
    if isinstance(value, Span):
        is_past = isinstance(field.kind, Dated) and operator == "within"
        return [clause % {"span": _past_words(value) if is_past else span_words(value)}]
    if isinstance(value, date):
        return [clause % {"day": inside(formats.date_format(value, "l j F Y"))}]
    return [clause % {"text": value}]


def _values(part: Comparison, names: _Names) -> str:
    field, operator, value = part
    joint = _("%(first)s and %(last)s") if operator == "all_of" else _("%(first)s or %(last)s")
    return _list([names.of(field, one) for one in value], joint)


def _list(words: Sequence[str], joint: str) -> str:
    """`a`, `a or b`, `a, b or c`."""
    if len(words) < 2:
        return "".join(words)
    return joint % {"first": ", ".join(words[:-1]), "last": words[-1]}


def span_words(span: Span) -> str:
    """`2 hours`."""
    n = span.number
    found = {
        "minutes": lambda: ngettext("%(n)s minute", "%(n)s minutes", n),
        "hours": lambda: ngettext("%(n)s hour", "%(n)s hours", n),
        "days": lambda: ngettext("%(n)s day", "%(n)s days", n),
    }[span.unit]()
    return found % {"n": n}


def _past_words(span: Span) -> str:
    """`in the last 2 hours`."""
    n = span.number
    found = {
        "minutes": lambda: ngettext("in the last minute", "in the last %(n)s minutes", n),
        "hours": lambda: ngettext("in the last hour", "in the last %(n)s hours", n),
        "days": lambda: ngettext("in the last day", "in the last %(n)s days", n),
    }[span.unit]()
    return found % {"n": n}


class _Names:
    """Words for the values of a query: the names of rows are looked up together, one query a field."""

    def __init__(self, clauses: Clauses) -> None:
        ids: dict[str, set[int]] = {}
        self._fields: dict[str, Field] = {}
        for field, _operator, value in _comparisons(clauses):
            if isinstance(field.kind, Referred) and isinstance(value, tuple):
                self._fields[field.name] = field
                ids.setdefault(field.name, set()).update(one for one in value if isinstance(one, int))
        self._rows = {name: self._looked_up(self._fields[name], found) for name, found in ids.items()}
        self._words: dict[str, Mapping[str | int, str]] = {}

    @staticmethod
    def _looked_up(field: Field, ids: set[int]) -> Mapping[int, str]:
        return field.named(sorted(ids)) if field.named is not None and ids else {}

    def of(self, field: Field, value: str | int) -> str:
        """What a sentence calls this value."""
        if isinstance(value, int):
            name = self._rows.get(field.name, {}).get(value)
            if not name:
                return _("one that is gone")
            return f"“{name}”" if field.is_quoted else name
        if field.name not in self._words:
            self._words[field.name] = {
                choice.value: str(choice.words or choice.label) for choice in field.choices(None)
            }
        return self._words[field.name].get(value, value)


def _comparisons(clauses: Clauses) -> Iterable[Comparison]:
    for part in clauses.parts:
        if isinstance(part, Clauses):
            yield from _comparisons(part)
        else:
            yield part
