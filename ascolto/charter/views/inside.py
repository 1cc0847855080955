"""The Charter inside: how the guarantees stand, one of them in detail, and every breach of it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ascolto.accounts.guards import role_required
from ascolto.accounts.models import Role
from ascolto.charter.days import Span, stretch_of
from ascolto.charter.guarantee import State
from ascolto.charter.guarantees import guarantee_of
from ascolto.charter.models import CharterPage
from ascolto.charter.shown import ON_THE_PAGE, SPAN_WORDS, detail_of, readable, row_of, shown
from ascolto.charter.standing import Charter, Standing, charter_of
from ascolto.charter.summary import told
from ascolto.charter.wording import day_words
from ascolto.ui.shell import shell_context

_WORST_FIRST = (State.BROKEN, State.AT_RISK, State.KEPT, State.NOT_MEASURED)


def _span(request: HttpRequest) -> Span:
    asked = request.GET.get("period", "")
    return Span(asked) if asked in {str(span) for span in Span} else Span.MONTH


def _spans(chosen: Span) -> list[dict[str, object]]:
    return [{"key": str(span), "label": SPAN_WORDS[span], "is_chosen": span == chosen} for span in Span]


def _open(charter: Charter, slug: str) -> Standing:
    """The guarantee to show: the one that was asked for, else the one that needs a look most."""
    worst = sorted(charter.standings, key=lambda one: _WORST_FIRST.index(one.state))
    return charter.of(slug) or worst[0]


@require_safe
@role_required(Role.AGENT)
def charter(request: HttpRequest) -> HttpResponse:
    """All guarantees over a period, and one of them beside the list."""
    found = charter_of(_span(request), request.company)  # type: ignore[attr-defined]
    chosen = _open(found, request.GET.get("g", "")[:40])
    context = {
        **shell_context(request, current="charter"),
        "charter": found,
        "said": told(
            *(found.count(state) for state in (State.KEPT, State.AT_RISK, State.BROKEN, State.NOT_MEASURED))
        ),
        "rows": [row_of(one) for one in found.standings],
        "spans": _spans(found.span),
        "chosen": chosen,
        "detail": detail_of(chosen, found, request.user),
        "page": CharterPage.current(),
        "day_words": day_words,
    }
    return render(request, "charter/charter.html", context)


@require_safe
@role_required(Role.AGENT)
def breaches(request: HttpRequest, slug: str) -> HttpResponse:
    """Every breach of a guarantee that this person may see, a page at a time."""
    guarantee, span = guarantee_of(slug), _span(request)
    if guarantee is None or not guarantee.is_measured:
        raise Http404
    stretch = stretch_of(span, request.company)  # type: ignore[attr-defined]
    found = guarantee.breaches(
        stretch.period,
        among=readable(request.user),
        after=request.GET.get("after", "")[:60],
        limit=ON_THE_PAGE,
    )
    context = {
        **shell_context(request, current="charter"),
        "guarantee": guarantee,
        "rows": [shown(row) for row in found.rows],
        "cursor": found.cursor,
        "spans": _spans(span),
        "span": span,
        "stretch": stretch,
        "day_words": day_words,
    }
    return render(request, "charter/breaches.html", context)
