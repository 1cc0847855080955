from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from ascolto.accounts.guards import guarded_by, public
from ascolto.api import door as api_door
from ascolto.api.problems import KINDS
from ascolto.api.reference import reference
from ascolto.api.schema import openapi_json


@guarded_by("token")
@csrf_exempt
def door(request: HttpRequest) -> HttpResponse:
    """Every operation; who may do what is in the route table."""
    return api_door.answer(request)


@public
@require_safe
def description(request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.1 description: it is the same for everybody and holds no data."""
    return HttpResponse(
        openapi_json(),
        content_type="application/json",
        headers={"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=300"},
    )


@public
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The documentation for people: one page without scripts, drawn from the route table."""
    base = settings.BASE_URL or request.build_absolute_uri("/").rstrip("/")
    return render(request, "api/docs.html", {"reference": reference(), "base": base})


@public
@require_safe
def problem(request: HttpRequest, slug: str) -> HttpResponse:
    """The `type` of a problem is an address: it leads to its explanation."""
    if slug not in KINDS:
        raise Http404
    return redirect(f"{reverse('api:docs')}#problem-{slug}")
