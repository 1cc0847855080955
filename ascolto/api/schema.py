"""The OpenAPI 3.1 description, made from the route table and the Structs. Nothing in it is written twice."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

import msgspec

from ascolto.accounts.scopes import SCOPES
from ascolto.api.problems import KINDS, MEDIA_TYPE, ProblemDocument
from ascolto.api.routes import TABLE
from ascolto.api.routing import BASE, Route

REFERENCE = "#/components/schemas/{name}"
EVERYWHERE = ("invalid", "unauthorized", "missing-scope", "too-many-requests", "internal", "busy")
WITH_BODY = ("malformed", "length-required", "too-large", "unsupported-media-type")
INTRODUCTION = """\
Conversations, messages, customers and channels of this Ascolto.

Send `Authorization: Bearer <token>` (or the header `api_access_token`). A token acts for a person: it sees what that person
sees, and what they may not see is not found. Lists take `limit` and `cursor`; `meta.next_cursor` asks for the next page.
Every POST takes an `Idempotency-Key`: repeating it within 24 hours gives the first answer again and does nothing twice.
Errors are problem documents (RFC 9457) whose `type` is stable.
"""


def _structs() -> tuple[type[msgspec.Struct], ...]:
    found: dict[type[msgspec.Struct], None] = {ProblemDocument: None}
    for route in TABLE.routes:
        for struct in (route.query, route.body, route.answer):
            if struct is not None:
                found[struct] = None
    return tuple(found)


@cache
def schemas() -> tuple[dict[type[msgspec.Struct], dict[str, Any]], dict[str, Any]]:
    """The schema (a reference) of each Struct in the table, and all components by name."""
    structs = _structs()
    references, components = msgspec.json.schema_components(structs, ref_template=REFERENCE)
    return dict(zip(structs, references, strict=True)), components


def component_of(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """The component that describes a Struct."""
    reference = schemas()[0][struct]["$ref"]
    component: dict[str, Any] = schemas()[1][reference.rsplit("/", 1)[1]]
    return component


def parameters_of(route: Route) -> list[dict[str, Any]]:
    """The parameters of an operation, those in the path first."""
    found = [_path_parameter(name) for name in route.parameters]
    component = component_of(route.query)
    for name, schema in component.get("properties", {}).items():
        required = name in component.get("required", ())
        found.append({"name": name, "in": "query", "required": required, "schema": _without_null(schema)})
    if route.method == "POST":
        found.append(
            _header("Idempotency-Key", "A key of your own, such as a UUID: the same key acts once.", 255)
        )
    if "stale" in route.problems:
        found.append(_header("If-Match", "The ETag that you read: change only this version.", 40))
    return found


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that may be left out is left out, never null."""
    if "anyOf" not in schema:
        return schema
    kept = [option for option in schema["anyOf"] if option.get("type") != "null"]
    return kept[0] if len(kept) == 1 else {"anyOf": kept}


def _path_parameter(name: str) -> dict[str, Any]:
    texts = {
        "macro": "The id of a macro.",
        "run": "The id of what a macro did, as the answer to its use told it.",
        "id": "The id; for a conversation also its number, with its leading zero or after %23.",
        "message": "The id of a message.",
        "field": "A field of the reading, such as sentiment.",
        "slug": "The name of a guarantee, such as no-rubber-wall.",
        "merge": "The id of a merge of customers.",
        "note": "The id of a note about a customer.",
        "identity": "The id of a handle.",
        "export": "The id of a copy of a customer's data.",
        "number": "The number of a version.",
        "account": "Always 1: there is one company in an installation.",
    }
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": texts[name],
        "schema": {"type": "string"},
    }


def _header(name: str, description: str, limit: int) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": limit}
    return {"name": name, "in": "header", "required": False, "description": description, "schema": schema}


def problems_of(route: Route) -> list[str]:
    """Every kind of problem that an operation can answer with."""
    kinds = [*EVERYWHERE, *route.problems]
    if route.body is not None or route.upload:
        kinds += WITH_BODY
    if route.method == "POST":
        kinds += ["in-flight", "key-reused"]
    return sorted(set(kinds), key=list(KINDS).index)


def _responses(route: Route) -> dict[str, Any]:
    responses = {str(route.status): _success(route)}
    by_status: dict[int, list[str]] = {}
    for slug in problems_of(route):
        by_status.setdefault(KINDS[slug].status, []).append(slug)
    for status, slugs in by_status.items():
        text = " ".join(f"`{slug}`: {KINDS[slug].title}" for slug in slugs)
        responses[str(status)] = {
            "description": text,
            "content": {MEDIA_TYPE: {"schema": schemas()[0][ProblemDocument]}},
        }
    return responses


def _success(route: Route) -> dict[str, Any]:
    if route.answer is None:
        content: dict[str, Any] = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    else:
        content = {"application/json": {"schema": schemas()[0][route.answer]}}
    return {"description": route.summary + ".", "content": content}


def _body(route: Route) -> dict[str, Any] | None:
    if route.upload:
        file = {"type": "string", "format": "binary"}
        form = {"type": "object", "properties": {"file": file}, "required": ["file"]}
        return {
            "required": True,
            "content": {"multipart/form-data": {"schema": form}, "*/*": {"schema": file}},
        }
    if route.body is None:
        return None
    required = bool(component_of(route.body).get("required"))
    content = {"application/json": {"schema": schemas()[0][route.body]}}
    return {"required": required, "content": content}


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "description": description_of(route),
        "tags": [route.tag],
        "security": [{"bearer": [route.scope] if route.scope else []}, {"header": []}],
        "parameters": parameters_of(route),
        "responses": _responses(route),
    }
    body = _body(route)
    return operation if body is None else {**operation, "requestBody": body}


def description_of(route: Route) -> str:
    """What the function behind the operation says of itself, and the scope."""
    parts = [inspect.getdoc(route.call) or route.summary, query_note(route)]
    parts.append(f"Scope: `{route.scope}`." if route.scope else "Any token.")
    return "\n\n".join(part for part in parts if part)


def query_note(route: Route) -> str:
    """What the parameters mean, where their names do not say it."""
    component = component_of(route.query)
    return inspect.cleandoc(component.get("description", "")) if component.get("properties") else ""


@cache
def openapi() -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, dict[str, Any]] = {}
    for route in TABLE.routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
        "info": {
            "title": "Ascolto",
            "version": "1",
            "description": INTRODUCTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": BASE}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in TABLE.routes)],
        "paths": paths,
        "components": {"schemas": schemas()[1], "securitySchemes": _security()},
    }


def _security() -> dict[str, Any]:
    text = "A token made in the settings or with `ascolto token create`. Scopes: " + ", ".join(SCOPES) + "."
    return {
        "bearer": {"type": "http", "scheme": "bearer", "description": text},
        "header": {"type": "apiKey", "in": "header", "name": "api_access_token", "description": text},
    }


@cache
def openapi_json() -> bytes:
    """The description as JSON."""
    return msgspec.json.format(msgspec.json.encode(openapi()), indent=1)
