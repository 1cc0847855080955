"""The log in sentences: who did what, for the people who run the house."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ascolto.accounts.models import Agent, ApiToken, Team
from ascolto.channels.models import ChannelAccount
from ascolto.events.models import Event
from ascolto.ui.reasons import in_own_language
from ascolto.workspace.differences import differences
from ascolto.workspace.links import link_of
from ascolto.workspace.words import WORDS, called

SENTENCES: dict[str, str | Promise] = {
    "agent.created": _("added %(agent)s as %(role)s"),
    "agent.changed": _("changed %(agent)s: %(fields)s"),
    "agent.invited": _("made an invitation for %(agent)s"),
    "agent.deactivated": _("closed the account of %(agent)s"),
    "agent.signed_in": _("signed in"),
    "agent.signed_out": _("signed out"),
    "agent.sign_in_failed": _("A sign-in failed: %(email)s"),
    "agent.password_changed": _("chose a new password"),
    "role.created": _("made the role %(name)s"),
    "role.changed": _("changed the role %(name)s: %(fields)s"),
    "customer_group.changed": _("changed the group of customers %(name)s: %(fields)s"),
    "appearance.changed": _("changed the appearance: %(fields)s"),
    "people.imported": _("added people from a file: %(count)s"),
    "people.import_undone": _("took an import of people back: %(count)s"),
    "customer_field.changed": _("changed the field of customers %(name)s: %(fields)s"),
    "approval_rule.changed": _("changed whose answers are approved in %(inbox)s: %(fields)s"),
    "team.created": _("made the team %(name)s"),
    "team.changed": _("changed the team %(team)s: %(fields)s"),
    "token.created": _("made an API token for %(agent)s: %(scopes)s"),
    "token.revoked": _("revoked the API token %(token)s"),
    "company.changed": _("changed the company: %(fields)s"),
    "view.created": _("shared the view %(name)s"),
    "view.changed": _("changed the view %(name)s: %(fields)s"),
    "view.removed": _("took the view %(name)s away"),
    "view.restored": _("brought the view %(name)s back"),
    "company.set_up": _("finished the set-up"),
    "label.created": _("made the label %(name)s"),
    "label.changed": _("changed the label %(name)s: %(fields)s"),
    "label.merged": _("merged the label %(name)s into %(into)s"),
    "label.rules_changed": _("changed who may make new labels"),
    "channel.connected": _("connected the inbox %(account)s"),
    "channel.changed": _("changed the inbox %(account)s: %(fields)s"),
    "channel.enabled": _("switched the inbox %(account)s on"),
    "channel.disabled": _("switched the inbox %(account)s off"),
    "channel.failed": _("The inbox %(account)s stopped: %(reason)s"),
    "channel.recovered": _("The inbox %(account)s works again"),
    "channel.silent": _(
        "The inbox %(account)s is strangely silent: %(received)s in %(hours)s hours, %(expected)s would be usual"
    ),
    "channel.heard": _("Messages reach the inbox %(account)s again"),
    "channel.expiring": _("The permission of the inbox %(account)s ends: %(days)s days are left"),
    "channel.news": _("The network says about %(account)s: %(title)s"),
    "raw_event.dead": _("A delivery to %(account)s was set aside: %(error)s"),
    "raw_event.replayed": _("let deliveries be tried again: %(count)s"),
    "raw_event.dismissed": _("dismissed deliveries: %(count)s"),
    "language_model.changed": _("changed the language model: %(fields)s"),
    "language_model.paused": _(
        "The language model failed several times in a row and is left alone for a while"
    ),
    "language_model.recovered": _("The language model works again"),
    "saved_reply.created": _("wrote the saved reply %(title)s"),
    "saved_reply.changed": _("changed the saved reply %(title)s: %(fields)s"),
    "saved_reply.archived": _("put the saved reply %(title)s away"),
    "saved_reply.restored": _("took the saved reply %(title)s out again"),
    "rule.created": _("wrote the rule %(name)s"),
    "rule.changed": _("changed the rule %(name)s: %(fields)s"),
    "rule.enabled": _("switched the rule %(name)s on"),
    "rule.disabled": _("switched the rule %(name)s off"),
    "rule.archived": _("put the rule %(name)s away"),
    "rule.restored": _("took the rule %(name)s out again"),
    "rule.paused": _("The rule %(name)s was paused: %(reason)s"),
    "rule.failed": _("The rule %(name)s failed: %(error)s"),
    "macro.created": _("wrote the macro %(name)s"),
    "macro.changed": _("changed the macro %(name)s: %(fields)s"),
    "macro.archived": _("put the macro %(name)s away"),
    "macro.restored": _("took the macro %(name)s out again"),
    "flow.created": _("wrote the flow %(name)s"),
    "flow.saved": _("changed the flow %(name)s, version %(version)s: %(note)s"),
    "flow.published": _("published version %(version)s of the flow %(name)s"),
    "flow.withdrawn": _("took the flow %(name)s off the air"),
    "flow.archived": _("put the flow %(name)s away"),
    "flow.restored": _("took the flow %(name)s out again"),
    "bot_post.changed": _("changed what the bot does in %(account)s: %(fields)s"),
    "bot_post.rival_stopped": _("The second flow of the bot at %(name)s was stopped: %(why)s"),
    "rehearsal.kept": _("kept a test of the flow %(name)s: %(test)s"),
    "rehearsal.recorded": _("recorded a test of the flow %(name)s again: %(test)s"),
    "rehearsal.removed": _("removed a test of the flow %(name)s: %(test)s"),
    "trial.started": _("tried version %(version)s of the flow %(name)s on the last %(days)s days"),
    "trial.stopped": _("stopped the trial of version %(version)s of the flow %(name)s"),
    "bot_action.created": _("let flows ask the system %(name)s"),
    "bot_action.changed": _("changed the system %(name)s that flows ask: %(fields)s"),
    "external_bot.created": _("gave %(account)s to the external bot %(name)s"),
    "external_bot.changed": _("changed the external bot %(name)s of %(account)s: %(fields)s"),
    "topic.changed": _("changed the topic %(name)s: %(fields)s"),
    "model.learnt": _("The model %(head)s learnt version %(version)s: %(why)s"),
    "model.made_live": _("Version %(version)s of the model %(head)s is live, after %(previous)s"),
    "agent.presence_changed": _("is now: %(state)s"),
    "policy.changed": _("changed a promise, %(name)s: %(fields)s"),
    "calendar.changed": _("changed the calendar %(name)s: %(fields)s"),
    "department.created": _("made the department %(name)s"),
    "department.changed": _("changed the department %(name)s: %(fields)s"),
    "problem.opened": _("opened the problem %(title)s"),
    "problem.changed": _("changed the problem %(title)s: %(fields)s"),
    "problem.resolved": _("The problem is solved: %(title)s"),
    "problem.announced": _("told everybody about the problem %(title)s: %(customers)s customers"),
    "routing.changed": _("changed how conversations are given out: %(fields)s"),
    "charter.changed": _("changed the Charter, %(guarantee)s: %(fields)s"),
    "charter.breached": _("A guarantee fell below its threshold: %(guarantee)s"),
    "demo.started": _("started the demo"),
}
KINDS = (
    ("", _("Everything")),
    ("agent.", _("People")),
    ("people.", _("Imports of people")),
    ("team.", _("Teams")),
    ("role.", _("Roles")),
    ("customer_group.", _("Groups of customers")),
    ("customer_field.", _("Fields of customers")),
    ("approval_rule.", _("Approvals")),
    ("appearance.", _("Appearance")),
    ("token.", _("API tokens")),
    ("channel.", _("Inboxes")),
    ("raw_event.", _("Dead letters")),
    ("company.", _("Company")),
    ("language_model.", _("Language model")),
    ("saved_reply.", _("Saved replies")),
    ("rule.", _("Rules")),
    ("macro.", _("Macros")),
    ("flow.", _("Flows of the bot")),
    ("bot_post.", _("The bot at inboxes")),
    ("bot_action.", _("Systems that flows ask")),
    ("external_bot.", _("External bots")),
    ("rehearsal.", _("Tests of flows")),
    ("trial.", _("Trials of flows")),
    ("topic.", _("Topics")),
    ("model.", _("Models")),
    ("policy.", _("Promises")),
    ("calendar.", _("Calendars")),
    ("routing.", _("Routing")),
    ("charter.", _("Charter")),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log."""

    at: datetime
    who: str
    what: str
    type: str
    changes: Sequence[Any] = ()  # differences.Difference
    href: str = ""


def lines(events: Iterable[Event]) -> list[Line]:
    """The events as sentences; people and inboxes by the names they have now."""
    events = list(events)
    told = {kind: {event.data.get(kind) for event in events} for kind in ("agent", "team", "token")}
    told["agent"] |= {event.actor_id for event in events if event.actor_kind == "agent"}
    told["account"] = {event.account_id for event in events}
    names = {kind: _names(model, told[kind]) for kind, model in _NAMED.items()}
    return [_line(event, names) for event in events]


_NAMED: dict[str, Any] = {"agent": Agent, "team": Team, "token": ApiToken, "account": ChannelAccount}


def _names(model: Any, keys: set[Any]) -> dict[int, str]:
    known = {key for key in keys if isinstance(key, int)}
    return dict(model.objects.filter(pk__in=known).values_list("pk", "name"))


def _line(event: Event, names: dict[str, dict[int, str]]) -> Line:
    values = _values(event, names)
    sentence = SENTENCES.get(event.type)
    what = str(sentence) % values if sentence else event.type
    who = ""
    if event.actor_kind == "agent" and event.actor_id:
        who = names["agent"].get(event.actor_id, f"#{event.actor_id}")
    elif sentence and not str(sentence)[:1].isupper():
        who = gettext("The system")
    return Line(
        event.occurred_at, who, what, event.type, differences(event.data.get("changes")), link_of(event)
    )


class _Values(dict[str, Any]):
    """What an event does not tell is said as nothing."""

    def __missing__(self, key: str) -> str:
        return ""


def _values(event: Event, names: dict[str, dict[int, str]]) -> dict[str, Any]:
    data = event.data
    values: dict[str, Any] = _Values()
    values |= {key: str(value)[:300] for key, value in data.items()}
    for kind in ("agent", "team", "token"):
        pk = data.get(kind)
        values[kind] = names[kind].get(pk or 0) or f"#{pk}"
    values["account"] = (
        names["account"].get(event.account_id or 0) or data.get("name") or f"#{event.account_id}"
    )
    for key in ("reason", "title"):
        values[key] = in_own_language(values[key])
    for key in ("fields", "scopes"):
        values[key] = ", ".join(called(item) for item in data.get(key) or [])
    values["state"] = str(WORDS.get(str(data.get("state")), data.get("state", "")))
    values["role"] = str(WORDS.get(values["role"], values["role"]))
    values["count"] = data.get("count") or len(data.get("raw_events") or [])
    values["email"] = data.get("email") or gettext("an address without an account")
    return values
