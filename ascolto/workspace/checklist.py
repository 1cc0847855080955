"""What is still missing before the house works well: asked cheaply, shown to who can do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ascolto.accounts.models import Agent, Company, Role, Team
from ascolto.channels.models import ChannelAccount
from ascolto.knowledge.models import SavedReply
from ascolto.sla.models import BusinessCalendar
from ascolto.ui.jinja import url_or_none
from ascolto.understanding.models import Topic


@dataclass(frozen=True, slots=True)
class Step:
    """One thing: what it is for, where it is done, who may do it, and whether it is."""

    label: str | Promise
    why: str | Promise
    url_name: str
    permission: str
    is_done: Callable[[], bool]


STEPS = (
    Step(_("Connect an inbox"), _("Customers reach you there."), "workspace:choose-channel", "inboxes.manage",
         lambda: ChannelAccount.objects.filter(is_enabled=True).exists()),
    Step(_("Invite colleagues"), _("Nobody answers alone."), "workspace:people", "people.manage",
         lambda: Agent.objects.filter(is_active=True)[1:2].exists()),
    Step(_("Make a second administrator"), _("So that one can be ill or leave."), "workspace:people", "people.manage",
         lambda: Agent.objects.filter(is_active=True, role=Role.ADMINISTRATOR)[1:2].exists()),
    Step(_("Make a team"), _("People who answer together see the same inboxes."), "workspace:teams", "people.manage",
         lambda: Team.objects.exists()),
    Step(_("Say when you are open"), _("Deadlines are counted in these hours."), "sla:promises", "promises.manage",
         lambda: BusinessCalendar.objects.filter(is_archived=False).exists()),
    Step(_("Write a saved reply"), _("The first answer to what is asked most."), "knowledge:replies", "replies.share",
         lambda: SavedReply.objects.filter(archived_at=None).exists()),
    Step(_("Name your topics"), _("Then conversations find the right people."), "understanding:topics", "models.manage",
         lambda: Topic.objects.filter(is_active=True).exists()),
    Step(_("Choose your colour and logo"), _("Customers recognise you."), "workspace:appearance", "company.manage",
         lambda: bool(Company.current().look)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Missing:
    """A step that is not done, with its address."""

    label: str | Promise
    why: str | Promise
    href: str


def missing_for(agent: Agent) -> list[Missing]:
    """What this person could do next; one cheap query a step."""
    return [
        Missing(step.label, step.why, href)
        for step in STEPS
        if agent.may(step.permission) and (href := url_or_none(step.url_name)) and not step.is_done()
    ]
