"""A mail as its author laid it out, in a page that can do nothing: no scripts, no forms, no pictures from elsewhere."""

from __future__ import annotations

import re
from functools import partial

import nh3
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _

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
    ".ascolto-note{margin:0 0 8px;padding:6px 8px;border-radius:6px;background:#f3f5f7;font-size:12px;color:#44515d}"
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
    left_out: list[str] = []
    body = nh3.clean(
        message.html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=partial(_allowed, embedded=embedded, pictures=pictures, left_out=left_out),
        filter_style_properties=_STYLES,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    language = re.sub(r"[^A-Za-z-]", "", message.conversation.customer.language) or "en"
    title = escape(message.subject or _("Message"))
    note = ""
    if left_out and not pictures:  # fetching them would tell the author that somebody reads
        words, link = _("Pictures from elsewhere are not loaded."), _("Load them")
        note = f'<p class="ascolto-note">{escape(words)} <a href="?pictures=1">{escape(link)}</a></p>'
    return _PAGE.format(language=language, title=title, style=_STYLE, body=note + body)


def _allowed(
    tag: str, attribute: str, value: str, *, embedded: dict[str, str], pictures: bool, left_out: list[str]
) -> str | None:
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
    if pictures and source.lower().startswith("https:"):
        return source
    left_out.append(source)
    return None
