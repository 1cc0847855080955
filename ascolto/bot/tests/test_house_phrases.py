"""What the house says in the bot's name is no offer; what others say beside it may be one."""

from __future__ import annotations

import pytest

from ascolto.bot.house_phrases import without_house_phrases
from ascolto.bot.wording import PHRASES, phrase
from ascolto.charter.offers import offer_in

OTHERS = {"source", "option.phone", "clarify.one"}


@pytest.mark.parametrize("key", sorted(PHRASES.keys() - OTHERS))
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_house_sells_nothing(key: str, language: str) -> None:
    gaps = {
        "company": "Telvia S.p.A",
        "opens": "domani alle 9",
        "wait": "3 min",
        "number": "+39 333 1",
        "by": "le 9",
    }
    text = PHRASES[key][language].format(**gaps)
    assert offer_in(without_house_phrases(text)) is None


def test_an_offer_beside_it_is_still_seen() -> None:
    offer = "Passa oggi alla Fibra Ultra: solo 24,90 euro al mese, prima rata gratis!"
    said = f"{phrase('disclosure', 'it', company='Telvia')}\n\n{offer}"
    assert without_house_phrases(said) == offer
    assert offer_in(without_house_phrases(said)) is not None
