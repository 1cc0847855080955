"""What each channel can do, to compare before one connects it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import settings_context
from ascolto.channels import matrix
from ascolto.channels.selectors import connectable_adapters
from ascolto.workspace.chooser import Choice, groups_of


@dataclass(frozen=True, slots=True)
class Shown:
    """A channel and its cells in words, in the order of the features."""

    choice: Choice
    cells: tuple[tuple[str, str, bool], ...]  # label of the feature, words, ticked


@dataclass(frozen=True, slots=True)
class Block:
    """One table: a group of channels."""

    key: str
    title: str
    about: str
    shown: tuple[Shown, ...]


@require_safe
@permitted("inboxes.see", "inboxes.manage")
def capabilities(request: HttpRequest) -> HttpResponse:
    """Every channel beside the others; narrowed by a word and by what it must be able to do."""
    wanted = request.GET.get("q", "")[:100]
    needed = [key for key in matrix.FILTERS if key in request.GET.getlist("can")]
    labels = {feature.key: _(feature.label) for feature in matrix.FEATURES}
    context = settings_context(
        request,
        "inboxes",
        wanted=wanted,
        blocks=[block for block in blocks_of(wanted, needed) if block.shown],
        labels=labels.values(),
        filters=[(key, labels[key], key in needed) for key in matrix.FILTERS],
    )
    return render(request, "workspace/capabilities.html", context)


def blocks_of(wanted: str, needed: Collection[str]) -> list[Block]:
    """The groups with the channels that can do all of what is needed."""
    blocks = []
    for group in groups_of(connectable_adapters(), wanted):
        choices = {choice.adapter.kind: choice for choice in group.choices}
        rows = matrix.rows(choice.adapter for choice in group.choices)
        able = [row for row in rows if all(row.cells[key].has for key in needed)]
        shown = tuple(Shown(choices[row.adapter.kind], _cells(row)) for row in able)
        blocks.append(Block(group.key, group.title, group.about, shown))
    return blocks


def _cells(row: matrix.Row) -> tuple[tuple[str, str, bool], ...]:
    return tuple(_cell(feature, row.cells[feature.key]) for feature in matrix.FEATURES)


def _cell(feature: matrix.Feature, cell: matrix.Cell) -> tuple[str, str, bool]:
    words = matrix.words_of(feature.key, cell, _, _number)
    return _(feature.label), words, cell.has and feature.key not in matrix.VALUES


def _number(number: int) -> str:
    return str(formats.number_format(number, force_grouping=True))
