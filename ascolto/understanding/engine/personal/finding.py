"""All finders at once."""

from __future__ import annotations

from collections.abc import Iterator

from ascolto.understanding.engine.meaning import PersonalDatum
from ascolto.understanding.engine.personal.accounts import (
    find_fiscal_codes,
    find_ibans,
    find_national_ids,
    find_vat,
)
from ascolto.understanding.engine.personal.addresses import find_addresses
from ascolto.understanding.engine.personal.contacts import find_emails, find_machines
from ascolto.understanding.engine.personal.dates import find_birth_dates
from ascolto.understanding.engine.personal.looked import Candidate, Looked, look, settle
from ascolto.understanding.engine.personal.numbers import find_numbers
from ascolto.understanding.engine.personal.told import find_told

_WITH_DIGITS = (
    find_numbers,
    find_ibans,
    find_fiscal_codes,
    find_vat,
    find_national_ids,
    find_addresses,
    find_birth_dates,
    find_machines,
)


def find_personal(text: str) -> tuple[PersonalDatum, ...]:
    """Every place of a text that holds personal data, in order, none overlapping.

    Of a text longer than 100,000 characters the first 40,000 and the last 10,000 are looked at.
    """
    return tuple(datum for looked in look(text) for datum in settle(looked, _candidates(looked)))


def _candidates(looked: Looked) -> Iterator[Candidate]:
    yield from find_emails(looked)
    yield from find_told(looked)
    if looked.has_digits:
        for find in _WITH_DIGITS:
            yield from find(looked)
