"""External bots: given an inbox, changed, given new keys, switched off. Only by who manages the bot."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent
from ascolto.bot import posting
from ascolto.bot.actions.external import hand_off
from ascolto.bot.actions.stamping import change_stamp
from ascolto.bot.actions.systems import check_may
from ascolto.bot.models import BotPost, ExternalBot
from ascolto.bot.outward import checked_url, host_of
from ascolto.bot.sealed import Secrets
from ascolto.channels.addresses import Resolve, system_resolve
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.models import Conversation
from ascolto.events.changes import SECRET, changes_between
from ascolto.events.log import actor_of, emit
from ascolto.kit.clock import now
from ascolto.kit.ids import digest, new_token
from ascolto.kit.text import clean

TOKEN_BEGINS = "ascbot_"  # noqa: S105 - a beginning, not a token
LEAST_SECONDS, MOST_SECONDS = 5, 300


@transaction.atomic
def create_bot(
    *,
    by: Agent,
    account: ChannelAccount,
    name: str,
    url: str,
    seconds: int = 30,
    resolve: Resolve = system_resolve,
) -> tuple[ExternalBot, str, str]:
    """A bot that answers first at an inbox; (it, the secret that we sign with, the token it answers with): both are shown once.

    Raises ValidationError by field, Refused.
    """
    check_may(by)
    if ExternalBot.objects.filter(account=account).exists():
        raise ValidationError({"account": _("There is an external bot at this inbox already.")})
    secrets, token = Secrets.made(), _new_token()
    bot = ExternalBot(account=account, secret=secrets.sealed(), token=digest(token))
    _set(bot, {"name": name, "url": url, "seconds": seconds}, resolve)
    _check_alone(bot)
    bot.save()
    _changed()
    emit("external_bot.created", actor=actor_of(by), account=account.pk, name=bot.name)
    return bot, secrets.current, token


@transaction.atomic
def change_bot(*, by: Agent, bot: ExternalBot, resolve: Resolve = system_resolve, **wanted: Any) -> list[str]:
    """Change `name`, `url`, `seconds`, `is_enabled`. Switched off, what it holds goes to people. Returns the fields that changed.

    Raises ValidationError by field, Refused.
    """
    check_may(by)
    current = ExternalBot.objects.select_for_update(of=("self",)).select_related("account").get(pk=bot.pk)
    before = _told(current)
    url = current.url
    _set(current, wanted, resolve)
    _check_alone(current)
    after = _told(current)
    fields = [name for name in after if after[name] != before[name]]
    if current.url != url and "url" not in fields:
        fields.append("url")
    if not fields:
        return []
    current.save()
    changes = changes_between(before, after) | ({"url": SECRET} if current.url != url else {})
    _tell(by, current, fields, changes)
    if before["is_enabled"] and not current.is_enabled:
        _let_go(current)
    bot.refresh_from_db()
    return fields


@transaction.atomic
def rotate_bot_secret(*, by: Agent, bot: ExternalBot) -> str:
    """A new secret to sign with, shown once; for a day the present one signs as well. Raises Refused."""
    check_may(by)
    current = ExternalBot.objects.select_for_update(of=("self",)).select_related("account").get(pk=bot.pk)
    secrets = Secrets.opened(current.secret).rotated(now())
    current.secret = secrets.sealed()
    current.save(update_fields=["secret"])
    _tell(by, current, ["secret"], {"secret": SECRET})
    return secrets.current


@transaction.atomic
def renew_token(*, by: Agent, bot: ExternalBot) -> str:
    """A new token for its answers, shown once; the present one ends at once. Raises Refused."""
    check_may(by)
    current = ExternalBot.objects.select_for_update(of=("self",)).select_related("account").get(pk=bot.pk)
    token = _new_token()
    current.token = digest(token)
    current.save(update_fields=["token"])
    _tell(by, current, ["token"], {"token": SECRET})
    return token


def _new_token() -> str:
    return TOKEN_BEGINS + new_token(32)


def _let_go(bot: ExternalBot) -> None:
    """What it holds goes to people."""
    for conversation in Conversation.objects.filter(account=bot.account_id, with_bot=True).only("pk"):
        hand_off(bot_id=bot.pk, conversation=conversation, why="stopped")


def _set(bot: ExternalBot, wanted: dict[str, Any], resolve: Resolve) -> None:
    if "name" in wanted:
        bot.name = " ".join(clean(str(wanted["name"]), 400).split())[:80]
        if not bot.name:
            raise ValidationError({"name": _("Give it a name.")})
    if "url" in wanted and wanted["url"] != bot.url:
        bot.url = checked_url(str(wanted["url"]), resolve)
    if "seconds" in wanted:
        if not LEAST_SECONDS <= int(wanted["seconds"]) <= MOST_SECONDS:
            words = _("From %(least)s to %(most)s seconds.")
            raise ValidationError({"seconds": words % {"least": LEAST_SECONDS, "most": MOST_SECONDS}})
        bot.seconds = int(wanted["seconds"])
    if "is_enabled" in wanted:
        bot.is_enabled = bool(wanted["is_enabled"])


def _check_alone(bot: ExternalBot) -> None:
    """One bot answers at an inbox. Raises ValidationError."""
    if bot.is_enabled and BotPost.objects.filter(account=bot.account, is_enabled=True).exists():
        raise ValidationError({"account": _("A flow answers at this inbox: take it away first.")})


def _told(bot: ExternalBot) -> dict[str, Any]:
    """What the log says: of the address its host alone, since the rest may be a secret."""
    return {"name": bot.name, "host": host_of(bot.url), "seconds": bot.seconds, "is_enabled": bot.is_enabled}


def _tell(by: Agent, bot: ExternalBot, fields: list[str], changes: dict[str, Any]) -> None:
    _changed()
    emit(
        "external_bot.changed",
        actor=actor_of(by),
        account=bot.account_id,
        name=bot.name,
        fields=fields,
        changes=changes,
    )


def _changed() -> None:
    """Every process hears of it; this one at once."""
    change_stamp()
    transaction.on_commit(posting.lately.forget)
