"""What is wrong with a flow: a code for machines, words for people, the line, and how to mend it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


def gettext_noop(text: str) -> str:
    """Marks a source text, so that the catalogue has it. Django's own would bring Django here."""
    return text


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One defect. `line` counts from 1; 0 is the flow as a whole. `message` and `fix` are English sources with gaps for `values`."""

    line: int
    code: str
    message: str
    fix: str = ""
    node: str = ""
    values: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def told(self, translate: Any = str) -> str:
        """The defect in words; `translate` turns a source text into the reader's language."""
        return translate(self.message) % dict(self.values)

    def remedy(self, translate: Any = str) -> str:
        """What to do."""
        return translate(self.fix) % dict(self.values) if self.fix else ""
