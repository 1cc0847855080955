"""Saved replies: made, changed, put away, taken out again. Each verb checks who may, writes once and says so in the log."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ascolto.accounts.actions.checks import checked_name
from ascolto.accounts.models import Agent, Team
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.knowledge.models import SavedReply, SavedReplyText
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
    return agent.is_lead or (team is not None and agent.teams.filter(pk=team.pk).exists())


@transaction.atomic
def create_reply(
    *, by: Agent | None, title: str, shortcut: str, texts: Mapping[str, str], team: Team | None = None
) -> SavedReply:
    """A new saved reply. `by`: None is the system. Raises ValidationError by field, Refused."""
    _check(by, team)
    reply = SavedReply(
        title=checked_name(title, field="title"),
        shortcut=checked_shortcut(shortcut),
        team=team,
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
) -> bool:
    """Change what is given; `texts` are all of them. Whether anything changed. Raises ValidationError by field, Refused."""
    current = SavedReply.objects.select_for_update(of=("self",)).select_related("team").get(pk=reply.pk)
    _check(by, current.team)
    wanted: dict[str, Any] = {}
    if title is not _KEEP:
        wanted["title"] = checked_name(title, field="title")
    if shortcut is not _KEEP:
        wanted["shortcut"] = checked_shortcut(shortcut)
    if team is not _KEEP:
        _check(by, team)
        wanted["team_id"] = team.pk if team else None
    fields = [name for name, value in wanted.items() if getattr(current, name) != value]
    known = dict(current.texts.values_list("language", "text"))
    checked = known if texts is _KEEP else checked_texts(texts)
    if checked != known:
        fields.append("texts")
    if not fields:
        return False
    for name, value in wanted.items():
        setattr(current, name, value)
    current.changed_by, current.changed_at = by, now()
    _save(current)
    if checked != known:
        _write_texts(current, checked)
    _tell("saved_reply.changed", by, current, fields=[name.removesuffix("_id") for name in fields])
    reply.refresh_from_db()
    return True


@transaction.atomic
def archive_reply(*, by: Agent | None, reply: SavedReply) -> bool:
    """Put a reply away: it is offered nowhere, and its shortcut is free. Whether that changed anything. Raises Refused."""
    return _switch(by, reply, archived=True)


@transaction.atomic
def restore_reply(*, by: Agent | None, reply: SavedReply) -> bool:
    """Take a reply out again. Raises ValidationError when its shortcut was given away meanwhile, Refused."""
    return _switch(by, reply, archived=False)


def _switch(by: Agent | None, reply: SavedReply, *, archived: bool) -> bool:
    current = SavedReply.objects.select_for_update(of=("self",)).select_related("team").get(pk=reply.pk)
    _check(by, current.team)
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


def _check(by: Agent | None, team: Team | None) -> None:
    if by is not None and not may_write(by, team):
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


def _tell(event_type: str, by: Agent | None, reply: SavedReply, **data: Any) -> None:
    emit(event_type, actor=actor_of(by), reply=reply.pk, title=reply.title, **data)
