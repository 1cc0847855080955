"""Dated promises in what we write: the labelled sentences, hours around a change of the clocks, and hostile texts."""

from __future__ import annotations

import hashlib
import time
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ascolto.sla.dated import promised_dates

ROME = ZoneInfo("Europe/Rome")
DATA = Path(__file__).parent / "data"
HOSTILE = [
    "\x00\ud800\udfff",
    "z\u0351\u0323\u0489" * 5_000,
    "\u200b\u200d\ufeff" * 5_000,
    "\u202e alle 18 \u202d" * 1_000,
    "😀" * 10_000,
    "İ" * 10_000,
    "9" * 50_000,
    " " * 50_000,
    "," * 50_000,
    "\n>" * 20_000,
]
Row = tuple[str, datetime, datetime | None, str]


def _rows(name: str = "dated_promises.tsv") -> list[Row]:
    lines = [line.split("\t") for line in (DATA / name).read_text().splitlines() if line and line[0] != "#"]
    return [
        (language, _local(now), None if due == "-" else _local(due), text)
        for language, now, due, text in lines
    ]


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ROME)


def _is_unseen(text: str) -> bool:
    """The half that nobody looked at while the rules were written."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 2 == 1


def measure(rows: list[Row]) -> tuple[float, float]:
    """Recall and precision: a promise counts when its moment is right to the minute."""
    right = wrong = missed = 0
    for _language, now, due, text in rows:
        found = [each.due_at for each in promised_dates(text, now=now, time_zone=ROME)]
        right += due in found
        wrong += sum(each != due for each in found)
        missed += due is not None and due not in found
    return right / (right + missed), right / (right + wrong)


def due(text: str, now: str = "2026-06-10T14:30", **options: object) -> list[str]:
    """The moments that a text promises, in Rome."""
    found = promised_dates(text, now=_local(now), time_zone=ROME, **options)  # type: ignore[arg-type]
    return [each.due_at.astimezone(ROME).strftime("%m-%d %H:%M") for each in found]


def test_the_sentences_are_many_in_both_languages_and_half_of_them_promise_nothing() -> None:
    rows = _rows()
    assert len(rows) >= 250
    for language in ("it", "en"):
        mine = [row for row in rows if row[0] == language]
        assert len(mine) > 100
        assert 0.4 < sum(row[2] is None for row in mine) / len(mine) < 0.6


def test_nineteen_of_twenty_promises_of_the_unseen_half_are_found_and_of_those_found_are_promises() -> None:
    recall, precision = measure([row for row in _rows() if _is_unseen(row[3])])
    assert recall >= 0.95
    assert precision >= 0.95


def test_what_was_learnt_from_further_sentences_stays_learnt() -> None:
    recall, precision = measure(_rows("dated_promises_more.tsv"))
    assert recall >= 0.95
    assert precision >= 0.95


def test_both_halves_hold_promises_of_both_languages() -> None:
    for half in (True, False):
        promises = {row[0] for row in _rows() if _is_unseen(row[3]) is half and row[2]}
        assert promises == {"it", "en"}


def test_the_words_and_their_place_are_those_of_the_text() -> None:
    text = "Buongiorno. Verifico, poi ti scrivo entro le 18, anche senza novità. A presto"
    found = promised_dates(text, now=_local("2026-06-10T14:30"), time_zone=ROME)[0]
    assert found.words == "ti scrivo entro le 18"
    assert text[found.start : found.end].strip() == "ti scrivo entro le 18"
    assert found.due_at == datetime(2026, 6, 10, 16, tzinfo=UTC)
    assert 0.5 < found.sureness <= 1


def test_two_promises_in_one_text_are_two() -> None:
    assert due("Ti scrivo entro le 18. Domani alle 9 ti chiamo.") == ["06-10 18:00", "06-11 09:00"]


def test_the_same_moment_is_promised_once() -> None:
    assert due("Ti scrivo entro le 18. Ti aggiorno alle 18 in ogni caso.") == ["06-10 18:00"]


def test_an_hour_that_has_passed_is_tomorrow_s() -> None:
    assert due("Ti scrivo entro le 18.", "2026-06-10T19:00") == ["06-11 18:00"]


def test_a_day_that_has_passed_long_ago_is_no_promise() -> None:
    assert due("Ti scrivo il 3 maggio.") == []
    assert due("Ti scrivo il 3 gennaio.") == ["01-03 18:00"]


def test_an_hour_that_the_clocks_skip_becomes_the_one_after_it() -> None:
    assert due("Le scrivo domani alle 02:30.", "2026-03-28T16:00") == ["03-29 03:30"]


def test_a_day_of_hours_is_a_day_of_hours_over_a_change_of_the_clocks() -> None:
    assert due("Le rispondo entro 24 ore.", "2026-10-24T15:00") == ["10-25 14:00"]
    assert due("Le rispondo domani.", "2026-10-24T15:00") == ["10-25 18:00"]


def test_working_days_are_counted_by_who_knows_them() -> None:
    after_the_holiday = lambda day, count: date(2026, 6, 22)  # noqa: E731
    assert due("We'll reply within 3 working days.", working_day=after_the_holiday) == ["06-22 18:00"]


def test_the_day_ends_when_the_company_says() -> None:
    assert due("Ti aggiorno in giornata.", day_ends="20:30") == ["06-10 20:30"]
    assert due("I'll update you by end of day.", "2026-06-10T19:00") == ["06-10 23:59"]


def test_what_the_customer_wrote_promises_nothing_below_our_answer() -> None:
    text = "Ho visto la sua richiesta.\n\nIl giorno 10 giugno 2026 Giulia Ferri ha scritto:\nle scrivo entro le 18"
    assert due(text) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_read_quickly_and_raise_nothing(text: str) -> None:
    begun = time.process_time()
    for each in (text, f"Ti scrivo {text} entro le 18 {text}", f"{text}entro le 18"):
        promised_dates(each, now=_local("2026-06-10T14:30"), time_zone=ROME)
    assert time.process_time() - begun < 30  # a bound on runaway patterns, not a measure


@pytest.mark.parametrize(
    "piece",
    [
        "ti scrivo entro le 18 ",
        "entro ",
        "le 18 e ",
        "non ",
        "I'll ",
        "will you ",
        "a couple of ",
        "\x01",
        "18:",
        "1/2 ",
    ],
)
def test_a_million_characters_of_promises_end(piece: str) -> None:
    promised_dates(piece * (1_000_000 // len(piece)), now=_local("2026-06-10T14:30"), time_zone=ROME)
