"""Channels: the connected accounts of networks ("inboxes" in the interface)."""

from __future__ import annotations

from typing import Annotated, Any

from django.conf import settings
from msgspec import UNSET, Meta, Struct, UnsetType

from ascolto.accounts.models import Team
from ascolto.api import documents
from ascolto.api.bodies import Cursor, Id, Limit
from ascolto.api.endpoints.customers import read_id
from ascolto.api.problems import invalid
from ascolto.api.routing import BASE, Answer, Call
from ascolto.api.selectors import channels_page, visible_channels
from ascolto.channels import actions
from ascolto.channels.models import ChannelAccount
from ascolto.channels.registry import UnknownChannel
from ascolto.channels.selectors import health_of, hook_url, why_dead
from ascolto.kit.vault import Unreadable

SettingName = Annotated[str, Meta(max_length=100)]
Settings = Annotated[dict[SettingName, str | int | bool], Meta(max_length=100)]
Teams = Annotated[list[Id], Meta(max_length=500)]
Name = Annotated[str, Meta(min_length=1, max_length=120)]
Language = Annotated[str, Meta(pattern="^([a-z]{2})?$")]


class ChannelQuery(Struct, frozen=True, forbid_unknown_fields=True):
    limit: Limit = 50
    cursor: Cursor = ""


class NewChannel(Struct, frozen=True, forbid_unknown_fields=True):
    """`settings`: what this kind of channel wants to know. `teams`: who sees it; empty means everybody."""

    kind: Annotated[str, Meta(min_length=1, max_length=40)]
    name: Name
    settings: Settings = {}
    teams: Teams = []
    language: Language = ""


class ChannelChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays, also in `settings`. An empty secret keeps the stored one; `clear` names secrets to forget."""

    name: Name | UnsetType = UNSET
    settings: Settings | UnsetType = UNSET
    clear: Annotated[list[SettingName], Meta(max_length=100)] = []
    teams: Teams | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET


def list_channels(call: Call) -> Answer:
    """The channels whose conversations the token's agent may see."""
    found, cursor = channels_page(call.agent, call.query.cursor, call.query.limit)
    data = [_document(call, account) for account in found]
    return Answer(documents.ChannelList(data, documents.Meta(cursor or None)))


def get_channel(call: Call) -> Answer:
    """One channel with its health."""
    return Answer(_document(call, visible_channels(call.agent).get(pk=read_id(call))))


def connect_channel(call: Call) -> Answer:
    """Connect an account of a network. The answer tells the address that the network has to call."""
    body: NewChannel = call.body
    made = actions.connect(
        agent=call.agent,
        kind=body.kind,
        name=body.name,
        values=_texts(body.settings),
        teams=_teams(body.teams),
        language=body.language,
    )
    account = visible_channels(call.agent).get(pk=made.pk)
    return Answer(_document(call, account), {"Location": f"{BASE}/channels/{account.pk}"})


def change_channel(call: Call) -> Answer:
    """Change, switch off (`is_enabled: false`) or switch on again."""
    body: ChannelChanges = call.body
    account = visible_channels(call.agent).get(pk=read_id(call))
    actions.change_settings(
        agent=call.agent,
        account=account,
        name=None if body.name is UNSET else body.name,
        values=None if body.settings is UNSET else _texts(body.settings),
        clear=body.clear,
        teams=None if body.teams is UNSET else _teams(body.teams),
        language=None if body.language is UNSET else body.language,
    )
    if body.is_enabled is not UNSET:
        switch = actions.enable if body.is_enabled else actions.disable
        switch(agent=call.agent, account=account)
    return Answer(_document(call, visible_channels(call.agent).get(pk=account.pk)))


def _texts(values: dict[str, Any]) -> dict[str, str]:
    return {
        name: ("yes" if value else "no") if isinstance(value, bool) else str(value)
        for name, value in values.items()
    }


def _teams(wanted: list[int]) -> list[Team]:
    found = list(Team.objects.filter(pk__in=wanted))
    if missing := sorted(set(wanted) - {team.pk for team in found}):
        raise invalid("teams", f"there is no team with the id {missing[0]}.")
    return found


def _document(call: Call, account: ChannelAccount) -> documents.Channel:
    is_shown = call.agent.may("inboxes.manage")  # how an inbox is set up is for those who can set it up
    base = settings.BASE_URL or call.request.build_absolute_uri("/")
    return documents.Channel(
        id=account.pk,
        kind=account.kind,
        name=account.name,
        language=account.language,
        is_enabled=account.is_enabled,
        teams=[documents.Reference(team.pk, team.name) for team in account.teams.all()],
        settings={name: str(value) for name, value in account.settings.items()} if is_shown else None,
        secrets=_secrets(account) if is_shown else None,
        hook_url=hook_url(account, base) if is_shown else None,
        health=_health(account),
        abilities=_abilities(account),
        created_at=account.created_at,
        changed_at=account.changed_at,
    )


def _secrets(account: ChannelAccount) -> list[str]:
    """The names of the secrets that are set; none when they cannot be opened any more."""
    try:
        return sorted(account.values().keys() - account.settings.keys())
    except Unreadable:
        return []


def _health(account: ChannelAccount) -> documents.Health:
    health = health_of(account)
    return documents.Health(
        health.state,  # type: ignore[arg-type]
        health.error,
        health.error_at,
        health.paused_until,
        health.last_in_at,
        health.last_out_at,
        error_class=health.error_class,
        silent_since=health.silent_since,
        token_expires_at=health.token_expires_at,
        blocked=why_dead(account, health),
    )


def _abilities(account: ChannelAccount) -> documents.Abilities | None:
    try:
        sheet = account.adapter.capabilities_with(account.settings)
    except UnknownChannel:  # its package was taken away; the conversations are still here
        return None
    public = sheet.limits("public")
    return documents.Abilities(
        private=sheet.private,
        public=sheet.public,
        max_length=sheet.max_length,
        counting=sheet.counting.value,
        reply_window_seconds=int(sheet.reply_window.total_seconds()) if sheet.reply_window else None,
        templates=sheet.templates,
        attachments=sheet.attachments is not None,
        receipts=sorted(sheet.receipts),
        answers=sheet.answers,
        public_max_length=public.max_length if sheet.public else None,
        public_counting=public.counting.value if sheet.public else None,
        private_reply=sheet.private_reply or None,
        moderates=sorted(sheet.moderates),
        audience=sheet.audience,
    )
