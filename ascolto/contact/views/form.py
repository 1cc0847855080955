"""The form on a page of ours, alone or inside a page of the company."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from ascolto.accounts.guards import public
from ascolto.accounts.models import Company
from ascolto.channels.adapters.form.adapter import Config
from ascolto.channels.configuration import split_origins
from ascolto.channels.models import ChannelAccount, vault
from ascolto.contact import actions
from ascolto.contact.actions import KeptFile
from ascolto.contact.bodies import Unacceptable, declared_length
from ascolto.contact.doors import ATTEMPTS, SUBMISSIONS, address_of, open_door
from ascolto.contact.forms import ContactForm, Unready, check_form_key, new_form_key, submission_id
from ascolto.contact.widget import frame_loader
from ascolto.contact.wording import reader_language
from ascolto.kit.vault import Unreadable

OVERHEAD = 256 * 1024  # of the request around its files


@csrf_exempt  # no cookie is involved: the signed form key does the work, also inside another website's frame
@public
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form, take it, thank for it."""
    account, config = open_door("form", token)
    language = reader_language(request, account.language)
    request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
    with override(language):
        if request.method == "POST":
            answer = _take(request, account, config)
        elif sent := request.GET.get("sent", ""):
            answer = _thank(request, account, config, sent)
        else:
            answer = _draw(request, account, config, ContactForm(config=config), [])
    answer.headers["Content-Language"] = language
    answer._csp_replace = {"frame-ancestors": [*split_origins(config.origins)] or ["*"]}  # type: ignore[attr-defined]
    return answer


def _take(request: HttpRequest, account: ChannelAccount, config: Config) -> HttpResponse:
    if declared_length(request) > settings.MAX_UPLOAD_BYTES + OVERHEAD:
        return _too_large(request, account, config)
    form = ContactForm(request.POST, config=config)
    kept: list[KeptFile] = []
    try:
        if wait := ATTEMPTS.wait_for(account.pk, address_of(request)):
            raise Unacceptable(429, "too_fast", _too_often(), retry_after=wait)
        kept = _files(request, account, config)
        if form.is_valid():
            nonce = check_form_key(account, request.POST.get("form_key", ""))
            if wait := SUBMISSIONS.wait_for(account.pk, address_of(request)):
                raise Unacceptable(429, "too_fast", _too_often(), retry_after=wait)
            return _accept(request, account, form, nonce, kept)
    except (Unready, Unacceptable) as error:
        return _draw(request, account, config, form, kept, error)
    return _draw(request, account, config, form, kept)


def _too_often() -> str:
    return _(
        "Too many messages came from your network. Everything is still here: send it again in a few minutes."
    )


def _accept(
    request: HttpRequest, account: ChannelAccount, form: ContactForm, nonce: str, kept: list[KeptFile]
) -> HttpResponse:
    values = {name: value for name, value in form.cleaned_data.items() if name != "reference"}
    submission = {
        **values,
        "id": submission_id(nonce, values, kept),
        "files": [asdict(file) for file in kept],
        "language": get_language() or "",
        "page": request.headers.get("Referer", "")[:500],
    }
    actions.submit_form(account=account, submission=submission)
    query = {key: request.GET[key] for key in ("embed", "language") if key in request.GET}
    query["sent"] = vault().seal(values["email"])
    return redirect(f"{reverse('contact:form', args=[account.token])}?{urlencode(query)}")


def _files(request: HttpRequest, account: ChannelAccount, config: Config) -> list[KeptFile]:
    """Files of this attempt and of the ones before it that were refused: nobody chooses a file twice. Raises Unacceptable."""
    if not config.files:
        return []
    owner = f"form:{account.pk}"
    dropped = set(request.POST.getlist("drop"))
    claims = [claim for claim in request.POST.getlist("kept") if claim not in dropped]
    kept = actions.files_of(claims, owner=owner)
    uploads = request.FILES.getlist("files")
    if len(kept) + len(uploads) > actions.MAX_FILES:
        raise Unacceptable(
            422, "too_many_files", _("At most %(limit)s files.") % {"limit": actions.MAX_FILES}
        )
    for upload in uploads:
        if upload.size:
            kept.append(
                actions.keep_file(
                    upload.chunks(), name=upload.name or "", content_type=upload.content_type or ""
                )
            )
    return kept


def _draw(
    request: HttpRequest,
    account: ChannelAccount,
    config: Config,
    form: ContactForm,
    kept: list[KeptFile],
    problem: Unready | Unacceptable | None = None,
) -> HttpResponse:
    owner = f"form:{account.pk}"
    same_key = getattr(problem, "keeps_key", False)
    context = {
        **_about(request, account, config),
        "form": form,
        "problem": str(problem or ""),
        "form_key": request.POST["form_key"] if same_key else new_form_key(account, again=form.is_bound),
        "kept": [(actions.claim_of(file, owner=owner), file) for file in kept],
        "max_file_bytes": settings.MAX_UPLOAD_BYTES,
    }
    status = getattr(problem, "status", 422 if form.is_bound else 200)
    answer = render(request, "contact/form.html", context, status=status)
    if retry_after := getattr(problem, "retry_after", 0):
        answer.headers["Retry-After"] = str(retry_after)
    return answer


def _thank(request: HttpRequest, account: ChannelAccount, config: Config, sent: str) -> HttpResponse:
    try:
        email = vault().open(sent[:2000])
    except (Unreadable, UnicodeError):
        email = ""
    return render(request, "contact/thanks.html", {**_about(request, account, config), "email": email})


def _too_large(request: HttpRequest, account: ChannelAccount, config: Config) -> HttpResponse:
    limit = settings.MAX_UPLOAD_BYTES // 1024 // 1024
    context = {**_about(request, account, config), "limit": limit}
    return render(request, "contact/too_large.html", context, status=413)


def _about(request: HttpRequest, account: ChannelAccount, config: Config) -> dict[str, Any]:
    company = Company.current()
    return {
        "account": account,
        "config": config,
        "company_name": company.name or account.name,
        "title": config.title or _("Write to us"),
        "is_embedded": "embed" in request.GET,
        "again": reverse("contact:form", args=[account.token])
        + (f"?{urlencode({'embed': '1'})}" if "embed" in request.GET else ""),
    }


@public
def embed(request: HttpRequest, token: str) -> HttpResponse:
    """The script that puts the form into a page of the company."""
    account, config = open_door("form", token)
    about = {"page": reverse("contact:form", args=[account.token]), "title": config.title or account.name}
    answer = HttpResponse(frame_loader(about), content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = "public, max-age=300"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
