"""Approved templates in the composer: which there are, what is filled in, how it reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from ascolto.channels.cataloguing import approved_templates, sheet_of
from ascolto.channels.models import ChannelAccount, ChannelTemplate
from ascolto.channels.templates import TemplateSheet, Unfilled, filled_template, read_aloud
from ascolto.gates import Refused
from ascolto.kit.text import clean, fold
from ascolto.ui.reasons import in_own_language

SHOWN = 60  # templates in the list of the composer; the search finds the others


@dataclass(frozen=True, slots=True)
class Filled:
    """A template as it leaves; `aloud` is its text as the customer reads it, where we know it."""

    values: dict[str, object]
    aloud: str = ""


def read_template(data: QueryDict, account: ChannelAccount | None) -> Filled | None:
    """The template that was chosen, its gaps filled: checked against the network's list where there is one. Raises Refused."""
    name = clean(data.get("template", ""), 512).strip()
    if not name:
        return None
    language = clean(data.get("template_language", ""), 15).strip() or "en"
    rows = ChannelTemplate.objects.filter(account=account) if account is not None else None
    if rows is None or not rows.exists():
        return _by_hand(data, name, language)
    row = rows.filter(name=name, language=language).first()
    if row is None or row.status != "APPROVED":
        raise Refused(
            "unknown_template",
            _("The network has approved no template of this name and language."),
            fix=_("Choose one from the list."),
        )
    sheet, values = sheet_of(row), read_values(data)
    try:
        return Filled(filled_template(sheet, values), read_aloud(sheet, values))
    except Unfilled as unfilled:
        raise Refused("template_value", in_own_language(unfilled.reason), fix=_place(unfilled)) from unfilled


def read_values(data: QueryDict) -> dict[str, str]:
    """What was filled in, by the gap's name: fields `gap-<place>-<key>`."""
    named = {key.removeprefix("gap-"): data.get(key, "") for key in data if key.startswith("gap-")}
    return {name[:80]: clean(value, 2_100) for name, value in list(named.items())[:60]}


def _place(unfilled: Unfilled) -> str:
    variable = unfilled.variable
    if variable is None:
        return _("Choose the template anew.")
    return _("Look at the gap %(name)s.") % {"name": gap_name(variable.place, variable.key)}


def gap_name(place: str, key: str) -> str:
    """How a gap is called on screen."""
    if place == "header":
        return _("above the text")
    return _("of the button") if place == "button" else f"{{{{{key}}}}}"


def _by_hand(data: QueryDict, name: str, language: str) -> Filled:
    """Where the network told no list: name and values as somebody typed them."""
    lines = clean(data.get("template_values", ""), 20_000).splitlines()
    values = [line.strip()[:1024] for line in lines if line.strip()]
    return Filled({"name": name, "language": language, "body": values[:20]})


def read_aloud_of(template: Filled, typed: str) -> str:
    """What the thread shows: the template's own words, where we know them."""
    return template.aloud or typed


@dataclass(frozen=True, slots=True)
class Choice:
    """A template in the list."""

    id: int
    title: str
    language: str
    category: str
    text: str
    row: ChannelTemplate


def template_choices(account: int, *, language: str, words: str = "") -> tuple[list[Choice], int]:
    """The approved templates in which every word is found, in the customer's language first; and how many there are."""
    wanted = fold(clean(words, 200)).split()[:8]
    rows = approved_templates([account], language=language)
    found = [
        row for row in rows if all(word in fold(f"{row.name} {row.body} {row.language}") for word in wanted)
    ]
    return [_choice(row) for row in found[:SHOWN]], len(found)


def _choice(row: ChannelTemplate) -> Choice:
    title = row.name.replace("_", " ")
    return Choice(row.pk, title, row.language, row.category.lower(), row.body, row)


@dataclass(frozen=True, slots=True)
class Gap:
    """A field of a template."""

    name: str
    label: str
    kind: str
    example: str
    value: str


def gaps_of(sheet: TemplateSheet, values: Mapping[str, str]) -> Sequence[Gap]:
    """The fields that have to be filled in."""
    return [
        Gap(
            f"gap-{variable.field}",
            gap_name(variable.place, variable.key),
            variable.media or variable.kind,
            variable.example,
            values.get(variable.field, ""),
        )
        for variable in sheet.variables
    ]
