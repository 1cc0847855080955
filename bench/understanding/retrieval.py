"""Was it answered already? Similar questions, articles that hold the answer, and both across languages, by the index that ships."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ascolto.understanding.engine.encoder import Encoder, open_encoder
from ascolto.understanding.engine.head import Floats
from ascolto.understanding.engine.retrieval import Document, Index, Question
from ascolto.understanding.engine.text import for_encoder, prepare
from ascolto.understanding.engine.windows import encode_windows
from bench.understanding.rows import Goal, Row, absent
from bench.understanding.sets import ALL, OWN_SPLIT, TEST, VALIDATION, first_of, own_split, table, text_of

SIMILAR = Goal(0.95, 0.965, 0.97, "0.968, BM25 and this encoder by rank (measured on the test part)")
ARTICLE = Goal(0.88, 0.89, 0.91, "0.892, BM25 and this encoder by rank; 0.887 BM25 alone")
ACROSS = Goal(0.80, 0.86, 0.88, "0.869, this encoder alone (800 utterances)")
BATCH = 64
_HEADING = re.compile(r"^#{2,4} (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def evaluate(data: Path, encoder: Encoder | None = None) -> list[Row]:
    """R@1 and R@5 of everything that is in the folder."""
    encoder = encoder or open_encoder()
    return [
        *_banking(data, encoder),
        *_articles(data, encoder),
        *_across(data, encoder),
        *_faq(data, encoder),
        *_alike(data, encoder),
    ]


def _vectors(texts: Sequence[str], encoder: Encoder) -> Floats:
    ready = [for_encoder(prepare(text)) for text in texts]
    order = sorted(
        range(len(ready)), key=lambda place: len(ready[place])
    )  # texts of one length make full batches
    found = np.zeros((len(ready), 512), np.float32)
    for start in range(0, len(order), BATCH):
        places = order[start : start + BATCH]
        found[places] = encoder.encode([ready[place] for place in places])
    return found


def _filled(
    texts: Sequence[str], vectors: Sequence[Floats], language: str, *, is_article: bool = False
) -> Index:
    index = Index(limit=sum(len(one) for one in vectors) + 1)
    for place, (text, own) in enumerate(zip(texts, vectors, strict=True)):
        index.add(Document("text", place, text, own, language, moment=place, is_article=is_article))
    index.purge()
    return index


def _asked(
    index: Index,
    questions: Sequence[str],
    encoder: Encoder,
    language: str,
    is_right: Callable[[int, int], bool],
    row: Callable[[str, float, tuple[float, float]], Row],
) -> list[Row]:
    """R@1 and R@5: for what share of the questions the first, or one of the first five, is right."""
    vectors = _vectors(questions, encoder)
    first = five = 0
    times = []
    for place, (text, vector) in enumerate(zip(questions, vectors, strict=True)):
        begin = time.perf_counter()
        found = index.search(Question(text, vector, (language,)), at_most=5, shown=0.0)
        times.append((time.perf_counter() - begin) * 1000)
        right = [is_right(place, candidate.target) for candidate in found]
        first += any(right[:1])
        five += any(right)
    ms = (float(np.median(times)), float(np.percentile(times, 95)))
    return [row("R@1", first / len(questions), ms), row("R@5", five / len(questions), ms)]


def _banking(data: Path, encoder: Encoder) -> list[Row]:
    folder = data / "banking77"
    parts = {name: _labelled(first_of(folder, f"{name}.csv")) for name in ("train", "test")}
    task, name = "similar question", "banking77"
    if not parts["train"]:
        return [absent(task, name, "R@5", SIMILAR)]
    train, test, part = parts["train"], parts["test"], TEST
    if not test:
        from bench.understanding.sets import Item

        split = own_split([Item(text, label) for text, label in train])
        train = [(item.text, item.label) for item in split.train]
        test, part = [(item.text, item.label) for item in split.test], f"{OWN_SPLIT}, a fifth fewer to find"
    texts = [text for text, _ in train]
    index = _filled(texts, _each(_vectors(texts, encoder)), "en")
    return _asked(
        index,
        [text for text, _ in test],
        encoder,
        "en",
        lambda asked, found: test[asked][1] == train[found][1],
        lambda measure, value, ms: Row(
            task, name, measure, value, len(test), part=part, ms=ms, goal=SIMILAR if measure == "R@5" else Goal(),
            note="right: the same of 77 intents",
        ),
    )  # fmt: skip


def _labelled(path: Path | None) -> list[tuple[str, str]]:
    rows = table(path) if path else []
    return [(row.get("text", ""), row.get("category", "")) for row in rows if row.get("text")]


def _each(vectors: Floats) -> list[Floats]:
    return [vectors[place : place + 1] for place in range(len(vectors))]


def _articles(data: Path, encoder: Encoder) -> list[Row]:
    task, name = "article with the answer", "SQuAD-it"
    path = first_of(data / "squad_it", "SQuAD_it-test.json", "*test*.json", "*.json")
    if path is None:
        return [absent(task, name, "R@5", ARTICLE)]
    paragraphs: list[str] = []
    questions: list[tuple[str, int]] = []
    for article in json.loads(text_of(path))["data"]:
        for paragraph in article["paragraphs"]:
            place = len(paragraphs)
            paragraphs.append(paragraph["context"])
            questions += [(asked["question"], place) for asked in paragraph["qas"]]
    places = {text: place for place, text in enumerate(paragraphs)}  # the same paragraph twice counts as one
    right = [places[paragraphs[place]] for _, place in questions]
    different = [text if places[text] == place else "" for place, text in enumerate(paragraphs)]
    vectors = [
        one
        for start in range(0, len(different), 16)
        for one in encode_windows(different[start : start + 16], encoder)
    ]
    index = _filled(different, vectors, "it", is_article=True)
    return _asked(
        index,
        [text for text, _ in questions],
        encoder,
        "it",
        lambda asked, found: right[asked] == found,
        lambda measure, value, ms: Row(
            task, name, measure, value, len(questions), part=TEST if "test" in path.name else ALL, ms=ms,
            goal=ARTICLE if measure == "R@5" else Goal(), note=f"{len(places)} paragraphs",
        ),
    )  # fmt: skip


def _across(data: Path, encoder: Encoder) -> list[Row]:
    task = "similar question, another language"
    english = _utterances(data, "en")
    rows: list[Row] = []
    for language in ("it", "de", "nl", "da"):
        own = _utterances(data, language)
        shared = [key for key in own if key in english]
        name = f"xSID {language}→en"
        if not shared:
            if language == "it":
                rows.append(absent(task, name, "R@1", ACROSS))
            continue
        texts = [english[key] for key in shared]
        index = _filled(texts, _each(_vectors(texts, encoder)), "en")
        parts = " + ".join(sorted({part for part, _ in shared}))
        rows += _asked(
            index,
            [own[key] for key in shared],
            encoder,
            language,
            lambda asked, found, texts=texts: texts[asked] == texts[found],
            lambda measure, value, ms, name=name, shared=shared, parts=parts, language=language: Row(
                task, name, measure, value, len(shared), part=VALIDATION if parts == "valid" else parts, ms=ms,
                goal=ACROSS if measure == "R@1" and language == "it" else Goal(),
            ),
        )  # fmt: skip
    return rows


def _utterances(data: Path, language: str) -> dict[tuple[str, int], str]:
    """Part and number of an utterance, and its text; parallel in all languages."""
    found = {}
    for path in sorted((data / "xsid").glob(f"{language}.*.conll")):
        number = 0  # in order: not every language's file says its ids
        for line in text_of(path).splitlines():
            name, _, value = line.partition("=")
            if name.strip("# ") == "text":
                found[path.name.split(".")[1], number] = value.strip()
                number += 1
    return found


def _faq(data: Path, encoder: Encoder) -> list[Row]:
    task, name = "article with the answer", "ANPR FAQ"
    path = first_of(data / "italia_anpr_faq", "faq.md")
    if path is None:
        return []
    pieces = _HEADING.split(text_of(path))[1:]
    pairs = [
        (title, _LINK.sub(r"\1", body).strip()) for title, body in zip(pieces[::2], pieces[1::2], strict=True)
    ]
    pairs = [(title, body) for title, body in pairs if "?" in title and len(body) > 60]
    texts = [body for _, body in pairs]
    index = _filled(texts, encode_windows(texts, encoder), "it", is_article=True)
    return _asked(
        index,
        [title for title, _ in pairs],
        encoder,
        "it",
        lambda asked, found: asked == found,
        lambda measure, value, ms: Row(
            task,
            name,
            measure,
            value,
            len(pairs),
            part=ALL,
            ms=ms,
            note="answers without their questions: a glance, not a measure",
        ),
    )


def _alike(data: Path, encoder: Encoder) -> list[Row]:
    rows = []
    for language in ("it", "en"):
        path = first_of(data / "stsb_multi", f"stsb-{language}-test.csv", f"stsb-{language}-dev.csv")
        pairs = [line for line in _csv(path) if len(line) >= 3] if path else []
        if not pairs or path is None:
            continue
        left, right = (_vectors([pair[side] for pair in pairs], encoder) for side in (0, 1))
        value = _spearman((left * right).sum(axis=1), np.array([float(pair[2]) for pair in pairs]))
        part = TEST if "test" in path.name else VALIDATION
        rows.append(Row("sentences alike", f"STS-B {language}", "Spearman", value, len(pairs), part=part))
    return rows


def _csv(path: Path) -> list[list[str]]:
    import csv

    return list(csv.reader(text_of(path).splitlines()))


def _spearman(one: Floats, other: Floats) -> float:
    from scipy.stats import spearmanr

    return float(spearmanr(one, other).statistic)


if __name__ == "__main__":
    from bench.understanding.report import table as shown

    print(shown(evaluate(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data"))))
