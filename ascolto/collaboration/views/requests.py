"""The light page of departments: people without a desk see what was shared with them, and answer."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ascolto.accounts.guards import signed_in
from ascolto.accounts.sections import leave_notice, taken_notice
from ascolto.collaboration.actions import requests as actions
from ascolto.collaboration.models import DepartmentRequest
from ascolto.collaboration.selectors.requests import (
    Access,
    access_request,
    is_member_anywhere,
    requests_by,
    requests_to,
    said_in,
    shared_file,
    shared_messages,
)
from ascolto.collaboration.views.shared import page, words_of
from ascolto.conversations.files import SHOWN_INLINE, TooLarge, path_of, store_file
from ascolto.conversations.models import Attachment
from ascolto.conversations.opening import agent_of
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.ids import new_token

LISTED = 50
FILES_AT_MOST = 10


def _access(request: HttpRequest, pk: int) -> Access:
    try:
        return access_request(agent_of(request), pk)
    except DepartmentRequest.DoesNotExist:
        raise Http404 from None


@signed_in
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """What the reader's departments were asked, and what the reader asked."""
    agent = agent_of(request)
    return page(
        request,
        "collaboration/requests.html",
        "requests",
        waiting_rows=list(requests_to(agent, is_open=True)[:LISTED]),
        settled_rows=list(requests_to(agent, is_open=False)[:LISTED]),
        asked_rows=[] if agent.is_guest else list(requests_by(agent)[:LISTED]),
        is_member=is_member_anywhere(agent),
        at=now(),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """A question with what was shared, and the field for the answer."""
    access, refused = _access(request, pk), ""
    if request.method == "POST":
        try:
            leave_notice(request, _act(request, access.request))
            return redirect("collaboration:request", pk)
        except Refused as error:
            refused = words_of(error)
    context = {
        "refused": refused,
        "notice": taken_notice(request)["text"],
        "text": request.POST.get("text", ""),
        "reason": request.POST.get("reason", ""),
        "client_key": request.POST.get("client_key", "") or new_token(),
    }
    status = 422 if refused else 200
    return page(request, "collaboration/request.html", "requests", status, **context, **_about(access))


def _about(access: Access) -> dict[str, Any]:
    return {
        "access": access,
        "asked": access.request,
        "shared": shared_messages(access.request),
        "said": said_in(access.request),
        "shown_inline": SHOWN_INLINE,
        "at": now(),
    }


def _act(request: HttpRequest, asked: DepartmentRequest) -> str:
    agent, verb = agent_of(request), request.POST.get("verb", "")
    if verb == "take":
        actions.take(agent=agent, request=asked)
        return _("You are on it")
    if verb == "return":
        actions.give_back(agent=agent, request=asked, reason=request.POST.get("reason", "")[:2000])
        return _("Given back")
    actions.answer(
        agent=agent,
        request=asked,
        text=request.POST.get("text", ""),
        attachments=_files(request),
        client_key=request.POST.get("client_key", "")[:64] or None,
    )
    return _("Answered. %(name)s has been told.") % {
        "name": asked.asked_by.name if asked.asked_by else _("The desk")
    }


def _files(request: HttpRequest) -> list[Attachment]:
    kept = []
    for file in request.FILES.getlist("files")[:FILES_AT_MOST]:
        try:
            kept.append(
                store_file(
                    file.chunks(),
                    name=file.name or "",
                    content_type=file.content_type or "",
                    uploader=request.user,
                )
            )
        except TooLarge:
            raise Refused("file_too_large", f"{file.name} is too large.", fix="Make it smaller.") from None
    return kept


@signed_in
@require_safe
def file(request: HttpRequest, pk: int, attachment: int) -> HttpResponse | FileResponse:
    """A file of what was shared. Only pictures, sounds and films are shown; everything else is a download."""
    try:
        found = shared_file(_access(request, pk), attachment)
        opened = path_of(found).open("rb")
    except (Attachment.DoesNotExist, FileNotFoundError, ValueError):
        raise Http404 from None
    shown = found.content_type in SHOWN_INLINE and "download" not in request.GET
    response = FileResponse(opened, content_type=found.content_type if shown else "application/octet-stream")
    response.headers["Content-Disposition"] = str(content_disposition_header(not shown, found.name) or "")
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
