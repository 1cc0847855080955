"""Signing in and out, with the brake on guessing.

Failures are counted for an hour by e-mail and by network address; past a few free ones each asks for a longer wait.
An attempt is written down before the password is looked at and taken back when it was right, so that many at once
cannot slip through. A browser from which somebody signed in before has a counter of its own: a stranger who guesses
can slow down strangers, not Marco at his desk.
"""

from __future__ import annotations

import ipaddress
import math
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from ascolto.accounts.actions.checks import PASSWORD_LIMIT
from ascolto.accounts.models import Agent, SignInAttempt
from ascolto.events.log import actor_of, emit
from ascolto.kit.clock import now
from ascolto.kit.ids import digest, new_token
from ascolto.kit.text import clean

COUNTED_FOR = timedelta(hours=1)
FREE_PER_EMAIL, FREE_PER_ADDRESS = 5, 30
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=15)
SESSION_AGE = timedelta(seconds=settings.SESSION_COOKIE_AGE)
DEVICE_COOKIE, DEVICE_AGE = "ascolto_device", timedelta(days=180)


class SignInRefused(Exception):
    """E-mail or password are wrong, or the account is closed: on purpose nobody is told which."""


class TooManyAttempts(SignInRefused):
    """The brake is on; `wait` tells for how long."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"try again in {math.ceil(wait.total_seconds())} s")
        self.wait = wait

    @property
    def seconds(self) -> int:
        return max(1, math.ceil(self.wait.total_seconds()))


def sign_in(*, request: HttpRequest, email: str, password: str) -> Agent:
    """Open a session for the person. Raises TooManyAttempts, SignInRefused."""
    email = clean(email, 254).strip().lower()
    attempts = _note_attempt(email, request)
    found = authenticate(request, username=email, password=password[:PASSWORD_LIMIT])
    if not isinstance(found, Agent):
        known = Agent.objects.filter(email=email).first()
        emit("agent.sign_in_failed", actor=actor_of(None), email=known.email if known else "")
        raise SignInRefused
    SignInAttempt.objects.filter(pk__in=attempts).delete()
    SignInAttempt.objects.filter(key=_person_key(request, email)).delete()
    open_session(request, found)
    return found


def confirm_password(*, request: HttpRequest, agent: Agent, password: str) -> None:
    """Ask who is signed in for their password again, with the same brake: the screen may not be theirs.

    Raises ValidationError, TooManyAttempts. Call it outside a transaction, or the attempt is forgotten with it.
    """
    attempts = _note_attempt(agent.email, request)
    if not agent.check_password(password[:PASSWORD_LIMIT]):
        raise ValidationError({"current": _("This is not your current password.")})
    SignInAttempt.objects.filter(pk__in=attempts).delete()


def open_session(request: HttpRequest, agent: Agent) -> None:
    """Sign the person in: a new session key, and an end that activity does not move."""
    login(request, agent, backend="django.contrib.auth.backends.ModelBackend")
    request.session.set_expiry(now() + SESSION_AGE)
    emit("agent.signed_in", actor=actor_of(agent), agent=agent.pk)


def sign_out(*, request: HttpRequest) -> None:
    """Close the session."""
    agent = request.user if isinstance(request.user, Agent) else None
    logout(request)
    if agent is not None:
        emit("agent.signed_out", actor=actor_of(agent), agent=agent.pk)


def remember_device(response: HttpResponse, agent: Agent, request: HttpRequest) -> None:
    """Mark this browser as one the person signed in from."""
    nonce = _device(request, agent.email) or new_token(12)
    value = signing.dumps([agent.pk, nonce], salt="device")
    response.set_cookie(
        DEVICE_COOKIE,
        value,
        max_age=int(DEVICE_AGE.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _device(request: HttpRequest, email: str) -> str:
    """The mark of a browser from which the owner of `email` signed in before, or nothing."""
    try:
        pk, nonce = signing.loads(
            request.COOKIES.get(DEVICE_COOKIE, "")[:500], salt="device", max_age=DEVICE_AGE
        )
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return nonce if Agent.objects.filter(pk=pk, email=email).exists() else ""


def _person_key(request: HttpRequest, email: str) -> str:
    device = _device(request, email)
    return digest(f"device:{device}" if device else f"email:{email}")


def _note_attempt(email: str, request: HttpRequest) -> list[int]:
    """Write the attempt down and return its rows. Raises TooManyAttempts.

    Written and committed before the others are counted: of many at the same moment, the sixth to be written sees five.
    """
    moment = now()
    brakes = {_person_key(request, email): FREE_PER_EMAIL}
    brakes[digest(f"address:{_network(request.META.get('REMOTE_ADDR', ''))}")] = FREE_PER_ADDRESS
    SignInAttempt.objects.filter(at__lt=moment - COUNTED_FOR).delete()
    made = [SignInAttempt.objects.create(key=key, at=moment).pk for key in brakes]
    others = SignInAttempt.objects.filter(key__in=brakes, at__gte=moment - COUNTED_FOR).exclude(pk__in=made)
    for row in others.values("key").annotate(times=Count("pk"), last=Max("at")):
        wait = wait_after(row["times"], brakes[row["key"]], row["last"], moment)
        if wait:
            SignInAttempt.objects.filter(
                pk__in=made
            ).delete()  # who hammers does not wait longer than who waits
            raise TooManyAttempts(wait)
    return made


def wait_after(times: int, free: int, last: datetime, moment: datetime) -> timedelta:
    """How long somebody with `times` failures, the last one at `last`, still has to wait at `moment`."""
    if times < free:
        return timedelta(0)
    wait = min(FIRST_WAIT * 2 ** min(times - free, 12), LONGEST_WAIT)
    return max(last + wait - moment, timedelta(0))


def _network(address: str) -> str:
    """The address, or the /64 that one IPv6 customer owns."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
