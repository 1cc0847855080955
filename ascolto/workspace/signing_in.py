"""Signing in at a network to connect an inbox, or to connect it again (OAuth 2 with PKCE).

`begin` remembers who went away and what they had typed, sealed; `finish` takes them back. A state is signed, belongs to one session of one
person, is good for ten minutes and once. Tokens go from the network into the sealed settings: never into an address, a log or a page.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent, Team
from ascolto.channels import actions
from ascolto.channels.keeping import keep_values, note_end
from ascolto.channels.models import ChannelAccount, vault
from ascolto.channels.protocol import Adapter, ConfigError, OAuth, SendRefused, read_config
from ascolto.channels.registry import UnknownChannel, get_adapter
from ascolto.channels.vendors import oauth as protocol
from ascolto.intake.renewing import plan_renewal
from ascolto.kit.clock import now
from ascolto.kit.text import clean, excerpt
from ascolto.kit.vault import Unreadable
from ascolto.ui.reasons import in_own_language
from ascolto.workspace.models import SignIn

log = logging.getLogger(__name__)
GOOD_FOR = timedelta(minutes=10)
_STANDS_FOR_LATER = "later"  # a value for what only the network will tell, while the rest is checked


class SignInRefused(Exception):
    """The sign-in did not lead to an inbox; the text is for the person who tried, in their language.

    `kind` and `account` say where to try again, as far as that is known.
    """

    def __init__(self, reason: str, *, kind: str = "", account: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.kind, self.account = reason, kind, account


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to go to agree, and the state under which one comes back."""

    address: str
    state: str


def sign_in_of(adapter: Adapter, values: Mapping[str, str]) -> OAuth:
    """How an inbox with these settings is signed in to. Raises SignInRefused for a channel that is connected otherwise."""
    way = adapter.oauth_with(values)
    if way is None:
        raise SignInRefused(_("This channel is connected without signing in."), kind=adapter.kind)
    return way


def granted_settings(adapter: Adapter) -> set[str]:
    """The settings that the network fills in when somebody signs in."""
    return set(adapter.oauth.stores.values()) if adapter.oauth else set()


# --- going ------------------------------------------------------------------------------------------------------------


def begin(
    *,
    agent: Agent,
    session: str,
    adapter: Adapter,
    redirect_uri: str,
    values: Mapping[str, str],
    general: Mapping[str, Any] | None = None,
    account: ChannelAccount | None = None,
) -> Departure:
    """Remember what was typed and say where to go. Raises ConfigError for a setting, SignInRefused.

    With `account` an inbox is connected again and keeps its name, history and everything else; else `general` tells the new one's
    name, teams and language.
    """
    values = {name: value for name, value in values.items() if value}
    way = sign_in_of(adapter, values)
    _check_so_far(adapter, values)
    nonce, verifier = secrets.token_urlsafe(32), protocol.new_verifier()
    state = _signer().sign(nonce)
    try:
        address = protocol.sign_in_address(
            way,
            protocol.with_defaults(adapter.Config, values),
            redirect_uri=redirect_uri,
            state=state,
            verifier=verifier,
        )
    except SendRefused as refusal:
        reason, again = in_own_language(refusal.failure.reason), account.pk if account else None
        raise SignInRefused(reason, kind=adapter.kind, account=again) from None
    told = {"verifier": verifier, "redirect_uri": redirect_uri, "values": values, **_plain(general or {})}
    with transaction.atomic():
        SignIn.objects.filter(started_at__lt=now() - GOOD_FOR).delete()
        SignIn.objects.create(
            state_digest=_digest(state),
            session_digest=_digest(session),
            agent=agent,
            account=account,
            kind=adapter.kind,
            sealed=vault().seal(json.dumps(told)),
        )
    return Departure(address, state)


def _check_so_far(adapter: Adapter, values: Mapping[str, str]) -> None:
    """Check what a person types; what the network will tell is not there yet. Raises ConfigError."""
    later = granted_settings(adapter)
    if "client_id" in adapter.Config.__dataclass_fields__ and not values.get("client_id"):
        raise ConfigError("client_id", _("Write this first: the network asks who we are."))
    try:
        read_config(adapter.Config, {**dict.fromkeys(later, _STANDS_FOR_LATER), **values})
    except ConfigError as refusal:
        if refusal.field not in later:
            raise


def _plain(general: Mapping[str, Any]) -> dict[str, Any]:
    teams = [team.pk for team in general.get("teams", [])]
    return {"name": general.get("name", ""), "language": general.get("language", ""), "teams": teams}


# --- coming back ------------------------------------------------------------------------------------------------------


def finish(*, agent: Agent, session: str, answer: Mapping[str, str]) -> ChannelAccount:
    """The inbox that is connected (again) by what the network answered. Raises SignInRefused with plain words."""
    waiting = _claim(agent, session, answer.get("state", ""))
    adapter = _adapter_of(waiting)
    try:
        told = json.loads(vault().open(waiting.sealed))
        values = waiting.account.values() if waiting.account else told["values"]
        _refuse_denied(answer)
        granted = protocol.exchange(
            sign_in_of(adapter, values),
            protocol.with_defaults(adapter.Config, values),
            code=_code(answer),
            redirect_uri=told["redirect_uri"],
            verifier=told["verifier"],
            trusted=bool(waiting.account and waiting.account.is_trusted),
        )
        account = _connected(agent, waiting, adapter, told, {**values, **granted.values})
        if waiting.account:
            keep_values(account=account.pk, values=granted.values, expires_at=granted.expires_at, agent=agent)
    except SendRefused as refusal:
        log.warning("sign-in refused", extra={"kind": waiting.kind, "code": refusal.failure.code[:40]})
        raise _refused(waiting, in_own_language(refusal.failure.reason)) from None
    except ConfigError as refusal:
        raise _refused(waiting, f"{refusal.field}: {in_own_language(refusal.message)}") from None
    except Unreadable:
        raise _refused(waiting, _("The stored settings cannot be read: write them again.")) from None
    except SignInRefused as refusal:
        raise _refused(waiting, refusal.reason) from None
    note_end(account, granted.expires_at)
    plan_renewal(account, granted.expires_at)
    return account


def _claim(agent: Agent, session: str, state: str) -> SignIn:
    """The sign-in that this state stands for; nobody gets it a second time. Raises SignInRefused."""
    stale = _("This sign-in is not known here, or it was used already. Begin again.")
    try:
        _signer().unsign(state[:500])
    except BadSignature:
        raise SignInRefused(stale) from None
    waiting = SignIn.objects.select_related("account").filter(state_digest=_digest(state)).first()
    if waiting is None or waiting.session_digest != _digest(session) or waiting.agent_id != agent.pk:
        raise SignInRefused(stale)
    gone, _by_model = SignIn.objects.filter(pk=waiting.pk).delete()
    if not gone:
        raise SignInRefused(stale)
    if waiting.started_at < now() - GOOD_FOR:
        raise _refused(waiting, _("This sign-in took longer than ten minutes. Begin again."))
    return waiting


def _adapter_of(waiting: SignIn) -> Adapter:
    try:
        return get_adapter(waiting.kind)
    except UnknownChannel as error:
        raise SignInRefused(str(error)) from None


def _refuse_denied(answer: Mapping[str, str]) -> None:
    error = clean(answer.get("error", ""), 80).strip()
    if not error:
        return
    if error in {"access_denied", "consent_required", "user_cancelled_login", "user_cancelled_authorize"}:
        raise SignInRefused(_("The network was told no: nothing was changed. You can try again."))
    told = excerpt(clean(answer.get("error_description", ""), 1000), 300) or error
    raise SignInRefused(_("The network refused: %(reason)s") % {"reason": told})


def _code(answer: Mapping[str, str]) -> str:
    code = answer.get("code", "")
    if not code or len(code) > 5000:
        raise SignInRefused(_("The network sent you back without its answer. Try again."))
    return code


def _connected(
    agent: Agent, waiting: SignIn, adapter: Adapter, told: Mapping[str, Any], values: Mapping[str, str]
) -> ChannelAccount:
    """The inbox of this sign-in; made now when it is a new one."""
    if waiting.account:
        return waiting.account
    return actions.connect(
        agent=agent,
        kind=adapter.kind,
        name=told["name"],
        values=values,
        teams=Team.objects.filter(pk__in=told["teams"]),
        language=told["language"],
    )


def _refused(waiting: SignIn, reason: str) -> SignInRefused:
    return SignInRefused(reason, kind=waiting.kind, account=waiting.account_id)


def _signer() -> Signer:
    return Signer(salt="ascolto.sign-in")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
