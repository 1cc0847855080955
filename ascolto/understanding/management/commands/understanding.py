"""`ascolto understanding`: train, evaluate, compare and roll back the models; topics; read again."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ascolto.understanding.actions.versions import HEADS


class Command(BaseCommand):
    help = "Train, evaluate, compare and roll back the company's own models; its topics; read messages again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        _train(
            verbs.add_parser(
                "train", help="learn from corrections and topics; a version serves only if it is no worse"
            )
        )
        _evaluate(verbs.add_parser("evaluate", help="examine a head on the project's corpus or on a file"))
        _compare(verbs.add_parser("compare", help="what two versions say differently"))
        rollback = verbs.add_parser("rollback", help="let an earlier version serve")
        _head(rollback)
        rollback.add_argument(
            "number", nargs="?", type=_number, help="its number, or “shipped”; without: the one before"
        )
        verbs.add_parser("status", help="which versions serve, and what waits to be learnt")
        topics = verbs.add_parser("topics", help="the topics; or add a ready-made set")
        topics.add_argument("--load", metavar="SET", help="add the topics of a ready-made set; see --sets")
        topics.add_argument("--sets", action="store_true", help="the ready-made sets")
        reread = verbs.add_parser("reread", help="read the messages of the last days again")
        reread.add_argument("--days", type=int, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        from ascolto.understanding.engine.threads import one_thread

        one_thread()  # before numpy is loaded
        from ascolto.understanding.actions.starters import NoSuchSet
        from ascolto.understanding.actions.versions import AnotherLearns, NoSuchVersion
        from ascolto.understanding.engine.head import UnreadableHead
        from ascolto.understanding.training import verbs
        from ascolto.understanding.training.examining import UnreadableFile

        try:
            getattr(verbs, options["verb"])(self.stdout, options)
        except (
            AnotherLearns,
            NoSuchVersion,
            NoSuchSet,
            UnreadableFile,
            UnreadableHead,
            verbs.NotPossible,
        ) as error:
            raise CommandError(str(error)) from error


def _train(parser: ArgumentParser) -> None:
    parser.add_argument(
        "heads", nargs="*", metavar="HEAD", help=f"those of {', '.join(HEADS)}; without any: all"
    )
    parser.add_argument("--due", action="store_true", help="only what has enough that is new, as at night")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def _evaluate(parser: ArgumentParser) -> None:
    _head(parser, nargs="?")
    parser.add_argument("--file", type=Path, help="a .tsv or .csv with the columns text and label")
    parser.add_argument(
        "--number", type=_number, help="this version instead of the one that serves; 0: the shipped one"
    )


def _compare(parser: ArgumentParser) -> None:
    _head(parser)
    parser.add_argument("first", type=_number, metavar="A", help="a version's number, or “shipped”")
    parser.add_argument("second", type=_number, metavar="B")
    parser.add_argument("--samples", type=int, default=10, help="messages that are shown (10)")


def _head(parser: ArgumentParser, nargs: str | None = None) -> None:
    parser.add_argument("head", choices=HEADS, metavar="HEAD", nargs=nargs, help=f"one of {', '.join(HEADS)}")


def _number(text: str) -> int:
    return 0 if text == "shipped" else int(text)
