"""Approved templates: the only thing that may leave when the customer has not written for 24 hours.

A template in `Outgoing.template` is `{"name": "order_update", "language": "it", "body": ["Giulia", "4711"]}`. Parameters are
a list (`{{1}}`, `{{2}}`) or an object (named ones); `header` may also be `{"image": "https://…"}` (or video, document), and
`buttons` is a list with one entry a button that takes a parameter: `{"index": 0, "type": "url", "value": "4711"}` or
`{"index": 0, "type": "quick_reply", "value": "payload"}`. Whoever needs more writes WhatsApp's own `components`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ascolto.channels.protocol import ErrorClass, Failure, SendRefused
from ascolto.channels.reading import object_of, objects_of, plain, text_of
from ascolto.channels.templates import Button, Place, TemplateSheet, Variable, gaps_in, kind_of
from ascolto.channels.vendors.meta_graph import Graph

_NAME = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,4})?")
_MEDIA = ("image", "video", "document")


def template_payload(template: Mapping[str, Any], default_language: str) -> dict[str, Any]:
    """The template as WhatsApp wants it. Raises SendRefused when it cannot be one."""
    name, language = text_of(template.get("name"), 600), _language(template) or default_language
    if not _NAME.fullmatch(name):
        raise _refuse(f"{name!r} is no name of a template: small letters, digits and _ only.")
    if not _LANGUAGE.fullmatch(language):
        raise _refuse(f"{language!r} is no language of a template; write for example it or en_US.")
    given = template.get("components")
    components = (
        [dict(item) for item in objects_of(given)] if isinstance(given, list) else _components(template)
    )
    return {
        "name": name,
        "language": {"code": language},
        **({"components": components} if components else {}),
    }


def _refuse(reason: str) -> SendRefused:
    return SendRefused(Failure(ErrorClass.CONTENT, reason, code="template"))


def _language(template: Mapping[str, Any]) -> str:
    language = template.get("language")
    return text_of(language.get("code") if isinstance(language, Mapping) else language, 20)


def _components(template: Mapping[str, Any]) -> list[dict[str, Any]]:
    given = {place: _parameters(template.get(place)) for place in ("header", "body")}
    found: list[dict[str, Any]] = [
        {"type": place, "parameters": each} for place, each in given.items() if each
    ]
    for button in objects_of(template.get("buttons")):
        kind = "url" if button.get("type") == "url" else "quick_reply"
        value = text_of(button.get("value"), 1000)
        parameter = (
            {"type": "text", "text": value} if kind == "url" else {"type": "payload", "payload": value}
        )
        index = text_of(button.get("index"), 2) or "0"
        found.append({"type": "button", "sub_type": kind, "index": index, "parameters": [parameter]})
    return found


def _parameters(given: Any) -> list[dict[str, Any]]:
    if isinstance(given, list):
        return [{"type": "text", "text": text_of(value, 4096)} for value in given]
    if not isinstance(given, Mapping):
        return []
    for kind in _MEDIA:
        if kind in given:
            return [{"type": kind, kind: {"link": text_of(given[kind], 2000)}}]
    return [
        {"type": "text", "parameter_name": str(name), "text": text_of(value, 4096)}
        for name, value in given.items()
    ]


# --- which templates there are ------------------------------------------------------------------------------------------


def list_templates(graph: Graph, waba_id: str) -> list[TemplateSheet]:
    """The templates of a business account, at most 1,000. Raises SendRefused."""
    found: list[TemplateSheet] = []
    params = {"limit": "100", "fields": "name,language,category,status,components"}
    for _ in range(10):
        page = graph.get(waba_id, "message_templates", params=params)
        found += [_sheet(item) for item in objects_of(page.get("data"))]
        paging = object_of(page.get("paging"))
        after = text_of(object_of(paging.get("cursors")).get("after"), 1000)
        if not after or "next" not in paging:
            break
        params = {**params, "after": after}
    return found


def _sheet(item: Mapping[str, Any]) -> TemplateSheet:
    parts = {
        text_of(part.get("type"), 20).upper(): part for part in objects_of(plain(item.get("components")))
    }
    header, body = object_of(parts.get("HEADER")), object_of(parts.get("BODY"))
    buttons = list(objects_of(object_of(parts.get("BUTTONS")).get("buttons")))[:10]
    return TemplateSheet(
        name=text_of(item.get("name")),
        language=text_of(item.get("language"), 20),
        category=text_of(item.get("category"), 40),
        status=text_of(item.get("status"), 40),
        header=_header_text(header),
        body=text_of(body.get("text"), 2000),
        footer=text_of(object_of(parts.get("FOOTER")).get("text"), 200),
        buttons=tuple(_button(button) for button in buttons),
        variables=(*_variables("header", header), *_variables("body", body), *_button_variables(buttons)),
    )


def _header_text(header: Mapping[str, Any]) -> str:
    shape = text_of(header.get("format"), 20).lower()
    return text_of(header.get("text"), 200) if shape in {"", "text"} else shape


def _variables(place: Place, part: Mapping[str, Any]) -> list[Variable]:
    """The gaps of header or body, each with the example that WhatsApp approved."""
    shape = text_of(part.get("format"), 20).lower()
    if place == "header" and shape in _MEDIA:
        return [Variable(place="header", key="file", kind="media", media=shape)]
    examples = _examples(place, object_of(part.get("example")))
    return [
        Variable(
            place=place, key=key, kind=kind_of(examples.get(key, ""), key), example=examples.get(key, "")
        )
        for key in gaps_in(text_of(part.get("text"), 2000))[:30]
    ]


def _examples(place: str, example: Mapping[str, Any]) -> dict[str, str]:
    """WhatsApp tells examples as a list (of lists) for numbered gaps, as objects for named ones."""
    named = objects_of(example.get(f"{place}_text_named_params"))
    found = {text_of(one.get("param_name"), 60): text_of(one.get("example"), 200) for one in named}
    numbered = example.get(f"{place}_text")
    if isinstance(numbered, list) and numbered and isinstance(numbered[0], list):
        numbered = numbered[0]
    if isinstance(numbered, list):
        found |= {str(place): text_of(one, 200) for place, one in enumerate(numbered[:30], 1)}
    return found


def _button(button: Mapping[str, Any]) -> Button:
    kind = text_of(button.get("type"), 30).lower()
    value = text_of(button.get("url"), 2000) or text_of(button.get("phone_number"), 40)
    return Button(kind=kind, text=text_of(button.get("text"), 60), value=value)


def _button_variables(buttons: Sequence[Mapping[str, Any]]) -> list[Variable]:
    """A button's address may end in a gap."""
    return [
        Variable(place="button", key=str(place), kind="url", example=_first(button.get("example")))
        for place, button in enumerate(buttons)
        if gaps_in(text_of(button.get("url"), 2000))
    ]


def _first(example: Any) -> str:
    return text_of(example[0] if isinstance(example, list) and example else example, 200)
