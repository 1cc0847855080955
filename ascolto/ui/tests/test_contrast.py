"""Whatever colour a company has, what is written on it and in it can be read, in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.ui import contrast
from ascolto.ui.contrast import DARK, LIGHT, NotAColour, Theme, pairs, read_colour, style_sheet, tokens_of

TOKENS = (Path(contrast.__file__).parent / "static/ui/tokens.css").read_text()
colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
SURFACES = (
    "canvas",
    "surface",
    "surface-2",
    "surface-3",
    "raised",
    "sidebar",
    "sidebar-hover",
    "sidebar-active",
)


def declared(theme: str) -> dict[str, str]:
    block = (
        TOKENS.partition(':root[data-theme="dark"]')[2] if theme == "dark" else TOKENS.partition(":root {")[2]
    )
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block.partition("\n}")[0]))


@pytest.mark.parametrize(("name", "theme"), [("light", LIGHT), ("dark", DARK)])
def test_the_surfaces_and_inks_are_those_of_the_design_system(name: str, theme: Theme) -> None:
    values = declared(name)
    assert {values[surface] for surface in SURFACES} == set(theme.surfaces)
    assert tuple(values[ink] for ink in ("ink", "ink-2", "ink-3")) == theme.inks


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@given(accent=colours)
@settings(deadline=None, max_examples=150)
def test_every_pair_holds_for_every_colour(theme: Theme, accent: str) -> None:
    for one, other, ratio in pairs(tokens_of(accent, theme), theme):
        assert contrast.contrast(one, other) >= ratio, (accent, one, other)


def test_ratios_are_those_of_the_guideline() -> None:
    assert contrast.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast.contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
    assert contrast.contrast("#123456", "#123456") == 1


def test_a_colour_that_is_fine_stays_as_it_is() -> None:
    assert tokens_of("#2d6696", LIGHT)["carta"] == "#2d6696"


@pytest.mark.parametrize("text", ["", "red", "#12", "#12345g", "url(x)", "#123456;}", "\0", "#" * 100_000])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(NotAColour):
        read_colour(text)


def test_the_sheet_has_the_three_places_of_the_tokens() -> None:
    sheet = style_sheet("#b00020")
    assert sheet.count("--carta:") == 3
    assert sheet.count("{") == sheet.count("}")
