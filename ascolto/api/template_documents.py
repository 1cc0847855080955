"""What the API tells of approved templates."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from ascolto.api.documents import Meta


class TemplateVariable(Struct, frozen=True):
    """A gap: where it is (`header`, `body`, `button`), its number or name, and what may stand there."""

    place: str
    key: str
    kind: str
    example: str


class TemplateButton(Struct, frozen=True):
    kind: str
    text: str
    value: str


class Template(Struct, frozen=True):
    """A template in one language, as the network told it. Only one with the status `APPROVED` may be sent."""

    id: int
    name: str
    language: str
    category: str
    status: str
    header: str
    body: str
    footer: str
    buttons: list[TemplateButton]
    variables: list[TemplateVariable]
    told_at: datetime


class TemplateList(Struct, frozen=True):
    """`read_at`: when the network was asked last; null when its list has changed since."""

    data: list[Template]
    meta: Meta
    read_at: datetime | None
