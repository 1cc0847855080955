"""The product's source as these tests read it."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "ascolto"


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that belongs to the project: what git knows and what it would take."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        names = [name for name in listed.stdout.decode().split("\0") if name]
        return tuple(sorted(path for name in names if (path := ROOT / name).is_file()))
    skipped = {".git", ".venv", "data", "__pycache__", "build", ".ruff_cache", ".mypy_cache"}
    every = (path for path in ROOT.rglob("*") if path.is_file())
    return tuple(sorted(path for path in every if not skipped & set(path.relative_to(ROOT).parts)))


@cache
def modules() -> tuple[Path, ...]:
    """Every module of the product, without migrations and without tests."""
    python = (path for path in tracked() if path.suffix == ".py" and path.is_relative_to(PACKAGE))
    return tuple(
        path for path in python if not {"migrations", "tests"} & set(path.relative_to(PACKAGE).parts)
    )


@cache
def templates() -> tuple[Path, ...]:
    """Every template of the product."""
    pages = (path for path in tracked() if path.suffix == ".html" and path.is_relative_to(PACKAGE))
    return tuple(path for path in pages if "templates" in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    """The module's syntax tree."""
    return ast.parse(path.read_text(), str(path))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, nested ones too."""
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How long a function is without its docstring and its decorators."""
    body = node.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) and len(body) > 1:
        spoken = (body[0].end_lineno or 0) - body[0].lineno + 1
    else:
        spoken = 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - spoken


def name(path: Path) -> str:
    """The path as people write it."""
    return str(path.relative_to(ROOT))


def room_of(path: Path) -> str:
    """The room in which a module lies."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")
