"""The tool that makes the shipped heads: it reads its sources rightly, and a head that it makes has a card that tells all."""

from pathlib import Path

import pytest

from ascolto.understanding.engine.encoder import HashedEncoder
from ascolto.understanding.engine.head import Head
from tools.models.corpus import read_corpus
from tools.models.making import make
from tools.models.plan import Labelled, Plan, all_plans
from tools.models.sources import goemotions


def test_every_message_of_the_corpus_has_labels_that_exist() -> None:
    messages = read_corpus()

    assert len(messages) >= 5000
    assert {message.sentiment for message in messages} == {"negative", "neutral", "positive"}
    assert {message.anger for message in messages} == {message.urgency for message in messages} == {0, 1, 2}
    assert all(message.text.strip() for message in messages)


def test_comments_are_read_with_their_emotions_and_without_hidden_names(tmp_path: Path) -> None:
    folder = tmp_path / "goemotions"
    folder.mkdir()
    (folder / "labels.txt").write_text("anger\njoy\nneutral\n")
    (folder / "train.tsv").write_text("Thanks [NAME]!\t1\tx1\nI hate and love it\t0,1\tx2\n")

    comments = goemotions(tmp_path)

    assert [comment.text for comment in comments] == ["Thanks !", "I hate and love it"]
    assert comments[1].emotions == {"anger", "joy"}
    assert goemotions(tmp_path, share=0.0) == []


def test_the_plans_cover_what_the_reader_asks() -> None:
    assert {"sentiment", "strength", "anger", "urgency"} <= all_plans().keys()


@pytest.mark.parametrize("judge", [True, False])
def test_a_made_head_tells_what_it_learnt_from_and_how_good_it_is(tmp_path: Path, judge: bool) -> None:
    words = {"good": ["ottimo", "bravi", "bello", "grazie"], "bad": ["pessimo", "ladri", "schifo", "guasto"]}
    lines = [
        Labelled(f"{word} {n}", label, group="it")
        for label, found in words.items()
        for word in found
        for n in range(8)
    ]
    plan = Plan("feeling", "Good or bad?", lambda _: lines, keep=100, version="7")

    head = make(plan, tmp_path, HashedEncoder(), tmp_path / "cache", judge=judge)

    again = Head.from_bytes(head.to_bytes())
    assert again.card == head.card
    assert head.version == "shipped-7"
    assert len(head.keys) <= 100
    assert head.card["sources"] == {
        "corpus": {"texts": 64, "licence": "written for this project, Apache-2.0"}
    }
    assert head.card["labels"] == {"good": 32, "bad": 32}
    if judge:
        assert head.card["figures"]["macro_f1"] > 0.9
        assert head.card["figures"]["macro_f1_by_group"]["it"] > 0.9
