"""What to do about an inbox that is unwell: the re-connect guide, by what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ascolto.channels.ailments import Ailment
from ascolto.channels.models import ChannelAccount
from ascolto.channels.registry import UnknownChannel
from ascolto.channels.selectors import settings_of
from ascolto.channels.volume import Judgement
from ascolto.ui.jinja import long_date, moment, url_or_none
from ascolto.ui.reasons import in_own_language


@dataclass(frozen=True, slots=True)
class Way:
    """A button or link that helps. `method` post is a form of its own."""

    label: str
    href: str
    icon: str
    method: str = "get"


@dataclass(frozen=True, slots=True)
class Repair:
    """One thing that is wrong: what it is, what was said, what to do, step by step."""

    kind: str
    tone: str
    title: str
    reason: str
    steps: tuple[str, ...]
    ways: tuple[Way, ...] = ()


def repair_of(ailment: Ailment, account: ChannelAccount, judged: Judgement | None) -> Repair:
    """The guide for one ailment, in the reader's language."""
    title, steps = _GUIDES[ailment.error_class or ailment.kind](ailment, account, judged)
    return Repair(
        ailment.kind,
        ailment.tone,
        title,
        in_own_language(ailment.reason),
        tuple(steps),
        tuple(_ways(ailment, account)),
    )


def _reauth(ailment: Ailment, account: ChannelAccount, judged: Judgement | None) -> tuple[str, list[str]]:
    return _("The network does not let us in any more."), [*_sign_in(account), *_afterwards(account)]


def _config(ailment: Ailment, account: ChannelAccount, judged: Judgement | None) -> tuple[str, list[str]]:
    return _("The settings do not fit the network any more."), [
        _("Read the reason above: it names what the network misses."),
        _(
            "Look at the network whether the page, number or mailbox is still there and our access to it still allowed."
        ),
        _("Correct the settings here, then test the connection."),
        *_afterwards(account)[1:],
    ]


def _abuse(ailment: Ailment, account: ChannelAccount, judged: Judgement | None) -> tuple[str, list[str]]:
    return _("The network has stopped this inbox."), [
        _("Open the network's own console: it says there what it objects to, and how to appeal."),
        _("Stop what it objects to, for example many equal messages, before you try again."),
        _("When the network has lifted the stop, test the connection: from then on the inbox is used again."),
        *_afterwards(account)[1:],
    ]


def _silent(ailment: Ailment, account: ChannelAccount, judged: Judgement | None) -> tuple[str, list[str]]:
    title = _("Nothing comes in, which is not like this inbox.")
    if judged is not None and judged.is_abnormal:
        usual = ngettext("%(n)s message", "%(n)s messages", round(judged.expected)) % {
            "n": round(judged.expected)
        }
        came = ngettext("%(n)s came", "%(n)s came", judged.received) % {"n": judged.received}
        said = {"usual": usual, "came": came, "since": moment(judged.since)}
        title = _("Since %(since)s about %(usual)s would be usual; %(came)s.") % said
    steps = [_("Send yourself a message on this channel. When it appears on the desk, all is well.")]
    if _has_own_doors(account):
        steps.append(_("If not: is the line of this inbox still on your website?"))
    elif _polls(account):
        steps.append(
            _(
                "If not: does something take messages away before we read them, such as a rule or another program?"
            )
        )
    else:
        steps.append(
            _(
                "If not: at the network, the webhook must be switched on and point to the hook address of this inbox."
            )
        )
    return title, [
        *steps,
        _("On a holiday, or while the network itself has a fault, there is nothing to do."),
    ]


def _expired(ailment: Ailment, account: ChannelAccount, judged: Judgement | None) -> tuple[str, list[str]]:
    title = _("The permission of the network is over.")
    if ailment.ends_at is not None:
        title = _("The permission of the network ended on %(day)s.") % {"day": long_date(ailment.ends_at)}
    return title, [*_sign_in(account), *_afterwards(account)]


def _expiring(ailment: Ailment, account: ChannelAccount, judged: Judgement | None) -> tuple[str, list[str]]:
    left = ngettext("in %(n)s day", "in %(n)s days", ailment.days) % {"n": ailment.days}
    day = long_date(ailment.ends_at) if ailment.ends_at else ""
    title = _("The permission of the network ends on %(day)s, %(left)s.") % {"day": day, "left": left}
    return title, [*_sign_in(account), _("Until then everything goes on as before.")]


_Guide = Callable[[Ailment, ChannelAccount, Judgement | None], tuple[str, list[str]]]
_GUIDES: dict[str, _Guide] = {
    "reauth": _reauth,
    "config": _config,
    "abuse_stop": _abuse,
    "silent": _silent,
    "expired": _expired,
    "expiring": _expiring,
}


def _sign_in(account: ChannelAccount) -> list[str]:
    if _signs_in(account):
        return [_("Sign in at the network again, with the account that owns the page or number.")]
    return [
        _("At the network, make a new token or password for this inbox."),
        _("Write it into the settings here and save."),
    ]


def _afterwards(account: ChannelAccount) -> list[str]:
    caught_up = (
        _("What customers wrote meanwhile is fetched by itself, each message once.")
        if _polls(account)
        else _("The network delivers what it could not deliver meanwhile, as long as it keeps it.")
    )
    return [
        _("Test the connection."),
        caught_up,
        _("Answers that failed are kept in their conversations: send them again, each with one click."),
    ]


def _ways(ailment: Ailment, account: ChannelAccount) -> list[Way]:
    change = url_or_none("workspace:change-inbox", account.pk) or ""
    sign_in = url_or_none("workspace:sign-in-inbox", account.pk) if _signs_in(account) else None
    ways = []
    if ailment.error_class in {"reauth", ""} and ailment.kind != "silent":
        if sign_in:
            ways.append(Way(_("Sign in again"), sign_in, "key", "post"))
        else:
            ways.append(Way(_("Write a new token or password"), f"{change}#{_secret_field(account)}", "key"))
    if ailment.error_class == "config":
        ways.append(Way(_("Correct the settings"), change, "pencil-line"))
    return ways


def _secret_field(account: ChannelAccount) -> str:
    """The id of the field where the new secret belongs, in the form of the inbox."""
    try:
        secrets = [setting.name for setting in settings_of(account.adapter) if setting.is_secret]
    except UnknownChannel:
        return ""
    named = [name for name in secrets if "access" in name or "password" in name or name.endswith("token")]
    best = next(iter(named or secrets), "")
    return f"id_set_{best}" if best else ""


def _signs_in(account: ChannelAccount) -> bool:
    try:
        return account.adapter.oauth is not None and bool(account.settings.get("client_id"))
    except UnknownChannel:
        return False


def _polls(account: ChannelAccount) -> bool:
    try:
        return account.adapter.polls_every is not None
    except UnknownChannel:
        return False


def _has_own_doors(account: ChannelAccount) -> bool:
    try:
        return bool(account.adapter.doors)
    except UnknownChannel:
        return False
