"""`ascolto flow check FILE…`: prove flows before they go live, also where there is no database; `ascolto flow test FILE --tests FILE.json`:
whether kept rehearsals still go as they went; `ascolto flow schema`: for editors."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from ascolto.bot.actions.rehearsals import LONGEST_PAPER, Written, read_rehearsals
from ascolto.bot.findings import Finding
from ascolto.bot.flow import Flow
from ascolto.bot.graph import World, check
from ascolto.bot.reading import read_flow
from ascolto.bot.schema import flow_schema
from ascolto.bot.selling import sells
from ascolto.bot.yamltext import LONGEST

HOUSE = Path(__file__).resolve().parents[2] / "flows"


class Command(BaseCommand):
    help = "Prove flows (check), run their tests (test), or print the JSON Schema of their text (schema). Needs no database."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        check = verbs.add_parser(
            "check", help="read and prove flows; the exit code is 1 when one has a defect"
        )
        check.add_argument("files", nargs="+", type=Path, metavar="FILE")
        check.add_argument(
            "--with",
            dest="beside",
            action="append",
            default=[],
            type=Path,
            metavar="FILE",
            help="a flow they may run",
        )
        check.add_argument(
            "--agcom", action="store_true", help="menus at the first level must offer complaints"
        )
        check.add_argument("--company", default="", help="the company's name, which may stand under a text")
        check.add_argument("--json", action="store_true", help="findings as JSON, one a line")
        test = verbs.add_parser(
            "test", help="run kept rehearsals; the exit code is 1 when one goes another way"
        )
        test.add_argument("file", type=Path, metavar="FILE")
        test.add_argument(
            "--tests", "--rehearsals", type=Path, metavar="FILE.json", help="beside the flow: FILE.tests.json"
        )
        test.add_argument(
            "--with",
            dest="beside",
            action="append",
            default=[],
            type=Path,
            metavar="FILE",
            help="a flow it runs",
        )
        verbs.add_parser("schema", help="print the JSON Schema (2020-12)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "schema":
            self.stdout.write(json.dumps(flow_schema(), indent=1, ensure_ascii=False))
            return
        if options["verb"] == "test":
            self._test(options["file"], options["tests"], options["beside"])
            return
        texts = {path: _read(path) for path in options["files"]}
        library = dict(_library([*sorted(HOUSE.glob("*.yaml")), *options["beside"], *texts]))
        world = World(agcom=options["agcom"], company=options["company"], is_commercial=sells)
        wrong = 0
        for path, text in texts.items():
            _flow, found = check(text, library, world)
            wrong += len(found)
            for finding in found:
                self.stdout.write(_line(path, finding, as_json=options["json"]))
        if wrong:
            self.stderr.write(f"{wrong} defect{'s' * (wrong > 1)}.")
            raise SystemExit(1)
        if not options["json"]:
            self.stdout.write(f"{len(texts)} flow{'s' * (len(texts) > 1)} proved.")

    def _test(self, path: Path, tests: Path | None, beside: list[Path]) -> None:
        """Every test of a file, against the flow of another."""
        library = dict(_library([*sorted(HOUSE.glob("*.yaml")), *beside]))
        flow, _found = read_flow(_read(path))
        if flow is None or not flow.slug:
            raise CommandError(f"{path} cannot be read as a flow: run check")
        library[flow.slug] = flow
        wrong, written = 0, _tests(tests or path.with_suffix(".tests.json"))
        for one in written:
            differs = one.differs(flow.slug, library)
            wrong += differs is not None
            where = (
                f"step {differs.step}: expected {differs.expected or 'nothing'}, got {differs.got or 'nothing'}"
                if differs
                else ""
            )
            self.stdout.write(f"{'FAILS ' if differs else 'passes'} {one.name} {where}".rstrip())
        if wrong:
            self.stderr.write(f"{wrong} of {len(written)} go another way.")
            raise SystemExit(1)


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(LONGEST + 1)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error


def _tests(path: Path) -> list[Written]:
    try:
        with path.open(encoding="utf-8") as file:
            return read_rehearsals(file.read(LONGEST_PAPER + 1))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
    except ValidationError as refusal:
        raise CommandError(f"{path}: {' '.join(refusal.messages)}") from refusal


def _library(paths: list[Path]) -> Iterator[tuple[str, Flow]]:
    for path in paths:
        flow, _found = read_flow(_read(path))
        if flow is not None and flow.slug:
            yield flow.slug, flow


def _line(path: Path, finding: Finding, *, as_json: bool) -> str:
    told, remedy = finding.told(gettext), finding.remedy(gettext)
    if as_json:
        said = {"file": str(path), "line": finding.line, "code": finding.code, "message": told, "fix": remedy}
        return json.dumps(said, ensure_ascii=False)
    return f"{path}:{finding.line}: {told} {remedy} [{finding.code}]"
