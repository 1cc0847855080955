"""Small enough to be read: modules, functions, views, rooms' pages; and names that say something."""

from __future__ import annotations

import ast
import re

from tests.house.source import PACKAGE, functions, lines_of, modules, name, tracked, tree

MODULE, FUNCTION, VIEW, README = 400, 40, 25, 25
BANNED = {"utils", "helpers", "common", "manager", "service", "handler", "do_it"}


def test_no_module_is_longer_than_its_budget() -> None:
    sizes = {name(path): len(path.read_text().splitlines()) for path in modules()}
    assert {path: lines for path, lines in sizes.items() if lines > MODULE} == {}


def test_no_function_is_longer_than_its_budget() -> None:
    found = {f"{name(path)}:{node.name}": lines_of(node) for path in modules() for node in functions(path)}
    assert {place: lines for place, lines in found.items() if lines > FUNCTION} == {}


def test_no_view_is_longer_than_its_budget() -> None:
    views = [path for path in modules() if path.stem == "views" or "views" in path.parts]
    found = {
        f"{name(path)}:{node.name}": lines_of(node)
        for path in views
        for node in functions(path)
        if node.args.args and node.args.args[0].arg == "request"
    }
    assert {place: lines for place, lines in found.items() if lines > VIEW} == {}


def test_nothing_carries_a_name_that_says_nothing() -> None:
    found = [name(path) for path in modules() if set(path.stem.split("_")) & BANNED]
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                words = set(re.sub(r"(?<!^)(?=[A-Z])", "_", node.name).lower().strip("_").split("_"))
                if words & BANNED and not _is_named_by_django(node):
                    found.append(f"{name(path)}:{node.name}")
    assert found == []


def _is_named_by_django(node: ast.AST) -> bool:
    """A model's manager is what Django calls it."""
    return isinstance(node, ast.ClassDef) and any("Manager" in ast.unparse(base) for base in node.bases)


def test_every_room_has_a_short_page_about_itself() -> None:
    rooms = {
        path.relative_to(PACKAGE).parts[0] for path in modules() if len(path.relative_to(PACKAGE).parts) > 1
    }
    missing = sorted(room for room in rooms if not (PACKAGE / room / "README.md").is_file())
    pages = [path for path in tracked() if path.name == "README.md" and path.is_relative_to(PACKAGE)]
    long = {name(path): len(path.read_text().splitlines()) for path in pages}
    assert missing == []
    assert {path: lines for path, lines in long.items() if lines > README} == {}
