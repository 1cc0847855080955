"""Systems that flows may ask: written down, changed, given a new secret, switched off. Only by who manages the bot."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ascolto.accounts.models import Agent
from ascolto.bot.asking_systems import Report, ask_once, breakers
from ascolto.bot.models import BotAction
from ascolto.bot.outward import checked_url, host_of
from ascolto.bot.sealed import Secrets
from ascolto.channels.addresses import Resolve, system_resolve
from ascolto.events.changes import SECRET, changes_between
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.ids import new_token
from ascolto.kit.text import clean

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")  # as flows write names
MOST_SLOTS = 30
TRIED_FOR = timedelta(seconds=5)


def check_may(agent: Agent) -> None:
    """Raises Refused for who does not manage the bot."""
    if not agent.may("bot.manage"):
        raise Refused("not_permitted", gettext_noop("Only who manages the bot may do this."))


@transaction.atomic
def create_action(
    *,
    by: Agent,
    name: str,
    url: str,
    about: str = "",
    sends: Iterable[str] = (),
    resolve: Resolve = system_resolve,
) -> tuple[BotAction, str]:
    """A system that flows may ask, and the secret with which we sign: it is shown once. Raises ValidationError, Refused."""
    check_may(by)
    secrets = Secrets.made()
    action = BotAction(name=_checked_name(name), about=clean(about, 200).strip(), secret=secrets.sealed())
    action.url, action.sends = checked_url(url, resolve), _checked_slots(sends)
    try:
        with transaction.atomic():
            action.save()
    except IntegrityError as error:
        raise ValidationError({"name": _("There is an action of this name already.")}) from error
    emit("bot_action.created", actor=actor_of(by), name=action.name)
    return action, secrets.current


@transaction.atomic
def change_action(
    *, by: Agent, action: BotAction, resolve: Resolve = system_resolve, **wanted: Any
) -> list[str]:
    """Change `about`, `url`, `sends`, `is_enabled`; the name stays, since flows know it. Returns the fields that changed.

    Raises ValidationError by field, Refused.
    """
    check_may(by)
    current = BotAction.objects.select_for_update().get(pk=action.pk)
    before = _values(current)
    if "about" in wanted:
        current.about = clean(str(wanted["about"]), 200).strip()
    if "url" in wanted and wanted["url"] != current.url:
        current.url = checked_url(str(wanted["url"]), resolve)
    if "sends" in wanted:
        current.sends = _checked_slots(wanted["sends"])
    if "is_enabled" in wanted:
        current.is_enabled = bool(wanted["is_enabled"])
    after = _values(current)
    fields = [name for name in after if after[name] != before[name]]
    if fields:
        current.save()
        _tell(by, current, fields, changes_between(_told(before), _told(after), secret={"url"}))
        action.refresh_from_db()
    return fields


@transaction.atomic
def rotate_secret(*, by: Agent, action: BotAction) -> str:
    """A new secret, shown once; for a day we sign with the present one as well. Raises Refused."""
    check_may(by)
    current = BotAction.objects.select_for_update().get(pk=action.pk)
    secrets = Secrets.opened(current.secret).rotated(now())
    current.secret = secrets.sealed()
    current.save(update_fields=["secret"])
    _tell(by, current, ["secret"], {"secret": SECRET})
    return secrets.current


def try_action(*, by: Agent, action: BotAction) -> Report:
    """Ask it once with invented values, also while it is switched off, and tell how that went. Not inside a transaction. Raises Refused."""
    check_may(by)
    values = {slot: _("test") for slot in action.sends}
    breakers.forget()
    return ask_once(action, values, timeout=TRIED_FOR, idempotency_key=f"test-{new_token(12)}")


def _tell(by: Agent, action: BotAction, fields: list[str], changes: dict[str, Any]) -> None:
    emit("bot_action.changed", actor=actor_of(by), name=action.name, fields=fields, changes=changes)


def _values(action: BotAction) -> dict[str, Any]:
    return {
        "about": action.about,
        "url": action.url,
        "sends": list(action.sends),
        "is_enabled": action.is_enabled,
    }


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """What the log says: of an address its host alone, since the rest may be a secret."""
    return {**values, "host": host_of(values["url"])}


def _checked_name(text: str) -> str:
    name = clean(text, 200).strip()
    if not NAME.fullmatch(name):
        raise ValidationError(
            {
                "name": _(
                    "A name has letters without accents, digits, - and _, and begins with a letter; at most 60."
                )
            }
        )
    return name


def _checked_slots(given: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(clean(str(slot), 200).strip() for slot in given))
    slots = [slot for slot in found if slot]
    if wrong := [slot for slot in slots if not NAME.fullmatch(slot)]:
        raise ValidationError({"sends": _("%(slot)s is not the name of a slot.") % {"slot": wrong[0][:60]}})
    if len(slots) > MOST_SLOTS:
        raise ValidationError({"sends": _("At most %(n)s slots.") % {"n": MOST_SLOTS}})
    return slots
