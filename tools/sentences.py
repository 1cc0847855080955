"""The sentences that modules of channels say to people, found in their source.

Adapters know nothing of gettext: they say English. What is found here without a gap goes to the catalogue by itself;
what has gaps (an f-string) must be declared in `Adapter.sentences` or in `ascolto.ui.reasons`, so that a screen can
recognise it (tests/house/test_sentences.py).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

GAP = "\0"
TELLING = {"Failure", "SendRefused", "AccountNews", "ConfigError", "refused", "Refused"}
# Said to programs (networks that call us, whoever calls a function wrongly) or written down for us:
NOT_TO_PEOPLE = {"BadSignature", "Malformed", "Ignored", "Unsupported", "Unreadable", "Unusable", "Note"}
NOT_TO_PEOPLE |= {"ValueError", "TypeError", "RuntimeError", "AssertionError", "UnknownKind"}
NOT_TO_PEOPLE |= {
    "debug",
    "info",
    "warning",
    "error",
    "exception",
    "compile",
    "json",
    "HookAnswer",
    "setting",
}
ANSWERING = {"test", "subscribe", "call_here"}  # functions whose texts are shown
NAMES = {"reason", "words", "told", "title"}  # what a text is called before it is handed on
FOREIGN = {  # what networks say, and what is posted or answered there
    "User blocked the conversation with the bot.",
    "This is a test of the connection.",
    "The headers webhook-id, webhook-timestamp and webhook-signature are all needed.",
}
_WORDS = re.compile(r"[^\W\d_]{2,}[,:;]? [^\W\d_]{2,}")
_SENTENCE = re.compile(rf"[A-ZÀ-Ý{GAP} @].*[.!?]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Said:
    """A text with GAP wherever a value goes. `is_part`: of a longer one, put together by +."""

    text: str
    line: int
    is_part: bool


def sentences_of(path: Path) -> Iterator[Said]:
    """What a module says to people: whole sentences, and whatever is handed to those who tell."""
    foreign = NOT_TO_PEOPLE | ({"Refused"} if "channels" in path.parts else set())  # there it answers a hook
    yield from _walk(ast.parse(path.read_text()), foreign, told=False, is_part=False, inside="")


def _walk(node: ast.AST, foreign: set[str], *, told: bool, is_part: bool, inside: str) -> Iterator[Said]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.Call):
        named = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if named in foreign:
            return
        told = named in TELLING
    if isinstance(node, ast.FunctionDef):
        inside = node.name
    if isinstance(node, ast.Assign):
        told = any(isinstance(target, ast.Name) and target.id in NAMES for target in node.targets)
    if isinstance(node, ast.Return):
        told = inside in ANSWERING
    if isinstance(node, ast.Constant | ast.JoinedStr):
        text = text_of(node)
        if text and _is_said(text, told):
            yield Said(text, node.lineno, is_part)
        if isinstance(node, ast.Constant):
            return
    is_part = is_part or isinstance(node, ast.BinOp | ast.JoinedStr)
    for child in ast.iter_child_nodes(node):
        if isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant):
            continue
        yield from _walk(child, foreign, told=told, is_part=is_part, inside=inside)


def text_of(node: ast.AST) -> str:
    """A constant, or an f-string with its gaps; empty for anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) if isinstance(part, ast.Constant) else GAP for part in node.values)
    return ""


def _is_said(text: str, told: bool) -> bool:
    if not _WORDS.search(text.replace(GAP, "xx")) or text.startswith("<") or text in FOREIGN:
        return False
    return (told and (GAP in text or " " in text.strip())) or bool(_SENTENCE.fullmatch(text))
