"""Data sets are read in the form in which they are published, the test part first; what is not there is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.understanding import more_sets, sets
from tests.bench.conftest import BAD, GOOD, PLAIN, write_json, write_lines, write_table

TWEETS = [
    [f"{label}", f"@air {text} {number}, really"]
    for label, texts in (("positive", GOOD), ("negative", BAD), ("neutral", PLAIN))
    for number in range(20)
    for text in texts
]
COLUMNS = ["airline_sentiment", "text"]


def test_nothing_there_is_nothing_found(tmp_path: Path) -> None:
    assert sets.airline(tmp_path) is None
    assert sets.xlmt(tmp_path, "italian") is None
    assert sets.sentipolc(tmp_path) is None
    assert sets.banking77(tmp_path) is None
    assert sets.sms(tmp_path) is None
    assert sets.complaints(tmp_path) == (None, [])
    assert sets.youtube(tmp_path) == []
    assert more_sets.multiemotions(tmp_path) == []
    assert more_sets.clinc(tmp_path) is None
    assert more_sets.real_messages(tmp_path) == []


def test_a_training_part_alone_gives_the_same_fifth_always(tmp_path: Path) -> None:
    write_table(tmp_path / "airline/train.csv", COLUMNS, TWEETS)
    first, again = sets.airline(tmp_path), sets.airline(tmp_path)
    assert first is not None
    assert first == again
    assert first.part == sets.OWN_SPLIT
    assert 0 < len(first.test) < len(first.train)
    assert not {item.text for item in first.train} & {item.text for item in first.test}


def test_the_published_test_part_is_measured_on_where_it_is_there(tmp_path: Path) -> None:
    write_table(tmp_path / "airline/train.csv", COLUMNS, TWEETS[:100])
    write_table(tmp_path / "airline/test.csv", COLUMNS, TWEETS[100:130])
    split = sets.airline(tmp_path)
    assert split is not None
    assert (len(split.train), len(split.test), split.part) == (100, 30, sets.TEST)


def test_of_the_whole_published_file_what_taught_is_left_out(tmp_path: Path) -> None:
    write_table(tmp_path / "airline/train.csv", COLUMNS, TWEETS[:100])
    write_table(tmp_path / "airline/Tweets.csv", COLUMNS, TWEETS)
    split = sets.airline(tmp_path)
    assert split is not None
    assert not {item.text for item in split.test} & {item.text for item in split.train}
    assert split.part.startswith("test")


def test_another_handle_or_link_does_not_move_a_text_across_the_split() -> None:
    assert sets.bucket("@air never again https://a.example/x") == sets.bucket("Never  again @other")


@pytest.mark.parametrize("part", ["test", "val"])
def test_tweets_in_two_files_are_paired(tmp_path: Path, part: str) -> None:
    write_lines(tmp_path / "xlmt_sentiment/italian", part, [("male", "0"), ("così", "1"), ("bene", "2")])
    split = sets.xlmt(tmp_path, "italian")
    assert split is not None
    assert [item.label for item in split.test] == ["negative", "neutral", "positive"]
    assert split.part == {"test": sets.TEST, "val": sets.VALIDATION}[part]


def test_the_gold_tweets_without_a_header_are_read_too(tmp_path: Path) -> None:
    folder = tmp_path / "sentipolc16"
    folder.mkdir()
    rows = [
        '"1","1","0","1","0","0","1","0","che vergogna"',
        '"2","1","1","1","0","1","1","0","misto"',
        '"3","0","0","0","0","0","0","0","ore nove"',
    ]
    (folder / "test_set_sentipolc16_gold2000.csv").write_text("\n".join(rows), encoding="utf-8")
    split = sets.sentipolc(tmp_path)
    assert split is not None
    assert [(item.text, item.label) for item in split.test] == [
        ("che vergogna", "negative"),
        ("ore nove", "neutral"),
    ]


def test_domains_that_were_held_out_are_those_that_are_measured(tmp_path: Path) -> None:
    columns = ["id", "text", "complaint", "domain"]
    write_table(tmp_path / "complaints19/train.csv", columns, [["1", "broken", "1", "retail"]])
    whole = [["1", "broken", "1", "retail"], ["2", "nice coat", "0", "apparel"]]
    write_table(tmp_path / "complaints19/complaints-data.csv", columns, whole)
    split, everything = sets.complaints(tmp_path)
    assert split is not None
    assert [item.group for item in split.test] == ["apparel"]
    assert len(everything) == 2


@pytest.mark.parametrize(
    ("name", "separator", "header", "rows"),
    [
        ("a.tsv", "\t", "COMMENT POS NEG NEU ANGER", ["bravi|1|0|0|0", "schifo|0|1|0|1", "ore 9|0|0|1|0"]),
        ("b.csv", ",", "id Comment Polarity Emotions", ["1|bravi|positive|joy", "2|schifo|negative|anger, fear", "3|ore 9|neutral|"]),
        ("c.csv", ";", "testo sentiment rabbia", ["bravi|1|0", "schifo|-1|1", "ore 9|0|0"]),
        ("d.tsv", "\t", "text positive negative anger", ["bravi|1|0|0", "schifo|0|1|1", "ore 9|0|0|0"]),
    ],
)  # fmt: skip
def test_comments_are_found_under_many_names(
    tmp_path: Path, name: str, separator: str, header: str, rows: list[str]
) -> None:
    cells = [row.split("|") for row in rows]
    write_table(tmp_path / "multiemotions_it" / name, header.split(), cells, separator=separator)
    felt = more_sets.multiemotions(tmp_path)
    assert [(one.text, one.sentiment, one.is_angry) for one in felt] == [
        ("bravi", "positive", False), ("schifo", "negative", True), ("ore 9", "neutral", False),
    ]  # fmt: skip


def test_what_is_not_about_the_song_or_feels_both_ways_is_left_out(tmp_path: Path) -> None:
    rows = [["ciao", "1", "0", "0", "0"], ["bello ma no", "0", "1", "1", "0"]]
    write_table(tmp_path / "multiemotions_it/a.csv", ["comment", "unrelated", "pos", "neg", "neu"], rows)
    assert [(one.text, one.sentiment) for one in more_sets.multiemotions(tmp_path)] == [("bello ma no", "")]


def test_questions_outside_of_every_intent_set_the_threshold_and_others_are_measured(tmp_path: Path) -> None:
    rows = [[f"pay bill {n}", "bill"] for n in range(20)] + [
        [f"book flight {n}", "flight"] for n in range(20)
    ]
    out = [[f"who won game {n}", "oos"] for n in range(20)]
    write_json(
        tmp_path / "clinc150/train_val.json", {"train": rows, "val": rows, "oos_train": out, "oos_val": out}
    )
    found = more_sets.clinc(tmp_path)
    assert found is not None
    assert found.part == "half of validation"
    assert not {item.text for item in found.tune} & {item.text for item in found.test}
    write_json(
        tmp_path / "clinc150/data_full.json",
        {"train": rows, "val": rows, "test": rows, "oos_val": out, "oos_test": out},
    )
    full = more_sets.clinc(tmp_path)
    assert full is not None
    assert (full.part, len(full.tune), len(full.test)) == (sets.TEST, 60, 60)


@pytest.mark.parametrize(
    "data",
    [b"", b"text,category", b"\xff\xfe\x00bad", b'text,category\n"never closed,x', b"a;b\n1", b"\0\0\0\n\0"],
)
def test_broken_files_are_no_surprise(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "banking77").mkdir()
    (tmp_path / "banking77/train.csv").write_bytes(data)
    assert sets.banking77(tmp_path) is None or sets.banking77(tmp_path) is not None


def test_a_file_of_another_age_and_encoding_is_read(tmp_path: Path) -> None:
    (tmp_path / "youtube_spam").mkdir()
    (tmp_path / "youtube_spam/a.csv").write_bytes("CONTENT,CLASS\nperché no,1\nbello,0\n".encode("latin-1"))
    assert [(item.text, item.label) for item in sets.youtube(tmp_path)] == [
        ("perché no", "spam"),
        ("bello", "ham"),
    ]
