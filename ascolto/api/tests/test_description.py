"""The OpenAPI description and the page made from it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import openapi_spec_validator
from django.test import Client

from ascolto.api.problems import KINDS
from ascolto.api.routes import TABLE
from ascolto.api.schema import openapi


def served(client: Client) -> dict[str, Any]:
    response = client.get("/api/v1/openapi.json")
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    document: dict[str, Any] = json.loads(response.content)
    return document


def test_the_description_is_valid_openapi(client: Client, db: None) -> None:
    openapi_spec_validator.validate(served(client))


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in references(value)]
    return [found for item in node for found in references(item)] if isinstance(node, list) else []


def test_the_description_holds_together(client: Client, db: None) -> None:
    document = served(client)
    assert document["openapi"] == "3.1.0"
    for reference in references(document):
        node: Any = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names)) == len(TABLE.routes)
    for path, methods in document["paths"].items():
        for operation in methods.values():
            told = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
            assert told == set(re.findall(r"{(\w+)}", path))
            assert operation["description"].strip()
            assert {"401", "403", "422", "429"} <= operation["responses"].keys()


def test_every_operation_of_the_issue_is_there() -> None:
    paths = openapi()["paths"]
    promised = {
        "/conversations": {"get"},
        "/conversations/{id}": {"get", "patch"},
        "/conversations/{id}/messages": {"get", "post"},
        **{
            f"/conversations/{{id}}/{verb}": {"post"}
            for verb in ("assign", "transfer", "resolve", "reopen", "snooze")
        },
        "/attachments": {"post"},
        "/customers": {"get"},
        "/customers/{id}": {"get", "patch"},
        "/channels": {"get", "post"},
        "/channels/{id}": {"get", "patch"},
        "/me": {"get"},
    }
    for path, methods in promised.items():
        assert methods <= paths[path].keys()


class Page(HTMLParser):
    """Ids, inner links and everything that a strict policy would stop."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.forbidden: list[str] = []
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if "id" in given:
            self.ids.append(given["id"] or "")
        if (given.get("href") or "").startswith("#"):
            self.links.append((given["href"] or "")[1:])
        for name in given:
            if name == "style" or name.startswith("on"):
                self.forbidden.append(f"{tag} {name}")
        if tag == "style" or (
            tag == "script" and not (given.get("src") or given.get("type") == "application/json")
        ):
            self.forbidden.append(tag)
        address = given.get("src") or (given.get("href") if tag == "link" else "") or ""
        if "//" in address:
            self.foreign.append(address)


def test_the_page_works_offline_under_the_strict_policy(client: Client, db: None) -> None:
    response = client.get("/api/v1/docs")
    assert response.status_code == 200
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    page = Page()
    page.feed(response.content.decode())
    assert not page.forbidden
    assert not page.foreign
    assert len(page.ids) == len(set(page.ids))
    assert set(page.links) <= set(page.ids)


def test_the_page_tells_every_operation_and_every_problem(client: Client, db: None) -> None:
    text = client.get("/api/v1/docs").content.decode()
    for route in TABLE.routes:
        assert f'id="{route.name}"' in text
    for slug in KINDS:
        assert f'id="problem-{slug}"' in text
