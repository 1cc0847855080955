"""How well the language of a text is told: `python -m bench.understanding.languages DIRECTORY`.

Real tweets in six languages (the German ones hold English, Indonesian and Dutch tweets labelled German: the share that nobody could get
right), commands to assistants in five, and the project's own labelled messages. No hint is given: in the product the conversation's
language helps where a text is short. Whatever detector this machine has is measured, and the other one beside it.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import ascolto.understanding
from ascolto.understanding.engine import detectors
from ascolto.understanding.engine.detectors import Detector
from ascolto.understanding.engine.languages import judge
from ascolto.understanding.engine.text import Prepared, prepare

SHORT = 40  # characters without handles, links and marks
_TWEETS = {
    "german": "de",
    "english": "en",
    "spanish": "es",
    "french": "fr",
    "italian": "it",
    "portuguese": "pt",
}
_LENGTHS = ((0, 8), (9, 20), (21, 40), (41, 80), (81, 10_000))
CORPUS = Path(ascolto.understanding.__file__).parent / "corpus"
_Labelled = tuple[str, str]  # language, text
_Key = tuple[str, int]  # language, length


def tweets(data: Path) -> Iterator[_Labelled]:
    """The tweets of every part that is here."""
    for folder, code in _TWEETS.items():
        for path in sorted((data / "xlmt_sentiment" / folder).glob("*_text.txt")):
            lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
            yield from ((code, line) for line in lines if line.strip())


def commands(data: Path) -> Iterator[_Labelled]:
    """Utterances of xSID."""
    for path in sorted((data / "xsid").glob("*.conll")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("# text = "):
                yield path.name.split(".")[0], line.removeprefix("# text = ")


def own(pattern: str = "*.tsv") -> Iterator[_Labelled]:
    """The project's own messages in one language each."""
    for path in sorted(CORPUS.glob(pattern)):
        for line in path.read_text(encoding="utf-8").splitlines():
            code, *_, text = line.split("\t")
            if len(code) == 2 and any(character.isalpha() for character in text):
                yield code, text.replace("⏎", "\n")


def evaluate(data: Path | str) -> list[dict[str, Any]]:
    """Rows: accuracy on each set, by language and by length."""
    data = Path(data)
    found: list[dict[str, Any]] = []
    for name, detect in _detectors():
        found += _tweets(list(tweets(data)), name, detect)
        for title, labelled in (
            ("xSID", commands(data)),
            ("own messages", own()),
            ("own short turns", own("*short_turns.tsv")),
        ):
            found += _whole(title, list(labelled), name, detect)
    return found


def _detectors() -> Iterator[tuple[str, Detector]]:
    fast = detectors.with_eldc()
    if fast is not None:
        yield "eldc", fast
    yield "py3langid", detectors.with_py3langid()


def _tweets(labelled: Sequence[_Labelled], name: str, detect: Detector) -> list[dict[str, Any]]:
    if not labelled:
        return []
    total, right, took = _judge(labelled, detect)
    short = f"at most {SHORT} characters"
    parts: dict[str, Callable[[str, int], bool]] = {
        "accuracy": lambda code, length: True,
        f"accuracy, {short}": lambda code, length: length <= SHORT,
        "accuracy without the German ones": lambda code, length: code != "de",
        f"accuracy without the German ones, {short}": lambda code, length: code != "de" and length <= SHORT,
    }
    for low, high in _LENGTHS:
        title = (
            f"accuracy, {low}–{high} characters" if high < 1000 else f"accuracy, over {low - 1} characters"
        )
        parts[title] = lambda code, length, low=low, high=high: low <= length <= high
    rows = [_row("tweets", title, total, right, chosen, name) for title, chosen in parts.items()]
    rows[0] |= {"floor": 0.97, "goal": 0.985, "stretch": 0.99, "ms": took}
    rows[1] |= {"floor": 0.90, "goal": 0.95, "stretch": 0.96}
    return rows + _by_language("tweets", total, right, name)


def _whole(title: str, labelled: Sequence[_Labelled], name: str, detect: Detector) -> list[dict[str, Any]]:
    if not labelled:
        return []
    total, right, _ = _judge(labelled, detect)
    whole = _row(title, "accuracy", total, right, lambda code, length: True, name)
    return [whole, *_by_language(title, total, right, name)]


def _by_language(data: str, total: Counter[_Key], right: Counter[_Key], name: str) -> list[dict[str, Any]]:
    return [
        _row(data, f"accuracy {code}", total, right, lambda other, length, code=code: other == code, name)
        for code in sorted({code for code, _ in total})
    ]


def _judge(
    labelled: Iterable[_Labelled], detect: Detector
) -> tuple[Counter[_Key], Counter[_Key], tuple[float, float]]:
    total: Counter[_Key] = Counter()
    right: Counter[_Key] = Counter()
    times = []
    for code, text in labelled:
        prepared = prepare(text)
        start = time.perf_counter()
        told = judge(prepared, "", detect).code
        times.append((time.perf_counter() - start) * 1000)
        key = (code, _length(prepared))
        total[key] += 1
        right[key] += told == code
    times.sort()
    return total, right, (round(times[len(times) // 2], 3), round(times[len(times) * 95 // 100], 3))


def _length(prepared: Prepared) -> int:
    return len(" ".join(word for word in prepared.shown.split() if word not in {"@", "⇗", "✉", "http"}))


def _row(
    data: str, measure: str, total: Counter[_Key], right: Counter[_Key], chosen: Any, detector: str
) -> dict[str, Any]:
    n = sum(count for key, count in total.items() if chosen(*key))
    value = sum(count for key, count in right.items() if chosen(*key)) / n if n else 0.0
    return {"task": "language", "data": data, "measure": f"{measure} ({detector})", "value": value, "n": n}


def main(arguments: Sequence[str]) -> int:
    """Print the rows."""
    if len(arguments) != 1:
        print("python -m bench.understanding.languages DIRECTORY")
        return 2
    for row in evaluate(arguments[0]):
        print(
            f"{row['data']:16}  {row['measure']:64}  {row['value']:.4f}  n={row['n']:<6} {row.get('ms', '')}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
