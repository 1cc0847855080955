"""Whatever a channel says to people can be said in their language: no sentence with a gap is unknown to `ui.reasons`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from ascolto.channels.registry import all_adapters
from ascolto.ui.reasons import SENTENCES, in_own_language
from tests.house import source
from tools.sentences import GAP, Said, sentences_of
from tools.texts import says_to_people, texts_of_product

_NAME = re.compile(r"%\(\w+\)s")
_GIVEN = {  # of rooms above the channels: what their Refused and Failure say is shown at the desk
    "conversations/reach.py",
    "conversations/actions",
    "delivery",
    "intake/pollers.py",
    "channels/configuration.py",
    "kit/http.py",
}


def _speaks(path: Path) -> bool:
    inside = path.relative_to(source.PACKAGE).as_posix()
    return says_to_people(path) or any(inside == room or inside.startswith(f"{room}/") for room in _GIVEN)


SPEAKERS = [path for path in source.modules() if _speaks(path)]


@pytest.fixture(scope="module")
def declared() -> list[tuple[str, re.Pattern[str]]]:
    """Every declared sentence with GAP for its gaps, and as the pattern that recognises it."""
    by_channels = (sentence for adapter in all_adapters().values() for sentence in adapter.sentences)
    texts = dict.fromkeys((*SENTENCES, *by_channels, *(text for pair in texts_of_product() for text in pair)))
    shapes = [_NAME.sub(GAP, text) for text in texts if text and _words(_NAME.sub(GAP, text))]
    return [(shape, re.compile(".+?".join(map(re.escape, shape.split(GAP))), re.DOTALL)) for shape in shapes]


def _words(text: str) -> int:
    return len(re.findall(r"[^\W\d_]{2,}", text))


def _is_known(said: Said, declared: list[tuple[str, re.Pattern[str]]]) -> bool:
    """Whether a screen recognises the text once it is filled in, as one sentence or as several.

    A gap may also stand for what the code chooses among words of its own (" characters", " bytes").
    """
    if said.is_part and any(said.text in shape for shape, _ in declared):
        return True
    whole = re.compile(".*".join(map(re.escape, said.text.split(GAP))), re.DOTALL)
    filled = said.text.replace(GAP, "x")
    if any(pattern.fullmatch(filled) or whole.fullmatch(shape) for shape, pattern in declared):
        return True
    pieces = [piece.removeprefix(f"{GAP} ") for piece in re.split(r"(?<=[.!?]) ", said.text)]
    pieces = [piece for piece in pieces if _words(piece)]
    return pieces != [said.text] and all(
        _is_known(Said(piece, said.line, said.is_part), declared) for piece in pieces
    )


def _with_gaps(path: Path) -> Iterator[Said]:
    return (said for said in sentences_of(path) if GAP in said.text and _words(said.text) > 1)


@pytest.mark.parametrize("path", SPEAKERS, ids=source.name)
def test_every_sentence_with_a_gap_is_declared(
    path: Path, declared: list[tuple[str, re.Pattern[str]]]
) -> None:
    unknown = [(said.line, said.text) for said in _with_gaps(path) if not _is_known(said, declared)]
    assert unknown == [], "declare it in the adapter's `sentences`, or in ascolto/ui/reasons.py"


def test_the_search_finds_what_channels_say() -> None:
    """The test above would hold if it saw nothing: these are said in many ways, and all are found."""
    found = {said.text for path in SPEAKERS for said in sentences_of(path)}
    assert {
        "Connected as @\0, with direct messages.",
        "The bot was removed from \0.",
        "\0 is no picture: Bluesky takes nothing else.",
        "\0 cannot be reached: \0",
        "A reply needs the review that it answers.",
    } <= found
    assert not any(text.startswith("The signature") for text in found), "that is said to programs"


def test_no_sentence_is_all_gaps() -> None:
    for adapter in all_adapters().values():
        for sentence in adapter.sentences:
            assert _NAME.sub("", sentence).strip(" :.,"), f"{sentence!r} would swallow every other"


@pytest.mark.parametrize(
    ("english", "italian"),
    [
        (
            "Connected to +390299990000, Telvia. Its calls do not come here yet: register our address.",
            "Collegato a +390299990000, Telvia. Le sue chiamate non arrivano ancora qui: registra il nostro indirizzo.",
        ),
        (
            "Connected to @telvia_bot. The hook is registered; 0 updates wait.",
            "Collegato a @telvia_bot. Il webhook è registrato; aggiornamenti in attesa: 0.",
        ),
        (
            "Connected to +39061234567. 3 approved templates.",
            "Collegato a +39061234567. Modelli approvati: 3.",
        ),
        (
            "imap.telvia.example:993 cannot be reached: [Errno 111] Connection refused",
            "imap.telvia.example:993 non è raggiungibile: [Errno 111] connessione rifiutata",
        ),
        (
            "Given up after 24 hours: api.telegram.org did not answer in time.",
            "Abbandonato dopo 24 ore: api.telegram.org non ha risposto in tempo.",
        ),
    ],
)
def test_several_sentences_are_said_one_by_one(english: str, italian: str) -> None:
    with translation.override("it"):
        assert in_own_language(english) == italian


def test_what_a_network_says_beside_our_words_stays_as_it_came() -> None:
    with translation.override("it"):
        said = in_own_language("Google does not let us in: Token has been expired or revoked.")
        assert said.endswith(": Token has been expired or revoked.")
        assert in_own_language("Good morning. My line is dead.") == "Good morning. My line is dead."
