"""Ready for every language: nothing unmarked, nothing written left to right by hand, no format of a date made by hand."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.source import PACKAGE, modules, tracked

TEMPLATES = [
    path
    for path in tracked()
    if path.suffix == ".html" and "templates" in path.parts and path.is_relative_to(PACKAGE)
]
STYLES = [
    path
    for path in tracked()
    if path.is_relative_to(PACKAGE)
    and "vendor" not in path.parts
    and (path.suffix == ".css" or path.name == "style.js")
]
SCRIPTS = [
    path
    for path in tracked()
    if path.is_relative_to(PACKAGE)
    and path.suffix == ".js"
    and "vendor" not in path.parts
    and "tests" not in path.parts
]
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right)(?:-\w+)*|left|right|"
    r"border-(?:top|bottom)-(?:left|right)-radius)\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right)"
)
# names, keys, units, and what is the same in every language
SAME_EVERYWHERE = {
    "ascolto", "english", "italiano", "esc", "ctrl", "shift", "alt", "enter", "csv", "api", "openapi", "json", "http", "url", "html",
    "whatsapp", "e-mail", "id", "ok", "kb", "mb", "get", "post", "patch", "delete", "put", "bearer", "https", "utf", "rest", "pdf",
    "px", "rem", "ms", "ece", "it", "en", "min", "max", "nbsp", "docs", "postgresql", "sqlite", "oauth", "cc", "ccn", "bcc", "n", "k",
}  # fmt: skip
# pages for machines and programmers, written in English like the code: the description of the API, the guide to channels
ENGLISH_PAGES = {"api", "manual.html", "leaving.html"}


def places(found: Iterator[tuple[Path, str]]) -> list[str]:
    return [f"{path.relative_to(PACKAGE)}: {text.strip()[:80]}" for path, text in found]


def test_style_sheets_say_start_and_end_not_left_and_right() -> None:
    def physical() -> Iterator[tuple[Path, str]]:
        for path in STYLES:
            for line in path.read_text().splitlines():
                if PHYSICAL.search(re.sub(r"/\*.*?\*/", "", line)):
                    yield path, line

    assert places(physical()) == []


def bare_texts(path: Path) -> Iterator[str]:
    """Text of a template that stands outside of what is translated: between tags, and in attributes that people read."""
    source = re.sub(r"{#.*?#}|<!--.*?-->", " ", path.read_text(), flags=re.DOTALL)
    source = re.sub(r"<(script|style|code|kbd|svg|pre)\b.*?</\1>", " ", source, flags=re.DOTALL)
    source = re.sub(r"{{.*?}}|{%.*?%}", "\x01", source, flags=re.DOTALL)
    yield from re.findall(
        r'\s(?:title|aria-label|placeholder|alt|data-said|aria-description)="([^"]*)"', source
    )
    yield from re.split(r"<[^>]*>", source)


def is_words(text: str) -> bool:
    if re.search(r"\w=", text):
        return False  # a block of attributes
    words = re.findall(r"(?<![\w-])[^\W\d_]{2,}(?![\w-]*[\d_])", html.unescape(text.replace("\x01", " ")))
    return any(word.lower() not in SAME_EVERYWHERE for word in words)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_template_says_something_in_one_language(path: Path) -> None:
    if ENGLISH_PAGES & set(path.relative_to(PACKAGE).parts):
        pytest.skip("a page in English, like the code")
    assert [text.strip() for text in bare_texts(path) if is_words(text)] == []


SHOWN_BY_SCRIPT = re.compile(
    r"""(?:\.(?:textContent|innerText|title|placeholder|ariaLabel|alt)\s*=|toast\(|confirm\(|alert\(|"""
    r"""setAttribute\(\s*["'](?:title|aria-label|placeholder)["'],)\s*(["'`])((?:(?!\1).)*)\1"""
)


def test_no_script_shows_words_of_its_own() -> None:
    def shown() -> Iterator[tuple[Path, str]]:
        for path in SCRIPTS:
            for _quote, text in SHOWN_BY_SCRIPT.findall(path.read_text()):
                if is_words(re.sub(r"\$\{.*?\}", " ", text)):
                    yield path, text

    assert places(shown()) == []


DATE_PARTS = re.compile(r"%[dmyYbBaAxcDj]")
# what machines read: headers of networks, names of files, the formats of other people's interfaces
FOR_MACHINES = {
    "channels",
    "testing",
    "bench",
    "understanding",
    "kit",
    "intake",
    "realtime",
    "config",
    "delivery",
}


TO_CUSTOMERS = {
    "sla/wording.py"
}  # in the customer's language, which may be one that the interface does not speak


def test_no_date_is_formatted_by_hand() -> None:
    def formatted() -> Iterator[tuple[Path, str]]:
        for path in modules():
            room = path.relative_to(PACKAGE).parts[0]
            if room in FOR_MACHINES or path.relative_to(PACKAGE).as_posix() in TO_CUSTOMERS:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "strftime":
                    texts = [
                        arg.value
                        for arg in node.args
                        if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                    ]
                elif isinstance(node, ast.FormattedValue) and node.format_spec is not None:
                    texts = [ast.unparse(node.format_spec)]
                else:
                    continue
                for text in texts:
                    if DATE_PARTS.search(text) and not re.fullmatch(
                        r".*%Y-?%m-?%d.*", text
                    ):  # ISO is for machines
                        yield path, text

    assert places(formatted()) == []


def test_no_template_formats_a_number_or_a_date_by_hand() -> None:
    def formatted() -> Iterator[tuple[Path, str]]:
        for path in TEMPLATES:
            for text in re.findall(
                r"{{[^}]*(?:strftime|\|\s*round|\"%[.\d]*[fd]\"|\|\s*format)[^}]*}}", path.read_text()
            ):
                if (
                    "isoformat" not in text and f'="{text}' not in path.read_text()
                ):  # sizes of drawings are for machines
                    yield path, text

    assert places(formatted()) == []
