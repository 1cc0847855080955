"""Two flows side by side at an inbox, in plain words: how each does, and whether anything may be said about it yet."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.bot.actions.posts import stop_rival
from ascolto.bot.arms import LATER, Arm, Comparison, compared, posts_with_rivals
from ascolto.bot.comparing import CERTAIN, ENOUGH, Share, Verdict
from ascolto.bot.live import at_hand
from ascolto.bot.models import BotPost
from ascolto.bot.titles import title_of
from ascolto.bot.views.parts import SECTION, may_write, refusal_words
from ascolto.bot.whys import why_words
from ascolto.gates import Refused
from ascolto.ui.jinja import percent

VERDICTS = {
    Verdict.EARLY: (gettext_lazy("Too early to tell"), "circle-dashed", ""),
    Verdict.SAME: (gettext_lazy("No difference that chance would not make"), "scale", ""),
    Verdict.WORSE: (gettext_lazy("The second flow is clearly worse"), "trending-down", "bad"),
    Verdict.BETTER: (gettext_lazy("The second flow is clearly better"), "trending-up", "ok"),
}


@require_safe
@permitted("bot.see", "bot.manage")
def comparisons(request: HttpRequest) -> HttpResponse:
    """Every inbox where two flows are compared."""
    context = {"posts": list(posts_with_rivals())}
    return render(request, "bot/compare_list.html", settings_context(request, SECTION, **context))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("bot.see", "bot.manage")
def comparison(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them; posted, the second flow is stopped."""
    post = get_object_or_404(posts_with_rivals(), pk=pk)
    if request.method == "POST":
        try:
            if stop_rival(
                by=request.user, post=post, why=_("%(name)s stopped it.") % {"name": request.user.name}
            ):
                leave_notice(request, _("From now on every dialogue there is with the first flow."))
        except Refused as refused:
            leave_notice(request, refusal_words(refused), tone="bad")
        return redirect("bot:comparison", pk)
    return render(
        request, "bot/compare.html", settings_context(request, SECTION, **_told(request, compared(post)))
    )


def _told(request: HttpRequest, found: Comparison) -> dict[str, Any]:
    post = found.post
    return {
        "post": post,
        "found": found,
        "names": _names(post),
        "rows": [_row(label, about, one, other) for label, about, one, other in _measures(found)],
        "verdicts": [
            (_("Hand-over to a person"), *VERDICTS[found.handed]),
            (_("What customers think of its answers"), *VERDICTS[found.rated]),
        ],
        "why": _why(found.first, found.rival),
        "enough": ENOUGH,
        "certain": CERTAIN,
        "is_running": bool(post.share) and not post.stopped_why,
        "stopped_why": _(post.stopped_why) if post.stopped_why else "",
        "may_write": may_write(request),
    }


def _names(post: BotPost) -> tuple[str, str]:
    """What both flows are called; by their short names where their titles are the same."""
    version = post.rival_version
    rival = version.flow if version is not None else post.rival
    flows = at_hand().flows_now()
    first, second = title_of(post.flow, flows), title_of(rival, flows) if rival is not None else ""
    if first == second and rival is not None and rival.pk != post.flow_id:
        first, second = post.flow.slug, rival.slug
    if version is not None:
        second = _("%(name)s, version %(n)s") % {"name": second, "n": version.number}
    return first, second


def _measures(found: Comparison) -> list[tuple[str, str, str, str]]:
    """The label of a figure, what it says, and the figure of both."""
    one, other = found.first, found.rival
    days = LATER.days
    rows = [
        (_("Dialogues"), _("that are over"), lambda arm: str(arm.dialogues)),
        (_("Handed over"), _("of the dialogues, a person goes on"), lambda arm: told(arm.handed_share)),
        (_("Ended by the flow"), _("of the dialogues, nobody was needed"), lambda arm: told(arm.ended_share)),
        (
            _("Not understood"),
            _("of the dialogues, two answers in a row were not understood"),
            lambda arm: told(arm.not_understood),
        ),
        (_("It helped"), _("of the answers that customers rated"), lambda arm: told(arm.helped_share)),
        (
            _("Time to a person"),
            _("from the hand-over to the first words of a person, in the middle"),
            _minutes,
        ),
        (
            _("Complaints later"),
            _("of the dialogues, the customer complained within %(n)s days") % {"n": days},
            lambda arm: told(arm.complaint_share),
        ),
    ]
    return [(label, about, figure(one), figure(other)) for label, about, figure in rows]


def _row(label: str, about: str, one: str, other: str) -> dict[str, str]:
    return {"label": label, "about": about, "one": one, "other": other}


def told(share: Share) -> str:
    """A share in words: how many of how many, and the percent."""
    if share.value is None:
        return "–"
    return _("%(percent)s (%(part)s of %(whole)s)") % {
        "percent": percent(share.value),
        "part": share.part,
        "whole": share.whole,
    }


def _minutes(arm: Arm) -> str:
    if arm.wait is None:
        return "–"
    minutes = arm.wait.total_seconds() / 60
    return _("%(n)s minutes") % {"n": round(minutes, 1) if minutes < 10 else round(minutes)}


def _why(one: Arm, other: Arm) -> list[tuple[str, int, int]]:
    reasons = sorted(one.why.keys() | other.why.keys(), key=lambda why: -(one.why[why] + other.why[why]))
    return [(why_words(why), one.why[why], other.why[why]) for why in reasons]
