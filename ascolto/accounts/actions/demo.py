"""The way to the demo company from the first page of the set-up. Who can fill it registers; this room only knows the way."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ascolto.accounts.actions.company import finish_set_up
from ascolto.accounts.models import Agent, Company
from ascolto.accounts.selectors import has_administrator, is_setup_key
from ascolto.events.log import actor_of, emit
from ascolto.kit.ids import digest

DemoStarter = Callable[[], Agent]
_starters: list[DemoStarter] = []


def register_demo_starter(starter: DemoStarter) -> None:
    """`starter` fills the demo company and returns the person as whom the visitor looks around, or raises ValidationError.

    The last one registered counts.
    """
    _starters[:] = [starter]


def can_start_demo() -> bool:
    """Whether there is a demo to offer."""
    return bool(_starters)


def start_demo(*, key: str) -> Agent:
    """Fill the demo company instead of setting up a real one. Raises ValidationError."""
    if not _starters:
        raise ValidationError(_("This installation has no demo."))
    if not is_setup_key(key) or has_administrator():
        raise ValidationError(_("This link was used already. Start Ascolto again to get a new one."))
    # claimed by UPDATE: an impatient second click must not fill it twice
    if not Company.objects.filter(setup_digest=digest(key)).update(setup_digest=""):
        raise ValidationError(_("This link was used already. Start Ascolto again to get a new one."))
    try:
        agent = _starters[0]()
    except BaseException:
        Company.objects.filter(setup_digest="").update(setup_digest=digest(key))
        raise
    finish_set_up(by=agent)
    emit("demo.started", actor=actor_of(agent))
    return agent
