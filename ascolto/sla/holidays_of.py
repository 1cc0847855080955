"""Public holidays by country, from the `holidays` package. It is imported when a calendar first needs a country, not before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

FIRST_YEAR, LAST_YEAR = 1990, 2100


class UnknownCountry(ValueError):
    """There are no public holidays under this country or subdivision."""


@lru_cache(maxsize=256)
def public_holidays(country: str, subdivision: str, year: int) -> Mapping[date, str]:
    """The days and their names as the country writes them. `UnknownCountry` when there is none such."""
    return _read(country, subdivision, year, "")


@lru_cache(maxsize=512)
def names_of(country: str, subdivision: str, day: date) -> Mapping[str, str]:
    """A holiday's names: "" as the country writes it, and in English and Italian where the package knows them."""
    own = public_holidays(country, subdivision, day.year).get(day)
    if own is None:
        return {}
    known = _rule(country).supported_languages
    names = {"": own}
    for short in ("en", "it"):
        language = next((each for each in known if each.partition("_")[0] == short), None)
        if language is not None:
            names[short] = _read(country, subdivision, day.year, language)[day]
    return names


def check_country(country: str, subdivision: str) -> None:
    """Raise `UnknownCountry` unless there are holidays under it."""
    public_holidays(country, subdivision, 2026)


def _rule(country: str) -> Any:
    import holidays

    try:
        return getattr(holidays, country)
    except AttributeError:
        raise UnknownCountry(f"No public holidays are known for “{country}”.") from None


@lru_cache(maxsize=256)
def _read(country: str, subdivision: str, year: int, language: str) -> Mapping[date, str]:
    """In a language, or in the country's own: without one the package would take that of the machine."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return {}
    import holidays

    try:
        found = holidays.country_holidays(
            country,
            subdiv=subdivision or None,
            years=year,
            language=language or _rule(country).default_language,
            expand=False,
        )
    except NotImplementedError as reason:
        raise UnknownCountry(str(reason)) from None
    return dict(found)
