"""The data sets as they were published, whichever of their parts are in the folder; the test part first, else what is nearest to it."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

TEST, VALIDATION, OWN_SPLIT, ALL = "test", "validation", "own split", "all of it"
SENTIMENTS = ("negative", "neutral", "positive")
_HANDLE_OR_LINK = re.compile(r"@\w+|https?://\S+")


@dataclass(frozen=True, slots=True)
class Item:
    """A labelled text; `group` is what must not be torn apart (a domain)."""

    text: str
    label: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Split:
    """What to learn from, what to measure on, and what that part is."""

    train: Sequence[Item]
    test: Sequence[Item]
    part: str


def text_of(path: Path) -> str:
    """A file's text; what is not UTF-8 is Latin-1 or a Macintosh's."""
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "cp1252", "mac-roman"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a file with a header, whatever separates its columns; names in small letters. Too short rows get empty columns."""
    text = text_of(path).replace("\0", "")
    first = text.partition("\n")[0]
    separator = max(("\t", ",", ";", "|"), key=first.count)
    quoting = csv.QUOTE_MINIMAL if text.count('"') % 2 == 0 or separator != "\t" else csv.QUOTE_NONE
    csv.field_size_limit(10_000_000)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, quoting=quoting)
    header = [name.strip().casefold() for name in next(reader, [])]
    return [dict(zip(header, [*row, *[""] * len(header)], strict=False)) for row in reader if any(row)]


def first_of(folder: Path, *names: str) -> Path | None:
    """The first of these files that is there; a name may have wild cards."""
    for name in names:
        for path in sorted(folder.glob(name)):
            if path.is_file():
                return path
    return None


def bucket(text: str, buckets: int = 100) -> int:
    """A number that depends on the words alone, so that the same text with another handle or link stays on one side of a split."""
    plain = " ".join(_HANDLE_OR_LINK.sub(" ", text).lower().split())
    return int(hashlib.md5(plain.encode(), usedforsecurity=False).hexdigest(), 16) % buckets


def own_split(items: Sequence[Item], first: int = 20, beyond: int = 40) -> Split:
    """A fifth of the texts, always the same, to measure on. (The fifth before it is what was held out of the airline tweets.)"""
    test = [item for item in items if first <= bucket(item.text) < beyond]
    return Split([item for item in items if not first <= bucket(item.text) < beyond], test, OWN_SPLIT)


def unseen(items: Iterable[Item], train: Sequence[Item]) -> list[Item]:
    """Those whose words are not in the training part."""
    known = {" ".join(item.text.split()) for item in train}
    return [item for item in items if " ".join(item.text.split()) not in known]


def _columns(path: Path | None, text: str, label: str, group: str = "") -> list[Item]:
    rows = table(path) if path else []
    found = [Item(row.get(text, ""), row.get(label, "").strip(), row.get(group, "")) for row in rows]
    return [item for item in found if item.text and item.label]


def airline(data: Path) -> Split | None:
    """Tweets to six airlines, three sentiments."""
    folder = data / "airline"
    items = {
        name: _columns(first_of(folder, name), "text", "airline_sentiment")
        for name in ("train.csv", "test.csv", "Tweets.csv")
    }
    train = items["train.csv"]
    if items["test.csv"]:
        return Split(train or unseen(items["Tweets.csv"], items["test.csv"]), items["test.csv"], TEST)
    if items["Tweets.csv"] and train:
        return Split(train, unseen(items["Tweets.csv"], train), "test: the published file without train.csv")
    if items["Tweets.csv"]:
        return replace(own_split(items["Tweets.csv"], 0, 20), part="test: the fifth that is usually held out")
    return own_split(train) if train else None


def _lines(path: Path | None) -> list[str]:
    return text_of(path).rstrip("\n").split("\n") if path else []


def lines_and_labels(folder: Path, names: dict[str, str] | None = None) -> Split | None:
    """Folders of `<part>_text.txt` and `<part>_labels.txt`, as TweetEval and XLM-T have them."""
    parts: dict[str, list[Item]] = {}
    for part in ("train", "val", "test"):
        texts, labels = (_lines(first_of(folder, f"{part}_{what}.txt")) for what in ("text", "labels"))
        named = [(names or {}).get(label.strip(), label.strip()) for label in labels]
        parts[part] = [Item(text, label) for text, label in zip(texts, named, strict=False) if text and label]
    if parts["test"]:
        return Split(parts["train"], parts["test"], TEST)
    return Split(parts["train"], parts["val"], VALIDATION) if parts["val"] else None


def xlmt(data: Path, language: str) -> Split | None:
    """Tweets of one language, three sentiments, as many of each."""
    return lines_and_labels(data / "xlmt_sentiment" / language, dict(zip("012", SENTIMENTS, strict=True)))


def tweeteval(data: Path, task: str) -> Split | None:
    """One of the TweetEval tasks."""
    folder = data / "tweeteval" / task
    mapping = dict(line.split("\t", 1) for line in _lines(first_of(folder, "mapping.txt")) if "\t" in line)
    return lines_and_labels(folder, {key.strip(): value.strip() for key, value in mapping.items()})


def sentipolc(data: Path) -> Split | None:
    """Italian tweets; what is both positive and negative has no place in three classes and is left out."""
    folder = data / "sentipolc16"
    train = _sentipolc(first_of(folder, "training_set*.csv", "train*.csv"))
    test = _sentipolc(first_of(folder, "*gold2000*.csv", "test_set*.csv", "test*.csv"))
    if test:
        return Split(train, test, TEST)
    return Split((), train, "training part, which nothing of ours learnt from") if train else None


_POLARITY = {("1", "0"): "positive", ("0", "1"): "negative", ("0", "0"): "neutral"}


def _sentipolc(path: Path | None) -> list[Item]:
    if path is None:
        return []
    if "opos" not in text_of(path).partition("\n")[0].casefold():  # the published test set has no header
        rows = list(csv.reader(text_of(path).splitlines()))
        found = [(row[-1], (row[2].strip(), row[3].strip())) for row in rows if len(row) >= 9]
    else:
        found = [(row["text"], (row["opos"].strip(), row["oneg"].strip())) for row in table(path)]
    return [Item(text, _POLARITY[signs]) for text, signs in found if signs in _POLARITY and text]


def complaints(data: Path) -> tuple[Split | None, list[Item]]:
    """Tweets that complain or not: a split by domain where domains were held out, and all that are there."""
    folder = data / "complaints19"
    named = {"1": "complaint", "0": "other"}
    read = {
        name: [
            Item(item.text, named.get(item.label.partition(".")[0], item.label), item.group)
            for item in _columns(first_of(folder, name), "text", "complaint", "domain")
        ]
        for name in ("train.csv", "test.csv", "complaints-data.csv")
    }
    train, test, whole = read.values()
    if not test and whole:
        known = {item.group for item in train}
        test = [item for item in whole if item.group not in known] if train else []
    everything = train + test or whole
    if train and test:
        return Split(train, test, "test: domains that train.csv does not have"), everything
    return None, everything


def sms(data: Path) -> Split | None:
    """Text messages, spam or ham."""
    folder = data / "sms_spam"
    train, test, whole = (
        _label_first(first_of(folder, *names))
        for names in (("train.tsv",), ("test.tsv",), ("sms.tsv", "SMSSpamCollection*"))
    )
    if not test and whole and train:
        test = unseen(whole, train)
    if test:
        return Split(train or unseen(whole, test), test, TEST)
    return own_split(train or whole) if train or whole else None


def _label_first(path: Path | None) -> list[Item]:
    pairs = (line.split("\t", 1) for line in _lines(path) if "\t" in line)
    return [Item(text, label) for label, text in pairs if label in {"ham", "spam"}]


def youtube(data: Path) -> list[Item]:
    """Comments under videos, spam or ham; nothing of ours learnt from them."""
    found = []
    for path in sorted((data / "youtube_spam").glob("*.csv")):
        found += _columns(path, "content", "class")
    return [Item(item.text, "spam" if item.label == "1" else "ham") for item in found]


def banking77(data: Path) -> Split | None:
    """Questions to a bank, 77 intents."""
    folder = data / "banking77"
    train, test = (_columns(first_of(folder, name), "text", "category") for name in ("train.csv", "test.csv"))
    if train and test:
        return Split(train, test, TEST)
    return own_split(train or test) if train or test else None
