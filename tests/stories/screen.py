"""A person's browser without a browser: opens pages, reads them, fills in the forms that stand there, and presses their buttons.

Whatever a story sends comes from a form that the page really showed: a field that is not in it, a choice that it does not offer or a
disabled button fails the story. Scripts are not run, except what the composer's do with every draft: it is looked at while one writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client

from ascolto.accounts.models import Agent

FRAGMENT = {"HX-Request": "true"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SILENT = {"script", "style", "template"}


@dataclass
class Node:
    """An element of a page."""

    tag: str
    attrs: dict[str, str]
    inside: list[Node | str] = field(default_factory=list)

    def all(self, tag: str = "", **attrs: str | bool) -> Iterator[Node]:
        """Elements in it, in order: of this tag, with these attributes (`True`: whatever its value; `_` stands for `-`)."""
        for child in self.inside:
            if isinstance(child, Node):
                if tag in ("", child.tag) and all(_has(child, name, value) for name, value in attrs.items()):
                    yield child
                yield from child.all(tag, **attrs)

    def one(self, tag: str = "", **attrs: str | bool) -> Node:
        """The only such element."""
        found = list(self.all(tag, **attrs))
        assert len(found) == 1, f"{len(found)} elements {tag} {attrs} in: {self.words[:400]}"
        return found[0]

    def has(self, tag: str = "", **attrs: str | bool) -> bool:
        """Whether there is such an element."""
        return next(self.all(tag, **attrs), None) is not None

    def form(self, button: str) -> Node:
        """The form with this button."""
        found = [one for one in self.all("form") if any(button in each.words for each in one.all("button"))]
        assert len(found) == 1, f"{len(found)} forms with {button!r} in: {self.words[:400]}"
        return found[0]

    @property
    def words(self) -> str:
        """What a person reads there."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for child in self.inside:
            if isinstance(child, str):
                yield child
            elif child.tag not in SILENT:
                yield " "
                yield from child._texts()
                yield " "


def _has(node: Node, name: str, value: str | bool) -> bool:
    key = name.strip("_").replace("_", "-")
    return key in node.attrs and (value is True or node.attrs[key] == value)


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("page", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].inside.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].inside.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].inside.append(data)


def read(html: str) -> Node:
    """A page or a part of one."""
    tree = _Tree()
    tree.feed(html)
    tree.close()
    return tree.root


Fields = dict[str, list[str]]


def fields_of(form: Node) -> Fields:
    """What the form would send as it stands."""
    found: Fields = {}
    for node in form.all():
        name = node.attrs.get("name", "")
        if not name or "disabled" in node.attrs or node.tag not in {"input", "select", "textarea"}:
            continue
        kind = node.attrs.get("type", "text")
        values = found.setdefault(name, [])
        if node.tag == "textarea":
            values.append("".join(child for child in node.inside if isinstance(child, str)))
        elif node.tag == "select":
            options = list(node.all("option"))
            chosen = [one for one in options if "selected" in one.attrs] or options[:1]
            values += [one.attrs.get("value", one.words) for one in chosen]
        elif kind in {"checkbox", "radio"}:
            values += [node.attrs.get("value", "on")] if "checked" in node.attrs else []
        elif kind != "file":
            values.append(node.attrs.get("value", ""))
    return found


def choose(form: Node, name: str, wanted: str) -> str:
    """The value that the form sends for what a person chooses there: by its words or its value. Texts are taken as they are."""
    nodes = [node for node in form.all(name=name) if "disabled" not in node.attrs]
    assert nodes, f"there is no field {name!r} in: {form.words[:300]}"
    offered: dict[str, str] = {}
    for node in nodes:
        if node.tag == "select":
            for option in node.all("option"):
                value = option.attrs.get("value", option.words)
                offered |= {option.words: value, value: value}
        elif node.attrs.get("type") in {"checkbox", "radio"}:
            offered[node.attrs.get("value", "on")] = node.attrs.get("value", "on")
        else:
            return wanted
    assert wanted in offered, f"{name!r} offers {sorted(offered)}, not {wanted!r}"
    return offered[wanted]


def fill(form: Node, values: Mapping[str, Any]) -> Fields:
    """The form's fields after a person filled them in; a list ticks several boxes."""
    sent = fields_of(form)
    for name, value in values.items():
        wanted = value if isinstance(value, list) else [value]
        sent[name] = [choose(form, name, str(one)) for one in wanted]
    return sent


@dataclass(frozen=True)
class Answer:
    """What the product answered."""

    status: int
    page: Node
    toast: dict[str, Any]
    location: str

    @property
    def words(self) -> str:
        """What a person reads: the page, and what is told in passing."""
        return f"{self.page.words} {self.toast.get('text', '')}".strip()


class Screen:
    """A browser in which somebody is signed in."""

    def __init__(self, agent: Agent) -> None:
        self.agent, self.client = agent, Client()
        self.client.force_login(agent)

    def signs_in(self) -> None:
        """Again after a night: whoever was away for long is signed out."""
        self.client = Client()
        self.client.force_login(self.agent)

    def open(self, path: str, *, status: int = 200) -> Node:
        """A whole page."""
        return self._get(path, {}, status)

    def part(self, path: str, *, status: int = 200) -> Node:
        """A part of a page, as its script asks for it."""
        return self._get(path, FRAGMENT, status)

    def _get(self, path: str, headers: Mapping[str, str], status: int) -> Node:
        response = self.client.get(path, headers=headers)
        assert response.status_code == status, f"{path}: {response.status_code}"
        page = read(response.content.decode())
        for form in page.all("form"):
            form.attrs["action"] = form.attrs.get("action") or path
        return page

    def is_shut(self, path: str) -> bool:
        """Whether nothing is there for this person."""
        return self.client.get(path).status_code == 404

    def press(self, form: Node, words: str = "", *, plain: bool = False, **values: Any) -> Answer:
        """Fill in a form and press the button with these words; `plain`: without scripts, following where it leads."""
        sent = fill(form, values)
        button = _button(form, words)
        if name := button.attrs.get("name"):
            sent[name] = [button.attrs.get("value", "")]
        address = button.attrs.get("formaction") or form.attrs.get("hx-post") or form.attrs.get("action", "")
        return self.post(address, sent, plain=plain)

    def post(self, address: str, sent: Fields, *, plain: bool = False) -> Answer:
        """Send fields, as a script of the page does."""
        response = self.client.post(address, sent, headers={} if plain else FRAGMENT, follow=plain)
        return _answer(response)

    def undo(self, answer: Answer) -> Answer:
        """Press "Undo" in what was told."""
        fields = {name: [str(value)] for name, value in (answer.toast.get("fields") or {}).items()}
        return self.post(answer.toast["undo"], fields)

    def beat(self) -> None:
        """The page is open: its script says so."""
        assert self.client.post("/presence/beat/").status_code == 200

    def stands(self, state: str) -> None:
        """Available, busy or away, in the menu."""
        form = next(one for one in self.open("/").all("form") if one.has("button", name="presence"))
        self.press(form, state, plain=True)

    def draft(self, number: str, text: str, *, mode: str = "", channel: str = "") -> Draft:
        """Begin to write in a conversation."""
        return Draft(self, number, text, mode, channel)


def _button(form: Node, words: str) -> Node:
    buttons = [node for node in form.all("button") if "disabled" not in node.attrs]
    found = [one for one in buttons if words.lower() in one.words.lower()] if words else buttons[:1]
    assert found, f"no button {words!r} among {[one.words for one in buttons]}"
    return found[0]


def _answer(response: HttpResponse) -> Answer:
    told = json.loads(response.headers.get("HX-Trigger", "{}"))
    location = (
        response.headers.get("HX-Location")
        or response.headers.get("HX-Redirect")
        or response.headers.get("Location", "")
    )
    page = read(response.content.decode())
    return Answer(response.status_code, page, told.get("toast") or {}, location)


class Draft:
    """The composer of a conversation, with a text in it that the product has looked at."""

    def __init__(self, screen: Screen, number: str, text: str, mode: str, channel: str) -> None:
        self.screen, self.base = screen, f"/c/{number}/"
        self.form = screen.open(self.base).one("form", id="composer")
        self.fields = fields_of(self.form)
        self.advice = Node("page", {})
        if mode:
            self.fields["mode"] = [choose(self.form, "mode", mode)]
        if channel:
            name = f"way-{self.fields['mode'][0]}"
            self.fields[name] = [choose(self.form, name, channel)]
        self.says(text)

    @property
    def text(self) -> str:
        """What stands in it."""
        return self.fields["text"][0]

    def says(self, text: str) -> None:
        """Write; a moment later the product says what should be known of it."""
        self.fields["text"] = [text]
        answer = self.screen.post(f"{self.base}draft/", dict(self.fields))
        assert answer.status == 200
        self.advice = answer.page

    @property
    def findings(self) -> dict[str, str]:
        """What the guarantees say of it, by their names."""
        return {node.attrs["data-finding"]: node.words for node in self.advice.all(data_finding=True)}

    def removes(self) -> None:
        """Press "Remove the sentence"."""
        button = next(self.advice.all("button", data_remove=True))
        start, end = int(button.attrs["data-start"]), int(button.attrs["data-end"])
        self.says(" ".join((self.text[:start] + self.text[end:]).split()))

    def sends(self, *, promise: bool = False, **overrides: str) -> Answer:
        """Press "Send": `promise` ticks the dated promise that was found, `right_timing="…"` gives a reason for going on all the same."""
        sent = {**self.fields, **fields_of(self.advice)}
        if promise:
            sent["promise"] = [choose(self.advice, "promise", "1")]
        for name, reason in overrides.items():
            key = f"override-{name.replace('_', '-')}"
            sent[key] = [choose(self.advice, key, reason)]
        return self.screen.post(self.form.attrs["action"], sent)
