"""The company's colour as a style sheet, and its logo: for every page, also those of strangers. Browsers keep both for ever."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ascolto.accounts.actions.appearance import current_appearance, look_of
from ascolto.accounts.guards import public
from ascolto.ui.contrast import NotAColour, read_colour, style_sheet

FOR_EVER = "public, max-age=31536000, immutable"


@public
@require_safe
def style(request: HttpRequest, accent: str) -> HttpResponse:
    """The tokens of a colour: the address says all there is to know, so any colour may be asked for (the preview does)."""
    try:
        sheet = style_sheet(read_colour(accent))
    except NotAColour:
        raise Http404 from None
    return HttpResponse(sheet, content_type="text/css; charset=utf-8", headers={"Cache-Control": FOR_EVER})


@public
@require_safe
def logo(request: HttpRequest, drawn: str) -> HttpResponse:
    """The logo, under the digest of its content."""
    row = current_appearance()
    if not row.logo or look_of(row).partition("-")[2] != drawn:
        raise Http404
    headers = {
        "Cache-Control": FOR_EVER,
        "Content-Security-Policy": "default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(bytes(row.logo), content_type=row.logo_type, headers=headers)
