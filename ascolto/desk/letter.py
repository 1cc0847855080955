"""A mail as its author laid it out, in a page that can do nothing: no scripts, no forms, no pictures from elsewhere."""

from __future__ import annotations

import re
from functools import partial

import nh3
from django.urls import reverse
from django.utils.html import escape

from ascolto.conversations.models import Message

_TAGS = nh3.ALLOWED_TAGS | {
    "font",
    "center",
    "table",
    "tbody",
    "thead",
    "tfoot",
    "tr",
    "td",
    "th",
    "div",
    "span",
}
_ATTRIBUTES = {
    "*": {"align", "valign", "width", "height", "bgcolor", "dir", "lang", "title", "style", "border"},
    "a": {"href"},
    "img": {"src", "alt"},
    "font": {"color", "size", "face"},
    "table": {"cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_STYLES = {
    "color", "background-color", "font-size", "font-weight", "font-style", "font-family", "text-align",
    "text-decoration", "line-height", "padding", "padding-left", "padding-right", "padding-top", "padding-bottom",
    "margin", "margin-left", "margin-right", "margin-top", "margin-bottom", "border", "border-left", "border-top",
    "border-bottom", "border-right", "border-radius", "border-collapse", "width", "max-width", "vertical-align",
    "white-space",
}  # fmt: skip
_PICTURE = re.compile(rb"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]*\Z", re.ASCII)
# Own text on white: a letter brings colours made for white paper.
_STYLE = (
    "body{margin:0;padding:2px 0;background:#fff;color:#1a2129;font:14px/1.45 system-ui,sans-serif;"
    "overflow-wrap:anywhere}img{max-width:100%;height:auto}table{max-width:100%}a{color:#2a5a80}"
)
_PAGE = (
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
    "<style>{style}</style></head><body>{body}</body></html>"
)


def letter_policy(pictures: bool) -> str:
    """The page's own Content-Security-Policy. Same origin only so that our page can measure its height."""
    images = "'self' data: https:" if pictures else "'self' data:"
    return (
        "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
        f"style-src 'unsafe-inline'; img-src {images}; frame-ancestors 'self'; form-action 'none'; base-uri 'none'"
    )


def letter_page(message: Message, *, pictures: bool) -> str:
    """The whole page. The HTML was made safe when it came in; it is made safe again here, where it matters."""
    embedded = {
        item.content_id.strip("<>"): reverse("desk:file", args=[item.pk])
        for item in message.attachments.all()
        if item.content_id
    }
    body = nh3.clean(
        message.html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=partial(_allowed, embedded=embedded, pictures=pictures),
        filter_style_properties=_STYLES,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    language = re.sub(r"[^A-Za-z-]", "", message.conversation.customer.language) or "en"
    title = escape(message.subject or "Message")
    return _PAGE.format(language=language, title=title, style=_STYLE, body=body)


def _allowed(tag: str, attribute: str, value: str, *, embedded: dict[str, str], pictures: bool) -> str | None:
    """Pictures of the mail itself from our store; those from elsewhere only when asked for. No data: links."""
    if attribute == "href":
        return None if value.strip().lower().startswith(("data:", "cid:")) else value
    if attribute == "style":
        return None if "url(" in value.lower() else value
    if (tag, attribute) != ("img", "src"):
        return value
    source = value.strip()
    if source.lower().startswith("cid:"):
        return embedded.get(source[4:])
    if source.lower().startswith("data:"):
        return source if _PICTURE.match(source.encode("utf-8", "replace")) else None
    return source if pictures and source.lower().startswith("https:") else None


def has_remote_pictures(html: str) -> bool:
    """Whether the mail wants pictures from elsewhere (which would tell its author that it was read)."""
    return bool(re.search(r"<img[^>]{0,2000}src\s*=\s*[\"']?\s*https?:", html[:500_000], re.IGNORECASE))
