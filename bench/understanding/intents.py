"""What a message is, whether it needs an answer, and what sells: the shipped models on texts by others, and on held-out parts of our own.

No public set has our intents, so others' texts ask what they can: requests to a shop (bitext) and to a bank (banking77) all need an
answer, and the shop's complaints and cancellations are named; answers of real care agents (ibm_cdp) sell next to nothing. Our own
sentences are judged by models that did not see them when the weights were made; those figures are on the cards.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ascolto.understanding.engine.offers import WEIGHTS, commercial
from bench.understanding.reading import shipped
from bench.understanding.rows import Row

OURS = "own corpus, held out"
MOST = 1_500  # texts of a set, evenly spread over it
ASKS = {"complaint": "complaint", "cancel_order": "cancellation"}  # of bitext: what they are to us


def evaluate(data: Path) -> list[Row]:
    """The rows of the sets that are there."""
    return [*_own(), *_shop(data / "bitext"), *_bank(data / "banking77"), *_agents(data / "ibm_cdp")]


def _own() -> list[Row]:
    rows = []
    for task, measures in {
        "intent": ("macro_f1", "accuracy"),
        "answer": ("recall of yes", "precision of yes"),
    }.items():
        head = shipped().heads.get(task)
        figures: dict[str, Any] = head.card.get("held out", {}) if head else {}
        rows += [
            Row(task, "ascolto corpus", name, figures[name], part=OURS, ece=figures.get("ece"))
            for name in measures
            if name in figures
        ]
    if WEIGHTS.exists():
        card = json.loads(WEIGHTS.read_text(encoding="utf-8"))["card"]
        rows += [
            Row("offers", "ascolto corpus", name, card[name], card["lines"], part=OURS)
            for name in ("recall", "precision")
        ]
        for path in sorted((WEIGHTS.parent.parent / "corpus").glob("outgoing_offers_exam*.tsv")):
            rows += _exam(path)
    return rows


def _exam(path: Path) -> list[Row]:
    """The guard of offers on sentences of our own that taught nothing; half of them plain ones that sound like offers."""
    cells = [row.split("\t") for row in path.read_text(encoding="utf-8").splitlines()]
    sells = [row[1] == "1" for row in cells]
    said = [commercial(row[3].replace("⏎", "\n")).label == "offer" for row in cells]
    hits = sum(one and other for one, other in zip(sells, said, strict=True))
    figures = {"recall": (hits, sum(sells)), "precision": (hits, sum(said))}
    is_first = path.stem == "outgoing_offers_exam"
    part = (
        "own sentences, never taught" if is_first else "own sentences, never taught, errors looked at since"
    )
    name = path.stem.removeprefix("outgoing_offers_").replace("_", " ")
    return [
        Row("offers", f"ascolto {name}", measure, found / of, of, part=part)
        for measure, (found, of) in figures.items()
    ]


def _shop(folder: Path) -> list[Row]:
    path = folder / "Bitext_Sample_Customer_Service_Validation_Dataset.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = [_needing_answer([row["utterance"] for row in rows], "bitext")]
    for theirs, ours in ASKS.items():
        texts = _spread([row["utterance"] for row in rows if row["intent"] == theirs])
        if texts:
            said = [meaning.intent.label == ours for meaning in shipped().read(texts)]
            found.append(
                Row(
                    "intent",
                    "bitext",
                    f"recall of “{ours}” ({theirs})",
                    sum(said) / len(said),
                    len(said),
                    part="validation",
                )
            )
    return found


def _bank(folder: Path) -> list[Row]:
    path = folder / ("test.csv" if (folder / "test.csv").exists() else "train.csv")
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [_needing_answer([row["text"] for row in csv.DictReader(file)], "banking77")]


def _needing_answer(texts: Sequence[str], name: str) -> Row:
    said = [meaning.needs_answer.label == "yes" for meaning in shipped().read(_spread(texts))]
    return Row(
        "answer",
        name,
        "recall of “yes” (all need an answer)",
        sum(said) / len(said),
        len(said),
        part="evenly drawn",
    )


def _agents(folder: Path) -> list[Row]:
    if not (folder / "dev.json").exists():
        return []
    stored = json.loads((folder / "dev.json").read_text(encoding="utf-8"))
    texts = _spread(
        [
            turn["message"]
            for talk in stored
            for turn in talk["dialogContent"]
            if "agent" in turn and turn.get("message")
        ]
        + [talk["agentURL"]["url_utterance"] for talk in stored]
    )
    if not texts:
        return []
    said = [commercial(text).label == "offer" for text in texts]
    return [
        Row(
            "offers",
            "ibm_cdp",
            "agents' answers called an offer (hardly any is)",
            sum(said) / len(said),
            len(said),
            part="dev",
        )
    ]


def _spread(texts: Sequence[str]) -> list[str]:
    return list(texts[:: max(len(texts) // MOST, 1)][:MOST])
