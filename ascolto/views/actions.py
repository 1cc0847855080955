"""The only writers of saved views, of how a person has them, and of what they have seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ascolto.accounts.models import Agent, Team
from ascolto.conversations.models import Conversation
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.views.conditions import Query
from ascolto.views.models import Arrangement, SavedView, Seen
from ascolto.views.selectors import may_change, pk_of_key

MOST_OWNED = 100  # views of one person, shared ones included
KEPT = timedelta(days=30)  # for which a removed view can come back
ICONS = (
    "layers", "inbox", "star", "pin", "tag", "bell", "clock", "calendar-clock", "user-round", "users", "globe", "siren", "heart",
    "truck", "wrench", "zap", "message-circle-reply", "split", "circle-dashed", "check",
)  # fmt: skip


def sort_names() -> dict[str, str]:
    """The orders of a view, as a form offers them."""
    return {
        SavedView.Sort.PROMISE.value: _("Promise due first"),
        SavedView.Sort.NEWEST.value: _("Newest message first"),
        SavedView.Sort.OLDEST.value: _("Oldest message first"),
        SavedView.Sort.WAITING.value: _("Longest wait first"),
        SavedView.Sort.BEGAN.value: _("Youngest conversation first"),
    }


def _check_scope(by: Agent, scope: str, team: Team | None) -> Team | None:
    if scope not in SavedView.Scope.values:
        raise Refused("unknown_scope", gettext_noop("A view is for you, for a team or for everybody."))
    if scope != SavedView.Scope.PERSONAL and not by.may("views.share"):
        raise Refused(
            "may_not_share",
            gettext_noop("You may not share views."),
            fix=gettext_noop("Save it for yourself, or ask a lead to share it."),
        )
    if scope != SavedView.Scope.TEAM:
        return None
    if team is None:
        raise Refused(
            "team_missing", gettext_noop("Say with which team."), fix=gettext_noop("Choose a team.")
        )
    return team


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """The plain fields as they are stored. Raises Refused."""
    if "name" in values:
        values["name"] = clean(" ".join(values["name"].split()), 61)
        if not 0 < len(values["name"]) <= 60:
            raise Refused(
                "name_missing",
                gettext_noop("A view has a name of at most 60 letters."),
                fix=gettext_noop("Write a short name."),
            )
    if values.get("icon", "layers") not in ICONS:
        values["icon"] = "layers"
    if values.get("sort", "newest") not in SavedView.Sort.values:
        values["sort"] = SavedView.Sort.NEWEST
    if values.get("density", "normal") not in SavedView.Density.values:
        values["density"] = SavedView.Density.NORMAL
    if isinstance(values.get("query"), Query):
        values["query"] = values["query"].as_data()
    return values


@transaction.atomic
def save_view(
    *,
    by: Agent,
    name: str,
    query: Query,
    scope: str = SavedView.Scope.PERSONAL,
    team: Team | None = None,
    icon: str = "layers",
    sort: str = SavedView.Sort.NEWEST,
    density: str = SavedView.Density.NORMAL,
) -> SavedView:
    """Keep a question under a name. Raises Refused when `by` may not share it, or has too many."""
    if by.is_guest:
        raise Refused("guest", gettext_noop("Guests have no views of their own."))
    team = _check_scope(by, scope, team)
    if SavedView.objects.filter(owner=by, removed_at=None).count() >= MOST_OWNED:
        raise Refused(
            "too_many_views",
            gettext_noop("You have as many views as anybody may have."),
            fix=gettext_noop("Delete one that you do not need any more."),
        )
    values = _checked({"name": name, "query": query, "icon": icon, "sort": sort, "density": density})
    view = SavedView.objects.create(owner=by, scope=scope, team=team, **values)
    view.position = view.pk
    view.save(update_fields=["position"])
    _tell("view.created", by, view, {}, _told(view))
    return view


@transaction.atomic
def change_view(*, by: Agent, view: SavedView, **changes: Any) -> bool:
    """Change name, query, icon, sort, density, scope or team. Whether it changed. Raises Refused."""
    current = SavedView.objects.select_for_update(of=("self",)).get(pk=view.pk)
    _may_change(by, current)
    before, was_shared = _told(current), current.scope != SavedView.Scope.PERSONAL
    changes = _checked(changes)
    scope = changes.get("scope", current.scope)
    team = changes.get("team", current.team)
    if {"scope", "team"} & changes.keys():
        changes |= {"scope": scope, "team": _check_scope(by, scope, team)}
        if scope == SavedView.Scope.PERSONAL:
            changes["owner"] = by  # whoever takes a shared one back has it
    for name, value in changes.items():
        setattr(current, name, value)
    if _told(current) == before and current.density == view.density:
        return False
    current.version, current.changed_at = current.version + 1, now()
    current.save()
    view.__dict__.update(current.__dict__)
    if was_shared or current.scope != SavedView.Scope.PERSONAL:
        _tell("view.changed", by, current, before, _told(current))
    return True


def _may_change(by: Agent, view: SavedView) -> None:
    if not may_change(by, view):
        raise Refused(
            "view_shared",
            gettext_noop("This view is shared by others."),
            fix=gettext_noop("Make a copy of it and change the copy."),
        )


@transaction.atomic
def remove_view(*, by: Agent, view: SavedView) -> None:
    """Take a view away; `restore_view` brings it back. Raises Refused."""
    _may_change(by, view)
    if SavedView.objects.filter(pk=view.pk, removed_at=None).update(removed_at=now()):
        _tell("view.removed", by, view, _told(view), {})


@transaction.atomic
def restore_view(*, by: Agent, pk: int) -> SavedView:
    """Bring a removed view back. Raises SavedView.DoesNotExist, Refused."""
    view = SavedView.objects.select_for_update(of=("self",)).get(pk=pk, removed_at__gte=now() - KEPT)
    _may_change(by, view)
    view.removed_at = None
    view.save(update_fields=["removed_at"])
    _tell("view.restored", by, view, {}, _told(view))
    return view


def duplicate_view(*, by: Agent, view: SavedView, name: str) -> SavedView:
    """A personal copy under another name. Raises Refused."""
    from ascolto.views.conditions import read

    query = read(view.query)
    return save_view(by=by, name=name[:60], query=query, icon=view.icon, sort=view.sort, density=view.density)


def arrange(
    *,
    by: Agent,
    order: Sequence[str] | None = None,
    hidden: Sequence[str] | None = None,
    pinned: Sequence[str] | None = None,
    density: str | None = None,
) -> Arrangement:
    """Have the views in this order, without the hidden ones, the pinned ones on top; what is left out stays."""
    mine, _made = Arrangement.objects.get_or_create(agent=by)
    for name, keys in (("order", order), ("hidden", hidden), ("pinned", pinned)):
        if keys is not None:
            setattr(mine, name, [key for key in dict.fromkeys(keys) if _is_key(key)][:200])
    if density in SavedView.Density.values:
        mine.density = density
    mine.save()
    return mine


def _is_key(key: object) -> bool:
    return isinstance(key, str) and (
        pk_of_key(key) is not None or (len(key) <= 20 and key.replace("_", "").isalpha() and key.isascii())
    )


def note_seen(*, agent: Agent, conversation: Conversation, message: int | None = None) -> None:
    """This person has the conversation open with everything that was said. `message`: the newest that they had before their eyes;
    of several windows the one that is further counts."""
    Seen.objects.bulk_create(
        [Seen(agent=agent, conversation=conversation, until=conversation.last_message_at)],
        update_conflicts=True,
        unique_fields=["agent", "conversation"],
        update_fields=["until"],
    )
    if message is not None:
        mine = Seen.objects.filter(agent=agent, conversation=conversation)
        mine.filter(Q(message=None) | Q(message__lt=message)).update(message=message)


def _told(view: SavedView) -> dict[str, Any]:
    """What the log says of a view."""
    return {
        "name": view.name,
        "icon": view.icon,
        "scope": view.scope,
        "team": view.team_id,
        "query": view.query,
        "sort": view.sort,
    }


def _tell(event: str, by: Agent, view: SavedView, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Personal views are nobody's business."""
    if view.scope == SavedView.Scope.PERSONAL and before.get("scope", "personal") == "personal":
        return
    changes = changes_between(before, after)
    emit(event, actor=actor_of(by), view=view.pk, name=view.name, fields=sorted(changes), changes=changes)
