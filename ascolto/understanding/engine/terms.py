"""The words of a text as they are compared: stems without accents, without the words that every sentence has.

A stem is kept as a number of 32 bits, not as letters: an index of them is small and spells nobody's name.
"""

from __future__ import annotations

import re
import threading
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

LOOKED_AT = 20_000  # characters of a document; what follows is not found by its words
MOST_TERMS = 2_000  # of a text
_WORD = re.compile(r"[^\W_]+")
_STEMMERS = {
    "it": "italian", "en": "english", "fr": "french", "de": "german", "es": "spanish", "pt": "portuguese", "nl": "dutch",
    "da": "danish", "sv": "swedish", "no": "norwegian", "nb": "norwegian", "fi": "finnish", "ro": "romanian",
    "hu": "hungarian", "ru": "russian",
}  # fmt: skip
_EMPTY_WORDS = """
il lo la gli le un uno una di del dello della dei degli delle al allo alla ai agli alle da dal dalla dai dalle in nel nella nei nelle su
sul sulla sui sulle con per tra fra e ed o ma se che chi cui non mi ti si ci vi ne mio mia miei mie tuo tua suo sua nostro vostro loro
questo questa questi queste quello quella ho hai ha abbiamo avete hanno sono sei siamo siete era essere avere e' io tu lui lei noi voi
come cosa quando dove perche piu anche ancora gia poi molto tutto quale quanto buongiorno buonasera salve ciao grazie saluti dell all
nell sull dall un' po c'e
the a an of to in on at by for with from and or but if that this these those is are was were be been am i you he she it we they my your
his her its our their me him us them do does did have has had not no so as what which who when where why how can could would will shall
should may might there here just very please hello hi thanks thank
der die das den dem des ein eine einen einem einer und oder aber wenn dass ist sind war ich du er sie es wir ihr mein meine nicht mit
von zu zum zur auf im am an bei fur wie was wann wo
le les un une des du de et ou mais si que qui est sont je tu il elle nous vous ils mon ma mes votre pas ne ce cette dans sur pour avec
el los las unos unas y pero es son yo usted mi mis su sus no en por para con como que del
os as um uma do da dos das e ou mas ser eu voce meu minha nao em no na por com para
de het een en of maar als dat is zijn ik je u hij zij wij mijn niet met van voor op aan bij hoe wat
"""
EMPTY = frozenset(_EMPTY_WORDS.split())
_local = threading.local()  # a stemmer is not for two threads at once


def folded(word: str) -> str:
    """A word without accents, in small letters."""
    if word.isascii():
        return word.lower()
    marked = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in marked if not unicodedata.combining(letter))


def words_of(text: str) -> list[str]:
    """The words of a text that mean something, in order, as they are written but in small letters. At most MOST_TERMS."""
    found: list[str] = []
    for match in _WORD.finditer(text[:LOOKED_AT].casefold()):
        word = match.group()
        if (len(word) > 1 or word.isdigit()) and len(word) <= 64 and folded(word) not in EMPTY:
            found.append(word)
            if len(found) == MOST_TERMS:
                break
    return found


def stem(word: str, language: str) -> str:
    """The stem of a word in a language; of an unknown language the word itself. Accents go after stemming, which needs them."""
    known = _stemmer(language)
    return folded(known.stemWord(word) if known else word)


def number_of(stemmed: str) -> int:
    """The number that stands for a stem. Two in a hundred thousand share theirs."""
    return zlib.crc32(stemmed.encode("utf-8", "replace"))


def terms_of(text: str, language: str) -> list[int]:
    """The stems of a text as numbers, in order and with repetitions."""
    return [number_of(stem(word, language)) for word in words_of(text)]


def alternatives_of(words: Iterable[str], languages: Sequence[str]) -> list[tuple[int, ...]]:
    """For each different word the numbers that it may have: a short question's language is a guess, so each likely one counts."""
    return [
        tuple(dict.fromkeys(number_of(stem(word, language)) for language in languages or ("",)))
        for word in dict.fromkeys(words)
    ]


def _stemmer(language: str) -> Any:
    name = _STEMMERS.get(language[:2])
    if name is None:
        return None
    mine: dict[str, Any] = _local.__dict__.setdefault("stemmers", {})
    if name not in mine:
        mine[name] = _library().Stemmer(name)
    return mine[name]


@lru_cache(1)
def _library() -> Any:
    import Stemmer

    return Stemmer
