"""Which external bot asks: its tokens begin differently from those of people, and open two doors only."""

from __future__ import annotations

from django.http import HttpRequest

from ascolto.api.problems import Problem
from ascolto.api.routing import Route
from ascolto.api.throttle import throttle
from ascolto.api.tokens import REALM, secret_of
from ascolto.bot.actions.external_bots import TOKEN_BEGINS
from ascolto.bot.models import ExternalBot
from ascolto.kit.ids import digest

LONGEST = 200


def bot_of(request: HttpRequest, route: Route) -> ExternalBot | None:
    """The bot behind a request; None for people's tokens. Raises the problems `unauthorized`, `not-allowed`, `too-many-requests`."""
    secret = secret_of(request)
    if not secret.startswith(TOKEN_BEGINS):
        return None
    rows = ExternalBot.objects.select_related("account").filter(is_enabled=True)
    bot = rows.filter(token=digest(secret)).first() if len(secret) <= LONGEST else None
    if bot is None:
        raise Problem(
            "unauthorized",
            "This bot's token is unknown, was renewed, or the bot is switched off.",
            headers={"WWW-Authenticate": f'{REALM}, error="invalid_token"'},
        )
    wait = throttle.wait_for(-bot.pk)
    if wait:
        seconds = str(int(wait) + 1)
        raise Problem("too-many-requests", f"Wait {seconds} seconds.", headers={"Retry-After": seconds})
    if route.by_bot is None:
        raise Problem("not-allowed", "A bot's token answers in conversations of its inbox, and nothing else.")
    return bot
