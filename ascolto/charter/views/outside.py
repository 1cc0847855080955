"""The Charter as everybody may read it: shares, definitions and exceptions. Nothing about anybody."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ascolto.accounts.guards import public
from ascolto.charter.days import Span
from ascolto.charter.guarantee import State
from ascolto.charter.models import CharterPage
from ascolto.charter.shown import row_of
from ascolto.charter.standing import charter_of
from ascolto.charter.summary import told
from ascolto.charter.wording import day_words

KEPT_FOR = 300  # seconds that anybody may keep the page


@require_safe
@public
def our_charter(request: HttpRequest) -> HttpResponse:
    """The public page; there is nothing here until an administrator switches it on."""
    page = CharterPage.objects.first()
    if page is None or not page.is_public:
        raise Http404
    found = charter_of(Span.MONTH)
    states = (State.KEPT, State.AT_RISK, State.BROKEN, State.NOT_MEASURED)
    context = {
        "charter": found,
        "rows": [{**row_of(one), "exceptions": one.guarantee.exceptions()} for one in found.standings],
        "said": told(*(found.count(state) for state in states)),
        "page": page,
        "day_words": day_words,
        "company": getattr(request, "company", None),
    }
    response = render(request, "charter/our_charter.html", context)
    response["Cache-Control"] = f"public, max-age={KEPT_FOR}"
    response["Vary"] = "Accept-Language, Cookie"
    return response
