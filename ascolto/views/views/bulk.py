"""Change many conversations at once: a bar below the list, by scripts in steps, without them as one form."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import permitted
from ascolto.accounts.models import Agent
from ascolto.conversations.opening import agent_of, is_fragment
from ascolto.gates import Refused
from ascolto.kit.ids import reference_number
from ascolto.ui.reasons import in_own_language
from ascolto.ui.shell import shell_context
from ascolto.views import bulk as many
from ascolto.views.choices import bar_context
from ascolto.views.models import BulkChange


@permitted("conversations.bulk")
@require_safe
def bar(request: HttpRequest) -> HttpResponse:
    """The bar, asked for when the first conversation is chosen."""
    return render(request, "views/bulk_bar.html", bar_context(agent_of(request)))


@permitted("conversations.bulk")
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Do it to those that were chosen, or to the next few of them (`batch`: what this continues)."""
    sent, agent = request.POST, agent_of(request)
    ids = [
        int(one)
        for one in sent.getlist("ids")[: many.MOST + 1]
        if one.isascii() and one.isdigit() and len(one) < 18
    ]
    values: dict[str, Any] = {key: sent.get(key, "") for key in sent if key not in {"ids", "verb", "batch"}}
    values["labels"] = sent.getlist("labels") + sent.get("new_label", "").split(",")
    try:
        result = many.change_many(
            by=agent,
            conversations=ids,
            verb=sent.get("verb", ""),
            values=values,
            batch=_batch(agent, sent.get("batch", "")),
        )
    except Refused as refused:
        return _refused(request, refused)
    return _told(request, result, _changed_words(len(result.changed)))


@permitted("conversations.bulk")
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it back, as far as nobody changed it since."""
    agent = agent_of(request)
    batch = _batch(agent, str(pk))
    if batch is None:
        raise Http404
    try:
        result = many.undo(by=agent, batch=batch)
    except Refused as refused:
        return _refused(request, refused)
    count = len(result.changed)
    words = ngettext("%(count)s conversation is as before", "%(count)s conversations are as before", count)
    return _told(request, result, words % {"count": count}, is_undone=True)


def _batch(agent: Agent, text: str) -> BulkChange | None:
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        return None
    return BulkChange.objects.filter(by=agent, pk=int(text)).first()


def _changed_words(count: int) -> str:
    return ngettext("%(count)s conversation changed", "%(count)s conversations changed", count) % {
        "count": count
    }


def _told(request: HttpRequest, result: many.Result, text: str, *, is_undone: bool = False) -> HttpResponse:
    """What became of it: for scripts as JSON, otherwise as a page with a way back."""
    left = [
        {
            "id": one.conversation,
            "number": reference_number(one.conversation),
            "why": f"{in_own_language(one.message)} {in_own_language(one.fix)}".strip(),
        }
        for one in result.not_changed
    ]
    address = reverse("views:bulk-undo", args=[result.batch.pk]) if result.batch and not is_undone else ""
    if is_fragment(request):
        batch = result.batch.pk if result.batch else None
        return JsonResponse(
            {"text": text, "changed": result.changed, "not_changed": left, "undo": address, "batch": batch}
        )
    if not left and is_undone:
        return redirect("desk:queue")
    context = {"text": text, "left": left, "undo": address}
    return render(request, "views/bulk_done.html", {**shell_context(request, current="desk"), **context})


def _refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    words = {"title": in_own_language(refused.message), "text": in_own_language(refused.fix)}
    if is_fragment(request):
        return JsonResponse({"error": f"{words['title']} {words['text']}".strip()}, status=422)
    return render(request, "ui/error.html", {**words, "what": "forbidden"}, status=422)
