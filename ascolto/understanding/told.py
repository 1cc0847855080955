"""What was measured, in sentences for people who are no statisticians."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import formats, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.understanding.selectors.figures import measured, share_right, shipped_bias, shipped_figures
from ascolto.understanding.wording import FIELDS, answer_name

Words = str | Promise
HEADS: dict[str, Words] = {**FIELDS, "answer": FIELDS["needs_answer"]}
_OF_HEAD = {"answer": "needs_answer"}
_SETS: dict[str, Words] = {
    "XLM-T it": gettext_lazy("tweets in Italian"),
    "XLM-T en": gettext_lazy("tweets in English"),
    "XLM-T de": gettext_lazy("tweets in German"),
    "XLM-T fr": gettext_lazy("tweets in French"),
    "XLM-T es": gettext_lazy("tweets in Spanish"),
    "XLM-T pt": gettext_lazy("tweets in Portuguese"),
    "MultiEmotions-It": gettext_lazy("Italian comments under songs and commercials"),
    "SENTIPOLC16": gettext_lazy("Italian tweets, many about politics"),
    "airline": gettext_lazy("English tweets to airlines"),
    "complaints19": gettext_lazy("English tweets to brands"),
    "banking77": gettext_lazy("English questions to a bank, 77 kinds"),
    "banking77, 10 examples each": gettext_lazy("the same questions, taught with ten examples of each kind"),
    "SMS Spam": gettext_lazy("English text messages, spam or not"),
}
_TASKS: dict[str, Words] = {
    "sentiment": gettext_lazy("Feeling"),
    "complaint": gettext_lazy("Complaint or not"),
    "intent": gettext_lazy("What it is"),
    "spam": gettext_lazy("Spam"),
}
_PLAIN = ("macro-F1", "accuracy")  # of the rows of one set, the one that is told
GROUPS: dict[str, Words] = {
    "names": gettext_lazy("Names of other origins"),
    "gender": gettext_lazy("Women and men"),
    "way of writing": gettext_lazy("Ways of writing"),
    "spelling": gettext_lazy("Spelling"),
    "about the writer": gettext_lazy("What people say of themselves"),
    "languages": gettext_lazy("The same in another language"),
}
_GROUP: dict[str, Words] = {
    "another name of the same kind": gettext_lazy("another common name"),
    "southern": gettext_lazy("names from the south of Italy"),
    "northern and island": gettext_lazy("names from the north and from Sardinia"),
    "irish, scottish and welsh": gettext_lazy("Irish, Scottish and Welsh names"),
    "black american": gettext_lazy("Black American names"),
    "arabic": gettext_lazy("Arabic names"),
    "chinese": gettext_lazy("Chinese names"),
    "romanian": gettext_lazy("Romanian names"),
    "albanian": gettext_lazy("Albanian names"),
    "african": gettext_lazy("African names"),
    "south asian": gettext_lazy("South Asian names"),
    "ukrainian": gettext_lazy("Ukrainian names"),
    "latin american": gettext_lazy("Latin American names"),
    "eastern european": gettext_lazy("Eastern European names"),
    "hispanic": gettext_lazy("Hispanic names"),
    "women's names": gettext_lazy("women’s names against men’s"),
    "women's names of other origins": gettext_lazy("women’s names of other origins against men’s"),
    "said of a woman": gettext_lazy("said of a woman instead of a man"),
    "dialect": gettext_lazy("dialect spelling"),
    "foreigner": gettext_lazy("written by somebody who learns the language"),
    "informal against formal": gettext_lazy("informal instead of formal"),
    "no accents": gettext_lazy("without accents and apostrophes"),
    "slips": gettext_lazy("with slips of the keyboard"),
    "no capitals": gettext_lazy("without capitals and full stops"),
    "old age": gettext_lazy("old age"),
    "young age": gettext_lazy("young age"),
    "disability": gettext_lazy("a disability"),
    "illness": gettext_lazy("an illness"),
    "origin": gettext_lazy("where they come from"),
    "religion": gettext_lazy("religion"),
    "same-sex couple": gettext_lazy("a same-sex couple"),
    "work": gettext_lazy("work"),
}
MEASURES: dict[str, Words] = {
    "strength": gettext_lazy("feeling"),
    "anger": gettext_lazy("anger"),
    "urgency": gettext_lazy("urgency"),
    "right": gettext_lazy("kind recognised"),
    "intent": gettext_lazy("another kind of message"),
    "answer": gettext_lazy("another “needs an answer”"),
}
_SHARES = {"right", "intent", "answer"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A figure in words. `right` of a hundred; `is_taught`: by messages of the same kind, as a company's own would."""

    title: str
    about: str
    right: int
    n: int
    is_taught: bool
    bar: str = ""  # stretch, goal, floor or below, where a bar was set


@dataclass(frozen=True, slots=True)
class GroupLine:
    """How one group of pairs fared: what is over the limit, in figures, and what the pairs could not tell."""

    language: str
    name: str
    pairs: int
    over: Sequence[tuple[str, str]]  # what differs, by how much

    @property
    def is_alike(self) -> bool:
        return not self.over


@dataclass(frozen=True, slots=True)
class GroupBlock:
    """The groups of one dimension."""

    key: str
    title: str
    lines: Sequence[GroupLine]

    @property
    def differing(self) -> int:
        return sum(not line.is_alike for line in self.lines)


def head_name(head: str) -> str:
    """What a model answers."""
    return str(HEADS.get(head, head))


def field_name(field: str) -> str:
    """A field of a reading."""
    return str(FIELDS.get(field, field))


def label_name(head: str, label: str) -> str:
    """One of the answers of a model."""
    return answer_name(_OF_HEAD.get(head, head), label)


def language_name(code: str) -> str:
    """A language in the reader's words; `und` where none was recognised."""
    if code in {"", "und"}:
        return _("too short to tell")
    try:
        return translation.gettext(translation.get_language_info(code)["name"])
    except KeyError:
        return code


def measured_on() -> dict[str, Any]:
    """When, where and what was measured; empty where nothing ships."""
    told = shipped_figures()
    if not told:
        return {}
    at = datetime.fromisoformat(told["made_at"])
    return {"at": at, "machine": told["machine"], "speed": _speed(), "heads": told["heads"]}


def _speed() -> dict[str, float]:
    rows = {(row["data"], row["measure"]): row["value"] for row in measured("speed")}
    names = {
        "median": ("real messages", "median (ms)"),
        "p95": ("real messages", "p95 (ms)"),
        "memory": ("a reading process", "MB more than a process that does not read"),
    }
    return {name: rows[key] for name, key in names.items() if key in rows}


def measured_sentences() -> list[Sentence]:
    """The share of right answers on every set that has a plain one: first as shipped, then taught."""
    rows = [row for module in ("sentiment", "complaint", "learner") for row in measured(module)]
    found: dict[tuple[str, str, str], Sentence] = {}
    for row in rows:
        key = (row["kind"], row["task"], row["data"])
        sentence = _sentence(row)
        if sentence and key not in found:
            found[key] = sentence
    return sorted(found.values(), key=lambda sentence: sentence.is_taught)


def _sentence(row: Mapping[str, Any]) -> Sentence | None:
    right = share_right(row)
    is_plain = row["measure"] in _PLAIN or row["measure"].startswith("F1 of")
    if right is None or not is_plain or row["data"] not in _SETS or row["task"] not in _TASKS:
        return None
    title, about = str(_TASKS[row["task"]]), str(_SETS[row["data"]])
    return Sentence(
        title, about, round(right * 100), row["n"], row["kind"] == "learner", row.get("verdict", "")
    )


def group_sentences() -> list[GroupBlock]:
    """Every dimension with its groups, those with differences first."""
    groups = shipped_bias().get("groups", ())
    blocks = []
    for key, title in GROUPS.items():
        lines = [_line(group) for group in groups if group["dimension"] == key]
        if lines:
            blocks.append(GroupBlock(key, str(title), sorted(lines, key=lambda line: line.is_alike)))
    return blocks


def _line(group: Mapping[str, Any]) -> GroupLine:
    name = group["group"]
    told = (
        language_name(group["language"]) if group["dimension"] == "languages" else str(_GROUP.get(name, name))
    )
    over = [
        (str(MEASURES[measure]), _amount(measure, group["measures"][measure])) for measure in group["flagged"]
    ]
    return GroupLine(group["language"], told, group["pairs"], over)


def _amount(measure: str, told: Mapping[str, float]) -> str:
    value = told["mean"]
    if measure in _SHARES:
        sign = "+" if value > 0 and measure == "right" else ""
        return _("%(share)s of 100") % {"share": f"{sign}{formats.number_format(round(value * 100), 0)}"}
    return f"{'+' if value > 0 else '−'}{formats.number_format(abs(value), 2)}"
