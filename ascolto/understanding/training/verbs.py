"""The verbs of `ascolto understanding`. Each writes to `out` and raises what cannot be done."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.core.management.base import OutputWrapper

from ascolto.conversations.models import Direction, Message, Visibility
from ascolto.kit.clock import now
from ascolto.understanding import worker
from ascolto.understanding.actions.starters import load_set, sets
from ascolto.understanding.actions.versions import HEADS, NoSuchVersion, live_version, roll_back
from ascolto.understanding.engine.head import Head
from ascolto.understanding.engine.personal import mask
from ascolto.understanding.models import ModelVersion, Topic
from ascolto.understanding.serving import Serving
from ascolto.understanding.training import reports
from ascolto.understanding.training.bench import Workbench
from ascolto.understanding.training.company import topics_changed
from ascolto.understanding.training.examining import answered, examine, from_corpus, from_file
from ascolto.understanding.training.running import AT_LEAST, due
from ascolto.understanding.training.running import train as run_training
from ascolto.understanding.training.taught import new_corrections
from ascolto.understanding.written import written_text

SAMPLED = 1_000  # of the newest messages that two versions are compared on
PORTION = 32

Options = Mapping[str, Any]


class NotPossible(ValueError):
    """What was asked cannot be done; the text says why."""


def train(out: OutputWrapper, options: Options) -> None:
    """Learn, and say of each head what came of it."""
    heads = due() if options["due"] else (options["heads"] or list(HEADS))
    unknown = sorted(set(heads) - set(HEADS))
    if unknown:
        raise NotPossible(f"There is no model “{unknown[0]}”: {', '.join(HEADS)}.")
    if not heads:
        out.write(
            f"Nothing is due: a head is trained from {AT_LEAST} new corrections, topics when they change."
        )
    shows_bar = not options["quiet"] and sys.stdout.isatty()
    for outcome in run_training(heads, progress=_bar if shows_bar else lambda head, share: None):
        if shows_bar:
            sys.stdout.write("\r\x1b[K")
        if outcome.version is None:
            out.write(f"{outcome.head:<10} not trained: {outcome.why}")
            continue
        verdict = "serves" if outcome.version.state == ModelVersion.State.LIVE else "REFUSED"
        out.write(f"{outcome.head:<10} version {outcome.version.number} {verdict}: {outcome.why}")
        if figures := reports.figures_line(outcome.version.card):
            out.write(figures)


def evaluate(out: OutputWrapper, options: Options) -> None:
    """Examine one head, or all that the corpus can judge."""
    bench = Workbench()
    if options["file"] and not options["head"]:
        raise NotPossible("Say which head the file's labels are for.")
    labelled = from_file(options["file"]) if options["file"] else None
    for name in [options["head"]] if options["head"] else [name for name in HEADS if name != "topic"]:
        if labelled is None and name == "topic":
            raise NotPossible("Your topics are your own: evaluate them with --file.")
        head = _head(bench, name, options["number"])
        out.write(f"{name} · {head.version} · {options['file'] or 'the fixed part of the project’s corpus'}")
        for line in reports.examination(examine(head, labelled or from_corpus(name), bench)):
            out.write("  " + line)
        out.write("")


def compare(out: OutputWrapper, options: Options) -> None:
    """Figures of two versions, and messages that they understand otherwise."""
    bench, name = Workbench(), options["head"]
    first, second = (_head(bench, name, options[key]) for key in ("first", "second"))
    if name != "topic":
        labelled = from_corpus(name)
        both = examine(first, labelled, bench), examine(second, labelled, bench)
        for line in reports.comparison((first.version, second.version), both):
            out.write(line)
    texts = _newest_texts(SAMPLED)
    pairs = [(text, "") for text in texts]
    answers = [answered(head, pairs, bench).answers() if pairs else [] for head in (first, second)]
    changed = [(text, old, new) for text, old, new in zip(texts, *answers, strict=True) if old != new]
    out.write(
        f"\n{len(changed)} of the newest {len(texts)} messages of customers would be understood otherwise:"
    )
    for text, old, new in changed[: options["samples"]]:
        shown = " ".join(mask(text).text.split())
        out.write(f"  {old} → {new}: {shown[: reports.SHOWN]}")


def rollback(out: OutputWrapper, options: Options) -> None:
    """Let an earlier version serve."""
    version = roll_back(
        head=options["head"], by=None, to=options["number"], why="rolled back on the command line"
    )
    shipped = "nothing learnt" if version.head == "topic" else "the shipped version"
    what = f"version {version.number}" if version.number else shipped
    out.write(f"{version.head}: {what} serves; messages that arrive from now on are read with it.")


def status(out: OutputWrapper, options: Options) -> None:
    """Which versions serve."""
    for head in HEADS:
        rows = list(ModelVersion.objects.filter(head=head).defer("weights")[:12])
        for line in reports.versions(head, rows, new_corrections(head)):
            out.write(line)
    if topics_changed():
        out.write("The topics changed since they were last learnt.")


def topics(out: OutputWrapper, options: Options) -> None:
    """The company's topics, or a ready-made set."""
    if options["sets"]:
        for one in sets():
            out.write(f"{one.name:<14} {one.title}: {', '.join(topic.name for topic in one.topics)}")
        return
    if options["load"]:
        added = load_set(options["load"], by=None)
        out.write(
            f"{len(added)} topics were added; they are learnt within a minute or two (or now: ascolto understanding train topic)."
        )
    for topic in Topic.objects.prefetch_related("examples"):
        state = "" if topic.is_active else "  (off)"
        out.write(
            f"{topic.name}{state}: {len(topic.examples.all())} examples, {len(topic.hints.split())} words of hints"
        )


def reread(out: OutputWrapper, options: Options) -> None:
    """Read messages again with the models that serve; what people corrected stays."""
    if options["days"] < 1:
        raise NotPossible("At least one day.")
    since = now() - timedelta(days=options["days"])
    ids = list(
        Message.objects.filter(occurred_at__gte=since, removed_at=None)
        .order_by("-pk")
        .values_list("pk", flat=True)
    )
    reader, done = Serving().reader(), 0
    for start in range(0, len(ids), PORTION):
        done += worker.read_again(reader, ids[start : start + PORTION])
        if sys.stdout.isatty():
            _bar("reread", min(start + PORTION, len(ids)) / len(ids))
    out.write(f"\n{done} messages of the last {options['days']} days were read again.")


def _head(bench: Workbench, name: str, number: int | None) -> Head:
    """The head of a version, or of the one that serves. Raises NoSuchVersion."""
    version = (
        live_version(name)
        if number is None
        else ModelVersion.objects.filter(head=name, number=number).first()
    )
    if number and (version is None or version.weights is None):
        raise NoSuchVersion(f"There is no version {number} of “{name}” whose weights are kept.")
    full = ModelVersion.objects.get(pk=version.pk) if version else None
    head = bench.head_of(full, name)
    if head is None:
        raise NoSuchVersion(
            f"“{name}” has no shipped version: it is learnt from your own topics (ascolto understanding train {name})."
        )
    return head


def _newest_texts(most: int) -> Sequence[str]:
    rows = (
        Message.objects.filter(direction=Direction.IN, removed_at=None)
        .exclude(visibility=Visibility.NOTE)
        .order_by("-pk")
    )
    found = [
        written_text(row.text, row.subject, row.extra, is_answer=row.in_reply_to_id is not None)
        for row in rows[:most]
    ]
    return [text for text in found if text.strip()]


def _bar(head: str, share: float) -> None:
    sys.stdout.write("\r" + reports.bar(head, share))
    sys.stdout.flush()
