"""What the documentation page shows: the OpenAPI description, arranged for reading."""

from __future__ import annotations

import html
import inspect
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from django.utils.safestring import SafeString, mark_safe

from ascolto.accounts.scopes import SCOPES
from ascolto.api.problems import KINDS, Kind
from ascolto.api.routes import TABLE
from ascolto.api.routing import BASE, Route
from ascolto.api.schema import component_of, openapi, parameters_of, problems_of, query_note, schemas


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a table: a parameter or a member of an object."""

    name: str
    kind: SafeString
    is_required: bool
    note: str


@dataclass(frozen=True, slots=True)
class Shape:
    """An object that goes in or comes out."""

    name: str
    note: str
    fields: list[Field]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    note: str
    scope: str
    status: int
    query_note: str
    parameters: list[Field]
    body: Shape | None
    is_upload: bool
    answer: str
    problems: list[str]
    example: str


@dataclass(frozen=True, slots=True)
class Reference:
    """The whole page: operations by tag, objects, problems, scopes."""

    groups: dict[str, list[Operation]]
    shapes: list[Shape]
    problems: dict[str, Kind]
    scopes: tuple[str, ...]


@cache
def reference() -> Reference:
    """Everything the page shows."""
    groups: dict[str, list[Operation]] = {}
    for route in TABLE.routes:
        groups.setdefault(route.tag, []).append(_operation(route))
    bodies = {_name(schemas()[0][route.body]) for route in TABLE.routes if route.body}
    queries = {_name(schemas()[0][route.query]) for route in TABLE.routes}
    shapes = [
        _shape(name, component)
        for name, component in openapi()["components"]["schemas"].items()
        if name not in bodies | queries
    ]
    return Reference(groups, shapes, KINDS, SCOPES)


def _operation(route: Route) -> Operation:
    body = schemas()[0][route.body] if route.body else None
    return Operation(
        id=route.name,
        method=route.method,
        path=BASE + route.path,
        summary=route.summary,
        note=inspect.getdoc(route.call) or "",
        scope=route.scope,
        status=route.status,
        query_note=query_note(route),
        parameters=[_parameter(parameter) for parameter in parameters_of(route)],
        body=_shape(_name(body), component_of(route.body)) if body and route.body else None,
        is_upload=route.upload,
        answer=_name(schemas()[0][route.answer]) if route.answer else "",
        problems=problems_of(route),
        example=_example(route),
    )


def _parameter(parameter: dict[str, Any]) -> Field:
    place = {"path": "in the path", "header": "header", "query": ""}[parameter["in"]]
    note = ". ".join(part for part in (place, parameter.get("description", "")) if part)
    return Field(parameter["name"], _kind(parameter["schema"]), parameter["required"], note)


def _shape(name: str, component: dict[str, Any]) -> Shape:
    required = component.get("required", ())
    fields = [
        Field(field, _kind(schema), field in required, "")
        for field, schema in component["properties"].items()
    ]
    return Shape(name, component.get("description", ""), fields)


def _name(reference: dict[str, Any]) -> str:
    return str(reference["$ref"]).rsplit("/", 1)[1]


def _kind(schema: dict[str, Any]) -> SafeString:
    """A schema in a few words, with links to the objects it names."""
    return mark_safe(_words(schema))  # noqa: S308 - every word below is escaped or ours


def _words(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = html.escape(_name(schema))
        return f'<a href="#object-{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_words(option) for option in schema["anyOf"])
    if "enum" in schema:
        return html.escape(" | ".join(str(value) for value in schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_words(schema.get('items', {}))}"
    if schema.get("type") == "object":
        return "object"
    return html.escape(_plain(schema))


def _plain(schema: dict[str, Any]) -> str:
    words = str(schema.get("format") or schema.get("type") or "anything")
    if "minimum" in schema and schema.get("maximum", 2**53) < 2**53:
        words += f" {schema['minimum']} to {schema['maximum']}"
    if "maxLength" in schema:
        words += f", at most {schema['maxLength']} characters"
    return words


_EXAMPLES: dict[str, Any] = {
    "text": "Good morning Giulia, it works again.",
    "visibility": "private",
    "assignee": "me",
    "team": 3,
    "until": "2030-01-01T09:00:00Z",
    "name": "Help by e-mail",
    "kind": "webhook",
    "settings": {"secret": "…"},
    "status": "pending",
    "purpose": "suggestion",
}


def _example(route: Route) -> str:
    """A call on the command line, with the required members (or the first that has an example)."""
    path = route.path.replace("{id}", "42")
    lines = [f'curl -H "Authorization: Bearer $TOKEN" "$BASE{BASE}{path}"']
    if route.method != "GET":
        lines.append(f"  -X {route.method}")
    if route.method == "POST":
        lines.append('  -H "Idempotency-Key: $(uuidgen)"')
    if route.upload:
        lines.append("  -F file=@invoice.pdf")
    if route.body is not None:
        lines.append('  -H "Content-Type: application/json"')
        lines.append(f"  -d '{json.dumps(_example_body(route.body), ensure_ascii=False)}'")
    return " \\\n".join(lines)


def _example_body(body: type[msgspec.Struct]) -> dict[str, Any]:
    fields = msgspec.structs.fields(body)
    wanted = [field.name for field in fields if field.required] or [
        f.name for f in fields if f.name in _EXAMPLES
    ][:1]
    if {"text", "visibility"} <= {field.name for field in fields}:
        wanted = ["text", "visibility"]
    return {name: _EXAMPLES[name] for name in wanted if name in _EXAMPLES}
