"""A company's colour, made to hold the contrasts of the design system. Pure: colours in, tokens out.

Contrast after WCAG 2.2, "relative luminance" and "contrast ratio": text 4.5:1, marks and controls 3:1. The hue stays as near as it can:
a colour is only mixed with black or white, a hundredth at a time, until every pair holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

TEXT, MARK = 4.5, 3.0
BLACK, WHITE = "#000000", "#ffffff"
_HEX = re.compile(r"#[0-9a-f]{6}")

Tokens = dict[str, str]


@dataclass(frozen=True, slots=True)
class Theme:
    """The surfaces and inks of `tokens.css` that a colour meets (a test compares them)."""

    surfaces: tuple[str, ...]
    inks: tuple[str, ...]
    paper: str  # what soft tints are mixed into
    away: str  # towards this a colour gains contrast
    dark_ink: str  # letters on a light accent


LIGHT = Theme(
    ("#f1f5f8", "#ffffff", "#f5f7fa", "#e9eef4", "#e1ecf6", "#d5e3ef", "#fafdff"),
    ("#161f28", "#424c56", "#57626d"),
    "#ffffff",
    BLACK,
    "#07121e",
)
DARK = Theme(
    ("#0c1015", "#13181e", "#181e24", "#212830", "#1b2128", "#070c11", "#141b23", "#1b2630"),
    ("#eaedf1", "#b8bec5", "#99a1aa"),
    "#13181e",
    WHITE,
    "#07121e",
)


class NotAColour(ValueError):
    """Not written as #rrggbb."""


def read_colour(text: str) -> str:
    """`#RRGGBB` or `RRGGBB` in small letters with its mark. Raises NotAColour."""
    colour = "#" + text.strip().lower().removeprefix("#")
    if not _HEX.fullmatch(colour):
        raise NotAColour(text[:20])
    return colour


def luminance(colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white)."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mix(colour: str, other: str, share: float) -> str:
    """`share` (0 to 1) of `other` in `colour`."""
    parts = (
        round(int(colour[place : place + 2], 16) * (1 - share) + int(other[place : place + 2], 16) * share)
        for place in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02x}" for part in parts)


def _steps(colour: str, towards: str) -> Iterator[str]:
    return (mix(colour, towards, hundredth / 100) for hundredth in range(101))


def _first(colours: Iterable[str], holds: Callable[[str], bool]) -> str:
    found = colour = ""
    for colour in colours:
        if holds(colour):
            found = colour
            break
    return found or colour


def _against(others: Iterable[str], ratio: float) -> Callable[[str], bool]:
    kept = tuple(others)
    return lambda colour: all(contrast(colour, other) >= ratio for other in kept)


def letters_on(colour: str, theme: Theme = LIGHT) -> str:
    """White or nearly black, whichever is easier to read there."""
    return max((WHITE, theme.dark_ink), key=lambda ink: contrast(ink, colour))


def tokens_of(accent: str, theme: Theme) -> Tokens:
    """The tokens of the accent in one theme; every pair of `pairs` holds."""
    soft = _first(_steps(mix(theme.paper, accent, 0.12), theme.paper), _against(theme.inks, TEXT))
    soft_2 = _first(_steps(mix(theme.paper, accent, 0.22), theme.paper), _against(theme.inks, TEXT))

    def is_accent(colour: str) -> bool:
        marks = _against((*theme.surfaces, soft, soft_2), MARK)(colour)
        return marks and contrast(letters_on(colour, theme), colour) >= TEXT

    carta = _first(_steps(accent, theme.away), is_accent)
    ink = _first(_steps(carta, theme.away), _against((*theme.surfaces, soft, soft_2), TEXT))
    letters = letters_on(carta, theme)
    hover = _first(  # further from its letters, never nearer
        (mix(carta, BLACK if letters == WHITE else WHITE, share) for share in (0.16, 0.08, 0.0)),
        _against((letters,), TEXT),
    )
    return {
        "carta": carta,
        "carta-hover": hover,
        "on-carta": letters,
        "carta-ink": ink,
        "carta-soft": soft,
        "carta-soft-2": soft_2,
        "carta-line": mix(theme.paper, carta, 0.42),
        "focus": ink,
    }


def pairs(tokens: Tokens, theme: Theme) -> Iterator[tuple[str, str, float]]:
    """Every pair that has to hold, with its ratio."""
    grounds = (*theme.surfaces, tokens["carta-soft"], tokens["carta-soft-2"])
    for ground in grounds:
        yield tokens["carta-ink"], ground, TEXT
        yield tokens["carta"], ground, MARK
        yield tokens["focus"], ground, MARK
    for ink in theme.inks:
        yield ink, tokens["carta-soft"], TEXT
        yield ink, tokens["carta-soft-2"], TEXT
    yield tokens["on-carta"], tokens["carta"], TEXT
    yield tokens["on-carta"], tokens["carta-hover"], TEXT


@lru_cache(maxsize=64)
def style_sheet(accent: str) -> str:
    """The rules that put the accent over `tokens.css`, in its three places. `accent` as read_colour gives it."""
    light, dark = (
        "; ".join(f"--{name}: {value}" for name, value in tokens_of(accent, theme).items())
        for theme in (LIGHT, DARK)
    )
    return (
        f":root {{ {light} }}\n"
        f'@media (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{ {dark} }} }}\n'
        f':root[data-theme="dark"] {{ {dark} }}\n'
    )
