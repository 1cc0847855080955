"""The company's own settings and its first set-up."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ascolto.accounts.actions.agents import create_agent
from ascolto.accounts.actions.checks import checked_language, checked_name, checked_number, checked_time_zone
from ascolto.accounts.models import Agent, Company, Role
from ascolto.accounts.selectors import has_administrator, is_setup_key
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.kit.clock import now
from ascolto.kit.ids import digest, new_token

LAST_STEP = 5


@transaction.atomic
def change_company(
    *,
    by: Agent | None,
    name: str | None = None,
    language: str | None = None,
    time_zone: str | None = None,
    reopen_days: int | str | None = None,
) -> Company:
    """Change the company's settings; what is left out stays. Raises ValidationError."""
    company = Company.current()
    wanted: dict[str, Any] = {}
    if name is not None:
        wanted["name"] = checked_name(name)
    if language is not None:
        wanted["language"] = checked_language(language)
    if time_zone is not None:
        wanted["time_zone"] = checked_time_zone(time_zone)
    if reopen_days is not None:
        wanted["reopen_days"] = checked_number(reopen_days, field="reopen_days", low=0, high=365)
    previous = {k: getattr(company, k) for k, value in wanted.items() if getattr(company, k) != value}
    if previous:
        for field in previous:
            setattr(company, field, wanted[field])
        company.save(update_fields=list(previous))
        changes = changes_between(previous, {field: wanted[field] for field in previous})
        emit(
            "company.changed", actor=actor_of(by), fields=sorted(previous), previous=previous, changes=changes
        )
    return company


@transaction.atomic
def make_setup_link(base_url: str) -> str:
    """A new one-time link for the first administrator; an earlier one stops working.

    Raises ValidationError when there is an administrator already.
    """
    if has_administrator():
        raise ValidationError(_("There is an administrator already: sign in."))
    company, token = Company.current(), new_token()
    company.setup_digest = digest(token)
    company.save(update_fields=["setup_digest"])
    return f"{base_url.rstrip('/')}/welcome/?key={token}"


@transaction.atomic
def use_setup_link(*, key: str, email: str, name: str, password: str) -> Agent:
    """Make the first administrator by the one-time link. Raises ValidationError."""
    if not is_setup_key(key) or has_administrator():
        raise ValidationError({"key": _("This link was used already. Start Ascolto again to get a new one.")})
    agent = create_agent(email=email, name=name, password=password, role=Role.ADMINISTRATOR)
    # claimed by UPDATE, so that of two people with the same link only one becomes administrator
    if not Company.objects.filter(setup_digest=digest(key)).update(setup_digest=""):
        raise ValidationError({"key": _("This link was used already. Start Ascolto again to get a new one.")})
    return agent


@transaction.atomic
def found_company(
    *, key: str, company: str, language: str, time_zone: str, email: str, name: str, password: str
) -> Agent:
    """The first page of the set-up in one step: the company and its first administrator. Raises ValidationError."""
    agent = use_setup_link(key=key, email=email, name=name, password=password)
    try:
        change_company(by=agent, name=company, language=language, time_zone=time_zone)
    except ValidationError as error:  # both have a name: say which one is meant
        raise ValidationError(
            {"company" if field == "name" else field: texts for field, texts in error.error_dict.items()}
        ) from None
    move_set_up(step=2)
    return agent


def move_set_up(*, step: int) -> None:
    """Remember the furthest step of the first set-up, so that it can be left and resumed."""
    company = Company.current()
    company.setup_step = min(max(step, company.setup_step), LAST_STEP)
    company.save(update_fields=["setup_step"])


@transaction.atomic
def finish_set_up(*, by: Agent | None = None) -> None:
    """The first set-up is done; the desk opens from now on."""
    if Company.objects.filter(pk=Company.current().pk, set_up_at=None).update(set_up_at=now()):
        emit("company.set_up", actor=actor_of(by))
