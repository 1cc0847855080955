"""What people are told of: one kind a line, from which events it comes and whom it concerns. Nothing else notifies anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ascolto.collaboration.models import Department
from ascolto.events.models import Event

# whom an event concerns, beside people by their ids: roles in the conversation or in the house
ASSIGNEE, FOLLOWERS, LEADS, ADMINISTRATORS, APPROVERS = (
    "assignee", "followers", "leads", "administrators", "approvers",
)  # fmt: skip
Audience = Iterable[int | str | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """`sentence` has %(who)s (the colleague or the product) and %(customer)s; `icon` of the sprite; `rings`: also outside the page,
    unless the person said otherwise."""

    key: str
    label: str | Promise
    sentence: str | Promise
    icon: str
    events: dict[str, Callable[[Event], Audience]]
    rings: bool = True
    leads_to: str = (
        ""  # a screen that decides by itself who may see what; else the conversation, for who may see it
    )


def _field(name: str) -> Callable[[Event], Audience]:
    return lambda event: [event.data.get(name)]


def _heard(event: Event) -> Audience:
    """Whoever holds or follows a conversation in which the customer wrote; echoes and machines wake nobody."""
    return () if event.data.get("echo") or event.data.get("automatic") else (ASSIGNEE, FOLLOWERS)


def _always(*whom: str) -> Callable[[Event], Audience]:
    return lambda event: whom


def _members(event: Event) -> Audience:
    """Whoever answers for the department that was asked."""
    return Department.members.through.objects.filter(department=event.data.get("department")).values_list(
        "agent", flat=True
    )


def _people(name: str) -> Callable[[Event], Audience]:
    return lambda event: event.data.get(name) or ()


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "mentioned",
            _("Somebody mentions you"),
            _("%(who)s mentioned you: %(customer)s"),
            "at-sign",
            {"note.mentioned": _field("person")},
        ),
        Kind(
            "assigned",
            _("You are given a conversation"),
            _("%(who)s gave you the conversation with %(customer)s"),
            "user-round-plus",
            {"conversation.assigned": _field("assignee")},
        ),
        Kind(
            "offered",
            _("A colleague hands something over to you"),
            _("%(who)s would like to hand over %(customer)s to you"),
            "split",
            {"conversation.hand_off_asked": _field("to_agent")},
        ),
        Kind(
            "wrote",
            _("A customer of yours writes"),
            _("%(customer)s wrote"),
            "message-circle",
            {"message.received": _heard},
        ),
        Kind(
            "due",
            _("A promise of yours is due soon"),
            _("An answer to %(customer)s is due soon"),
            "clock",
            {"sla.warned": _always(ASSIGNEE), "commitment.due": _field("owner")},
        ),
        Kind(
            "late",
            _("A promise of yours was broken"),
            _("The answer to %(customer)s is late"),
            "clock-alert",
            {"sla.breached": _always(ASSIGNEE), "commitment.broken": _field("owner")},
        ),
        Kind(
            "not_sent",
            _("An answer did not arrive"),
            _("An answer to %(customer)s did not arrive"),
            "triangle-alert",
            {"message.delivery_failed": _always(ASSIGNEE)},
        ),
        Kind(
            "planned",
            _("A planned answer needs you"),
            _("The planned answer to %(customer)s needs you: it has not left"),
            "timer",
            {"planned_reply.asked": _field("owner"), "planned_reply.failed": _field("owner")},
        ),
        Kind(
            "to_approve",
            _("An answer waits for your approval"),
            _("%(who)s asks you to approve an answer to %(customer)s"),
            "shield-check",
            {"proposal.made": _always(APPROVERS)},
        ),
        Kind(
            "judged",
            _("Your answer was approved or given back"),
            _("%(who)s looked at your answer to %(customer)s"),
            "shield-check",
            {"proposal.approved": _field("author"), "proposal.returned": _field("author")},
        ),
        Kind(
            "department",
            _("A department answers you"),
            _("%(who)s, about %(customer)s: there is news from a department"),
            "split",
            dict.fromkeys(
                ("department.answered", "department.questioned", "department.returned", "department.overdue"),
                _always(ASSIGNEE, FOLLOWERS),
            ),
        ),
        Kind(
            "asked",
            _("Your department is asked"),
            _("%(who)s asks your department something"),
            "circle-question-mark",
            {"department.asked": _members},
            leads_to="collaboration:requests",
        ),
        Kind(
            "taken_over",
            _("A colleague goes on with your draft"),
            _("%(who)s goes on with your draft to %(customer)s"),
            "pencil-line",
            {"draft.taken_over": _field("from_agent"), "reply.taken_over": _people("from_agents")},
        ),
        Kind(
            "followed",
            _("Something happens in what you follow"),
            _("%(who)s resolved or reopened the conversation with %(customer)s"),
            "bell",
            {
                "conversation.status_changed": _always(FOLLOWERS),
                "conversation.reopened": _always(FOLLOWERS, ASSIGNEE),
            },
            rings=False,
        ),
        Kind(
            "inbox",
            _("An inbox stops"),
            _("An inbox stopped: nothing comes in or goes out there"),
            "inbox",
            {"channel.failed": _always(ADMINISTRATORS)},
        ),
        Kind(
            "rule",
            _("A rule was paused"),
            _("A rule did too much or failed, and was paused"),
            "zap",
            {"rule.paused": _always(LEADS)},
        ),
        Kind(
            "rival",
            _("A second flow of the bot was stopped"),
            _("The second flow of the bot did worse at an inbox, and was stopped"),
            "bot",
            {"bot_post.rival_stopped": _always(LEADS)},
        ),
        Kind(
            "charter",
            _("A guarantee falls below its threshold"),
            _("A guarantee of the Charter fell below its threshold"),
            "scroll-text",
            {"charter.breached": _always(LEADS)},
        ),
    )
}
BY_EVENT: dict[str, list[Kind]] = {}
for _kind in KINDS.values():
    for _event in _kind.events:
        BY_EVENT.setdefault(_event, []).append(_kind)
