"""Whether a text of a flow sells. The model of outgoing messages was taught on whole messages; the short questions of a bot ("How would
you like to pay?") look like offers to it at times. So a text must also name an advantage, a price, or something to buy.
"""

from __future__ import annotations

import re

from ascolto.kit.text import fold
from ascolto.understanding.engine.offers import OFFER, commercial

SURE = 0.8  # probability from which the model is believed
_NAMES = re.compile(
    r"€|\b(euro|eur|offert\w*|sconti|scont[oa]\w*|promo\w*|gratis|gratuit\w*|omaggi\w*|regal\w*|risparmi\w*|convenien\w*|vantagg\w*"
    r"|esclusiv\w*|attiva(la|lo|li)?|abbon(ati|arti|amento)|acquist\w*|compra\w*|approfitt\w*|upgrade|premium|bonus|cashback|voucher"
    r"|al mese|passa a|pass(are|i) a(lla|l)?|giga|illimitat\w*|nuova (fibra|offerta|tariffa)|offers?|discount\w*|deals?|sale|save|saving\w*"
    r"|free|buy|subscribe|exclusive\w*|a month|per month|special|benefit\w*|gift\w*|unlimited|cheaper|oferta\w*|descuento\w*|remise"
    r"|angebot\w*|rabatt\w*|promotion\w*)\b|%"
)


def sells(text: str, language: str = "") -> bool:
    """Whether it offers something that nobody asked for."""
    if not _NAMES.search(fold(text)):
        return False
    judged = commercial(text, language)
    return judged.label == OFFER and judged.probability >= SURE
