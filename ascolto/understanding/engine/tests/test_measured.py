"""A tenth of the public data, so that a change that costs accuracy is noticed at once; the whole is measured in bench/understanding."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

import ascolto
from ascolto.understanding.engine.languages import language_of
from ascolto.understanding.engine.personal import find_personal
from ascolto.understanding.engine.text import prepare
from bench.understanding.languages import tweets
from bench.understanding.personal import messages, posts

DATA = Path(ascolto.__file__).resolve().parents[2] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the public data sets are not here")


@needs_data
def test_tweets_are_told_apart_by_language() -> None:
    labelled = [(code, text) for code, text in islice(tweets(DATA), 0, None, 10) if code != "de"]
    right = sum(language_of(prepare(text)).code == code for code, text in labelled)
    assert right / len(labelled) >= 0.99


@needs_data
def test_no_post_is_said_to_hold_an_account_and_few_a_telephone_number() -> None:
    texts = list(islice(posts(DATA), 0, None, 10))
    found = Counter(datum.kind for text in texts for datum in find_personal(text))
    assert found["fiscal_code"] + found["iban"] + found["card"] == 0
    assert found["phone"] / len(texts) * 8000 <= 15


def test_nearly_everything_that_is_put_into_messages_is_found() -> None:
    missed = [
        (kind, text)
        for text, kind, begin, end in messages(600, seed=11)
        if not any(
            datum.kind == kind and datum.start <= begin and datum.end >= end for datum in find_personal(text)
        )
    ]
    assert len(missed) <= 3, missed
