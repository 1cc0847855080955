"""Reading requests: size, content type, JSON, and every wrong field at once with a hint."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar

import msgspec
from django.http import HttpRequest

from ascolto.api.problems import Problem, invalid
from ascolto.kit.text import clean

MAX_JSON_BYTES = 1024 * 1024
Body = TypeVar("Body", bound=msgspec.Struct)

Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=200)]
Cursor = Annotated[str, msgspec.Meta(max_length=200)]
ShortText = Annotated[str, msgspec.Meta(max_length=200)]


def fields_of(expected: type[msgspec.Struct]) -> tuple[str, ...]:
    """The names that a Struct knows."""
    return expected.__struct_fields__


def declared_length(request: HttpRequest, limit: int) -> int:
    """The Content-Length. Raises the problems `length-required` and `too-large`."""
    text = request.META.get("CONTENT_LENGTH") or ""
    if not text and "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        raise Problem("length-required")
    length = int(text) if text.isascii() and text.isdigit() else 0
    if length > limit:
        raise Problem("too-large", f"The body has {length} bytes; at most {limit} are taken here.")
    return length


def read_bytes(request: HttpRequest, limit: int) -> bytes:
    """The whole body, at most `limit` bytes."""
    body: bytes = request.read(declared_length(request, limit))
    return body


def read_json(request: HttpRequest, expected: type[Body], raw: bytes) -> Body:
    """The body as `expected`. An empty body is an empty object. Raises `unsupported-media-type`, `malformed`, `invalid`."""
    content_type = (request.content_type or "").lower()
    if raw and content_type != "application/json" and not content_type.endswith("+json"):
        raise Problem(
            "unsupported-media-type",
            f"Send Content-Type: application/json, not {content_type[:80] or 'nothing'}.",
            headers={"Accept": "application/json"},
        )
    try:
        body = msgspec.json.decode(raw or b"{}", type=expected)
        if b"\\u0000" in raw:
            _refuse_nul(_plain(raw))
        return body
    except msgspec.ValidationError as error:
        raise explain(_plain(raw), expected, error) from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Problem("malformed", f"The body is not valid JSON: {error}"[:300]) from error


def _plain(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw or b"{}")
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Problem("malformed", f"The body is not valid JSON: {error}"[:300]) from error


def _refuse_nul(value: Any, path: str = "body") -> None:
    """No database of ours keeps U+0000 in texts: say so instead of dropping it silently. Raises `invalid`."""
    if isinstance(value, str):
        if "\x00" in value:
            raise invalid(path, "must not contain the character U+0000.")
    elif isinstance(value, dict):
        for name, item in value.items():
            _refuse_nul(name, f"{path} (a name)")
            _refuse_nul(item, name)
    elif isinstance(value, list):
        for item in value:
            _refuse_nul(item, path)


def read_expand(text: str, known: Sequence[str]) -> list[str]:
    """The names in `?expand=a,b`. Raises `invalid`."""
    wanted = [name for name in text.replace(" ", "").split(",") if name]
    for name in wanted:
        if name not in known:
            raise invalid("?expand", f"{name} cannot be expanded here. Known: {', '.join(known)}.")
    return wanted


def read_query(parameters: Mapping[str, str], expected: type[Body]) -> Body:
    """The query string as `expected`; texts become numbers where those are wanted, empty ones count as left out.

    Raises `invalid`.
    """
    given = {
        name: text
        for name, value in parameters.items()
        if (text := clean(value)) or name not in fields_of(expected)
    }
    try:
        return msgspec.convert(given, expected, strict=False)
    except msgspec.ValidationError as error:
        raise explain(given, expected, error, strict=False, prefix="?") from error


def explain(
    given: Any, expected: type[msgspec.Struct], error: Exception, *, strict: bool = True, prefix: str = ""
) -> Problem:
    """The problem `invalid` with every wrong field of `given`, each with what to write."""
    if not isinstance(given, dict):
        return Problem("invalid", "The body must be one JSON object, such as {}.")
    fields = {field.encode_name: field for field in msgspec.structs.fields(expected)}
    errors = [(prefix + str(name), _unknown(str(name), fields)) for name in given if name not in fields]
    for name, field in fields.items():
        if name not in given:
            if field.required:
                errors.append((prefix + name, "is required."))
            continue
        try:
            msgspec.convert(given[name], field.type, strict=strict)
        except msgspec.ValidationError as reason:
            errors.append((prefix + name, str(reason).replace(" - at `$", " - at `" + name)))
    errors = [(name[:100], message) for name, message in errors[:20]]
    detail = "; ".join(f"{name}: {message}" for name, message in errors) or str(error)
    return Problem("invalid", detail[:1000], errors=errors)


def _unknown(name: str, fields: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name[:60], fields, 1)
    if near:
        return f"is not known: did you mean {near[0]}?"
    return (
        f"is not known here. Known: {', '.join(fields)}."
        if fields
        else "is not known: nothing is taken here."
    )
