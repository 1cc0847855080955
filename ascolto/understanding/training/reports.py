"""What came of a training or an examination, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ascolto.understanding.models import ModelVersion
from ascolto.understanding.training.examining import Examined

WIDTH = 28  # of the progress bar
SHOWN = 80  # characters of a message in a sample
CONFUSED = 8  # pairs of labels that are told


def bar(head: str, share: float) -> str:
    """A line that says how far a training is."""
    done = round(max(0.0, min(share, 1.0)) * WIDTH)
    return f"{head:<10} [{'#' * done}{'.' * (WIDTH - done)}] {share:4.0%}"


def examination(examined: Examined) -> Iterator[str]:
    """Figures, labels, confusion."""
    figures = examined.figures
    yield f"messages {figures.n}   accuracy {figures.accuracy:.3f}   macro-F1 {figures.macro_f1:.3f}"
    yield f"log-loss {figures.log_loss:.3f}   calibration error (ECE) {figures.ece:.3f}   {examined.ms:.1f} ms a message"
    width = max((len(label) for label in examined.of_label), default=5)
    yield ""
    yield f"{'label':<{width}}      F1  messages"
    for label, (f1, number) in examined.of_label.items():
        yield f"{label:<{width}}   {f1:.3f}  {number:>8}"
    wrong = [(pair, number) for pair, number in examined.confusion.most_common() if pair[0] != pair[1]]
    if wrong:
        yield ""
        yield "most confused (what it is → what was said)"
        for (gold, answer), number in wrong[:CONFUSED]:
            yield f"  {gold} → {answer}: {number}"


def comparison(names: tuple[str, str], examined: tuple[Examined, Examined]) -> Iterator[str]:
    """Two versions beside each other."""
    first, second = (one.figures for one in examined)
    yield f"{'':<18}{names[0]:>14}{names[1]:>14}"
    for name in ("accuracy", "macro_f1", "log_loss", "ece"):
        yield f"{name.replace('_', '-'):<18}{getattr(first, name):>14.3f}{getattr(second, name):>14.3f}"
    for label, (f1, _) in examined[0].of_label.items():
        yield f"F1 {label[:15]:<15}{f1:>14.3f}{examined[1].of_label[label][0]:>14.3f}"


def versions(head: str, rows: Sequence[ModelVersion], waiting: int) -> Iterator[str]:
    """The versions of a head, the newest first, and what waits to be learnt."""
    live = next((row for row in rows if row.state == ModelVersion.State.LIVE), None)
    serving = (
        f"version {live.number}"
        if live and live.number
        else ("shipped" if head != "topic" else "nothing learnt yet")
    )
    yield f"{head:<10} {serving}; {waiting} corrections since the last training"
    for row in rows:
        if row.number:
            yield f"    {row.number:>3}  {row.state:<9} {row.created_at:%Y-%m-%d %H:%M}  {row.why}"


def figures_line(card: dict[str, Any]) -> str:
    """Before and after, of each set that a version was judged on."""
    told = [
        f"{name}: macro-F1 {pair['before']['macro_f1']:.3f} → {pair['after']['macro_f1']:.3f}, "
        f"log-loss {pair['before']['log_loss']:.3f} → {pair['after']['log_loss']:.3f} (n={pair['after']['n']})"
        for name, pair in (card.get("figures") or {}).items()
    ]
    return "\n".join("    " + line for line in told)
