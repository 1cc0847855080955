"""The answer to a change of a conversation: the head as it is now, and a toast that can undo; or the choices before it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ascolto.conversations.models import Conversation
from ascolto.conversations.opening import is_fragment
from ascolto.desk.opening import company_of, head_context, open_conversation
from ascolto.desk.replies import refusal_words, toast
from ascolto.gates import Refused
from ascolto.ui.reasons import in_own_language
from ascolto.ui.shell import shell_context

Act = Callable[[], tuple[str, Mapping[str, Any]]]


def changed(
    request: HttpRequest, conversation: Conversation, act: Act, *, undo: str = "", reloads: bool = False
) -> HttpResponse:
    """Do it (`act` returns what it says and the way back). `undo`: where the way back is posted, else here; `reloads`: messages moved,
    so the page reads the whole conversation again.
    """
    try:
        text, back = act()
    except Refused as refused:
        return refusal(request, refused)
    if not is_fragment(request):
        return redirect("desk:thread", conversation.number)
    fresh = open_conversation(request, conversation.number)
    drawn = render(request, "desk/head.html", head_context(request, fresh))
    response = toast(drawn, text, undo=undo or request.path, fields=back)
    if reloads:
        said = json.loads(response.headers["HX-Trigger"])
        response.headers["HX-Trigger"] = json.dumps({**said, "desk:reload": True})
    return response


def refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Why it is not done: as a toast, or as a page."""
    if not is_fragment(request):
        words = {"title": in_own_language(refused.message), "text": in_own_language(refused.fix)}
        return render(request, "ui/error.html", {**words, "what": "forbidden"}, status=422)
    return toast(HttpResponse(status=422), refusal_words(refused))


def choice(request: HttpRequest, conversation: Conversation, template: str, **context: Any) -> HttpResponse:
    """The choices of a change: in the menu, or as a page of its own."""
    context = {**head_context(request, conversation), **context}
    if is_fragment(request):
        return render(request, template, context)
    company_of(request)
    return render(
        request, "desk/choice.html", {**shell_context(request, current="desk"), **context, "part": template}
    )
