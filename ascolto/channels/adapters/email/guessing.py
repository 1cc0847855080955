"""Which character set 8-bit text is in when nobody says so: by the letters that people of each script use most."""

from __future__ import annotations

import itertools
import re
from typing import Final

LOOKED_AT: Final = 4_000  # bytes
_RUNS = re.compile(rb"[\x80-\xff]+")

# Each script's everyday letters: text that is mostly made of them was decoded right.
_CYRILLIC = frozenset("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфіїєґёъ")
_HEBREW = frozenset(chr(code) for code in range(0x5D0, 0x5EB))
_GREEK = frozenset("αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώΑΕΗΙΟΣΤΚΠΜΝ")
_ARABIC = frozenset(chr(code) for code in range(0x621, 0x64B))
_THAI = frozenset("านรกอมยลวคสตทะเ่้ีิัแไใ็ปจดหพงบชุู")
_LATIN = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüýßÀÁÂÄÅÆÇÈÉÊËÍÎÑÓÔÖØÚÜŒœ’“”„–—…«»€°·¿¡£©®\xa0‘•")
_CENTRAL = frozenset("ąćęłńóśźżĄĆĘŁŃŚŹŻáčďéěíňřšťúůýžĚŠČŘŽĺľôŕőűÁÉÍÓÖŐÚÜŰöüăâîșțşţ’“”„–…")
_SINGLE: Final = (
    ("cp1251", _CYRILLIC),
    ("koi8-u", _CYRILLIC),
    ("cp1253", _GREEK),
    ("cp1255", _HEBREW),
    ("cp1256", _ARABIC),
    ("cp874", _THAI),
)


def guess(content: bytes) -> str | None:
    """A codec for bytes that are no UTF-8; None where Western Europe is as good a guess as any."""
    sample = content[:LOOKED_AT]
    runs = _RUNS.findall(sample)
    high = sum(map(len, runs))
    if high < 3:
        return None
    latin = _share(sample, "cp1252", _LATIN) * sum(len(run) for run in runs if len(run) <= 2) / high
    found = [
        (_double(sample, codec), codec) for codec in ("euc_jp", "cp932", "gb18030", "cp949", "big5hkscs")
    ]
    found += [(_share(sample, codec, letters, alone=True), codec) for codec, letters in _SINGLE]
    found.append((_share(sample, "cp1250", _CENTRAL) - 0.1, "cp1250"))
    best, codec = max(found)
    return codec if best >= 0.65 and best > latin else None


def _share(sample: bytes, codec: str, letters: frozenset[str], *, alone: bool = False) -> float:
    """How much of what is not ASCII is everyday letters. Capitals after small ones speak against it, and so do, for a script
    that stands `alone`, Latin letters in the same word."""
    text = sample.decode(codec, "replace")
    foreign = [letter for letter in text if letter > "\x7f"]
    if not foreign:
        return 0.0
    usual = sum(1.0 if letter in letters else 0.9 * (letter.lower() in letters) for letter in foreign)
    pairs = list(itertools.pairwise(text))
    odd = sum(one.islower() and two.isupper() for one, two in pairs)
    if alone:
        odd += sum(one.isalnum() and two.isalnum() and (one < "\x80") != (two < "\x80") for one, two in pairs)
    return (usual - odd) / len(foreign)


def _double(sample: bytes, codec: str) -> float:
    """How much of a text in two-byte letters is kana, hangul or the everyday ideographs of that set."""
    text = sample.decode(codec, "ignore" if len(sample) == LOOKED_AT else "replace")
    foreign = [letter for letter in text if letter > "\x7f"]
    if not foreign:
        return 0.0
    return sum(_everyday(letter, codec) for letter in foreign) / len(foreign)


def _everyday(letter: str, codec: str) -> float:
    if letter in "，。、！？：；（）「」『』・ー　～" or "\uff01" <= letter <= "\uff5e":
        return 0.9
    if "\u3041" <= letter <= "\u30f6":
        return 1.0 if codec in {"euc_jp", "cp932"} else 0.3
    if "\uac00" <= letter <= "\ud7a3":
        return (
            1.0
            if codec == "cp949" and letter.encode("cp949")[0] >= 0xB0 and letter.encode("cp949")[1] >= 0xA1
            else 0.0
        )
    if not "\u4e00" <= letter <= "\u9fff":
        return 0.0
    try:
        lead = letter.encode(codec)[0]
    except UnicodeEncodeError:
        return 0.0
    first, last = {
        "gb18030": (0xB0, 0xD7),
        "big5hkscs": (0xA4, 0xC6),
        "euc_jp": (0xB0, 0xCF),
        "cp932": (0x88, 0x98),
    }.get(codec, (0, -1))
    return {"gb18030": 0.95, "big5hkscs": 0.9}.get(codec, 0.85) if first <= lead <= last else 0.2
