"""Saved replies: made, changed, put away, taken out again. Each verb checks who may, writes once and says so in the log."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ascolto.accounts.actions.checks import checked_name
from ascolto.accounts.models import Agent, Team
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.knowledge.models import SavedReply, SavedReplyText
from ascolto.knowledge.selectors import visible_replies
from ascolto.knowledge.variables import VARIABLES, unknown_in

LONGEST = 5_000  # characters of a text
MOST_LANGUAGES = 24
_SHORTCUT = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_KEEP: Any = object()


def may_write(agent: Agent, team: Team | None) -> bool:
    """Whether somebody may write replies of a team, or (None) of everybody: those are the leads'."""
    if not agent.is_active or agent.is_guest:
        return False
    if agent.may("replies.share"):
        return True
    return agent.may("replies.write") and (team is not None and agent.teams.filter(pk=team.pk).exists())


def _may_own(agent: Agent, owner: Agent) -> bool:
    """A personal reply is its owner's alone."""
    return agent.is_active and not agent.is_guest and agent.pk == owner.pk


@transaction.atomic
def create_reply(
    *,
    by: Agent | None,
    title: str,
    shortcut: str,
    texts: Mapping[str, str],
    team: Team | None = None,
    owner: Agent | None = None,
    folder: str = "",
) -> SavedReply:
    """A new saved reply. `by`: None is the system; `owner`: it is theirs alone. Raises ValidationError by field, Refused."""
    _check(by, team, owner)
    reply = SavedReply(
        title=checked_name(title, field="title"),
        shortcut=checked_shortcut(shortcut),
        team=None if owner else team,
        owner=owner,
        folder=checked_folder(folder),
        created_by=by,
        changed_by=by,
    )
    checked = checked_texts(texts)
    _save(reply)
    _write_texts(reply, checked)
    _tell("saved_reply.created", by, reply, team=reply.team_id)
    return reply


@transaction.atomic
def change_reply(
    *,
    by: Agent | None,
    reply: SavedReply,
    title: str = _KEEP,
    shortcut: str = _KEEP,
    texts: Mapping[str, str] = _KEEP,
    team: Team | None = _KEEP,
    owner: Agent | None = _KEEP,
    folder: str = _KEEP,
) -> bool:
    """Change what is given; `texts` are all of them. Whether anything changed. Raises ValidationError by field, Refused."""
    rows = SavedReply.objects.select_for_update(of=("self",)).select_related("team", "owner")
    current = rows.get(pk=reply.pk)
    _check(by, current.team, current.owner)
    wanted: dict[str, Any] = {}
    if title is not _KEEP:
        wanted["title"] = checked_name(title, field="title")
    if shortcut is not _KEEP:
        wanted["shortcut"] = checked_shortcut(shortcut)
    if folder is not _KEEP:
        wanted["folder"] = checked_folder(folder)
    wanted |= _place(by, current, team, owner)
    fields = [name for name, value in wanted.items() if getattr(current, name) != value]
    known = dict(current.texts.values_list("language", "text"))
    checked = known if texts is _KEEP else checked_texts(texts)
    if checked != known:
        fields.append("texts")
    if not fields:
        return False
    before = _told(current, known)
    for name, value in wanted.items():
        setattr(current, name, value)
    current.changed_by, current.changed_at = by, now()
    _save(current)
    if checked != known:
        _write_texts(current, checked)
    _tell_change(by, current, fields, changes_between(before, _told(current, checked)))
    reply.refresh_from_db()
    return True


def _tell_change(by: Agent | None, reply: SavedReply, fields: list[str], changes: dict[str, Any]) -> None:
    told = [name.removesuffix("_id") for name in fields]
    _tell("saved_reply.changed", by, reply, fields=told, changes=changes)


@transaction.atomic
def archive_reply(*, by: Agent | None, reply: SavedReply) -> bool:
    """Put a reply away: it is offered nowhere, and its shortcut is free. Whether that changed anything. Raises Refused."""
    return _switch(by, reply, archived=True)


@transaction.atomic
def restore_reply(*, by: Agent | None, reply: SavedReply) -> bool:
    """Take a reply out again. Raises ValidationError when its shortcut was given away meanwhile, Refused."""
    return _switch(by, reply, archived=False)


def _place(by: Agent | None, current: SavedReply, team: Any, owner: Any) -> dict[str, Any]:
    """Whose it becomes: one person's, or a team's, or everybody's. Raises Refused."""
    if team is _KEEP and owner is _KEEP:
        return {}
    to_owner = current.owner if owner is _KEEP else owner
    to_team = None if to_owner else current.team if team is _KEEP else team
    _check(by, to_team, to_owner)
    return {"team_id": to_team and to_team.pk, "owner_id": to_owner and to_owner.pk}


def note_used(by: Agent, replies: Collection[int]) -> None:
    """Count the replies that left in an answer: the list shows what helps."""
    SavedReply.objects.filter(pk__in=visible_replies(by).filter(pk__in=replies).values("pk")).update(
        used_count=F("used_count") + 1, used_at=now()
    )


def checked_folder(folder: str) -> str:
    """The folder's name on one line. Raises ValidationError."""
    folder = " ".join(clean(folder, 200).split())
    if len(folder) > 60:
        raise ValidationError({"folder": _("Write at most %(limit)s characters.") % {"limit": 60}})
    return folder


def _switch(by: Agent | None, reply: SavedReply, *, archived: bool) -> bool:
    current = (
        SavedReply.objects.select_for_update(of=("self",)).select_related("team", "owner").get(pk=reply.pk)
    )
    _check(by, current.team, current.owner)
    if (current.archived_at is not None) == archived:
        return False
    current.archived_at = now() if archived else None
    _save(current)
    _tell("saved_reply.archived" if archived else "saved_reply.restored", by, current)
    reply.archived_at = current.archived_at
    return True


def checked_shortcut(shortcut: str) -> str:
    """The shortcut in small letters, without its slash. Raises ValidationError."""
    shortcut = clean(shortcut, 200).strip().lstrip("/").lower()
    if not _SHORTCUT.fullmatch(shortcut):
        raise ValidationError(
            {
                "shortcut": _(
                    "Write up to 40 small letters, digits, hyphens or underscores, for example refund-times."
                )
            }
        )
    return shortcut


def checked_texts(texts: Mapping[str, str]) -> dict[str, str]:
    """The texts by language, without empty ones. Raises ValidationError by field (`texts`, `text_it` …)."""
    checked: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for language, text in list(texts.items())[: MOST_LANGUAGES + 1]:
        if not _LANGUAGE.fullmatch(language):
            raise ValidationError({"texts": _("Name a language by its two letters, for example it or en.")})
        plain = clean(text, LONGEST + 1).strip()
        if len(plain) > LONGEST:
            wrong[f"text_{language}"] = _("Write at most %(limit)s characters.") % {"limit": LONGEST}
        elif unknown := unknown_in(plain):
            wrong[f"text_{language}"] = _("There is no variable {%(name)s}; you can use %(variables)s.") % {
                "name": unknown[0],
                "variables": ", ".join(f"{{{name}}}" for name in VARIABLES),
            }
        elif plain:
            checked[language] = plain
    if wrong:
        raise ValidationError(wrong)
    if not checked:
        raise ValidationError({"texts": _("Write the reply in at least one language.")})
    if len(checked) > MOST_LANGUAGES:
        raise ValidationError({"texts": _("Write at most %(limit)s languages.") % {"limit": MOST_LANGUAGES}})
    return checked


def _check(by: Agent | None, team: Team | None, owner: Agent | None = None) -> None:
    if by is not None and not (_may_own(by, owner) if owner else may_write(by, team)):
        raise Refused(
            "not_yours",
            gettext_noop(
                "Agents write the saved replies of their own teams; those of everybody are the leads'."
            ),
            fix=gettext_noop("Choose one of your teams, or ask a lead."),
        )


def _save(reply: SavedReply) -> None:
    try:
        with transaction.atomic():
            reply.save()
    except IntegrityError:
        raise ValidationError({"shortcut": _("This shortcut is taken here already.")}) from None


def _write_texts(reply: SavedReply, texts: Mapping[str, str]) -> None:
    reply.texts.all().delete()
    rows = [
        SavedReplyText(reply=reply, language=language, text=text) for language, text in sorted(texts.items())
    ]
    SavedReplyText.objects.bulk_create(rows)


def _told(reply: SavedReply, texts: Mapping[str, str]) -> dict[str, Any]:
    """What the log says about it."""
    return {
        "title": reply.title,
        "shortcut": reply.shortcut,
        "team": reply.team and reply.team.name,
        "owner": reply.owner and reply.owner.name,
        "folder": reply.folder,
        "texts": dict(texts),
    }


def _tell(event_type: str, by: Agent | None, reply: SavedReply, **data: Any) -> None:
    emit(event_type, actor=actor_of(by), reply=reply.pk, title=reply.title, **data)
