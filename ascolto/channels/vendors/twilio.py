"""What every Twilio channel shares: settings, numbers and times, the REST API and its errors."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import phonenumbers

from ascolto.channels.protocol import (
    Account,
    ConfigError,
    ErrorClass,
    Failure,
    Handle,
    SendRefused,
    setting,
)
from ascolto.channels.reading import object_of, text_of
from ascolto.channels.vendors.rest import USUAL_WAIT, Rest, failure_by_status
from ascolto.kit import http

API = "https://api.twilio.com"
VERSION = "2010-04-01"
_RESOURCE = re.compile(r"/2010-04-01/Accounts/AC[0-9A-Za-z]{1,40}(/[A-Za-z]{1,20}/[0-9A-Za-z]{1,60}){1,3}")
# Callers who hide: the words Twilio uses, and the numbers that spell them on a telephone's keys (ANONYMOUS, RESTRICTED,
# UNAVAILABLE, BLOCKED, UNKNOWN).
_WITHHELD = {"anonymous", "restricted", "unavailable", "blocked", "unknown", "private", ""}
_WITHHELD |= {"266696687", "7378742833", "86282452253", "2562533", "8656696"}

Form = Mapping[str, str]


# --- settings that all Twilio channels have ----------------------------------------------------------------------------


def account_sid_setting() -> Any:
    """The setting `account_sid`."""
    return setting(
        "Account SID", example="AC1f00c2d4…", help="On the first page of Twilio's console. It begins with AC."
    )


def auth_token_setting() -> Any:
    """The setting `auth_token`."""
    return setting(
        "Auth token",
        secret=True,
        help="Beside the account SID. It proves that a delivery comes from Twilio, and lets us send.",
    )


def api_base_setting() -> Any:
    """The setting `api_base`."""
    return setting(
        "API address",
        default=API,
        advanced=True,
        help="Another address than Twilio's: a region or a stand-in.",
    )


def check_settings(config: Any) -> None:
    """Raises ConfigError for an account SID, a token or an address that cannot be used."""
    if not re.fullmatch(r"AC[0-9A-Za-z]{1,40}", config.account_sid):
        raise ConfigError("account_sid", "begins with AC and has letters and digits only.")
    if not re.fullmatch(r"[\x21-\x7e]+", config.auth_token):
        raise ConfigError("auth_token", "holds a space or a letter that no token has: copy it again.")
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", config.api_base):
        raise ConfigError("api_base", f"is not a web address; write for example {API}")


def check_number(config: Any, name: str) -> None:
    """Raises ConfigError for a setting that is no telephone number with its country. Empty is left to the caller."""
    value = getattr(config, name)
    if value and e164(value) is None:
        raise ConfigError(
            name, "is not a telephone number: write it with + and the country, such as +390212345678."
        )


# --- people and times --------------------------------------------------------------------------------------------------


def e164(text: str, region: str | None = None) -> str | None:
    """A number as +390212345678; None for what no telephone can ring. `region` reads national numbers ("IT")."""
    text = text.strip()
    if re.fullmatch(r"[1-9][0-9]{9,14}", text) and region is None:
        text = f"+{text}"  # a + that nobody encoded is a space
    try:
        number = phonenumbers.parse(text[:40], region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone(text: str) -> Handle | None:
    """A caller's or writer's number."""
    if is_withheld(text):
        return None
    number = e164(text)
    return Handle("phone", number) if number else None


def is_withheld(text: str) -> bool:
    """Whether somebody hides: their number must not become a contact."""
    return text.strip().lstrip("+").lower() in _WITHHELD


def moment_of(value: Any, received_at: datetime) -> datetime:
    """A time as Twilio writes it (RFC 2822 in its API, ISO 8601 in some hooks); `received_at` when it is none."""
    text = text_of(value, 60)
    try:
        moment = datetime.fromisoformat(text) if text[:4].isdigit() else parsedate_to_datetime(text)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return received_at
    return moment if moment <= received_at + timedelta(days=1) else received_at


# --- the REST API ------------------------------------------------------------------------------------------------------

CODES: Mapping[int, ErrorClass] = {
    **dict.fromkeys((20500, 20503, 30001, 30410), ErrorClass.RETRY),
    **dict.fromkeys((20429, 14107, 21611, 63018), ErrorClass.RETRY_AFTER),
    **dict.fromkeys((20003, 20005, 20006, 20008), ErrorClass.REAUTH),
    **dict.fromkeys((21610, 63032, 63049), ErrorClass.BLOCKED),
    **dict.fromkeys(
        (21211, 21214, 21217, 21612, 21614, 21635, 30003, 30005, 30006, 63003, 63024),
        ErrorClass.RECIPIENT_GONE,
    ),
    **dict.fromkeys((21602, 21605, 21617, 21619, 21620, 21623, 63013, 63019), ErrorClass.CONTENT),
    **dict.fromkeys((30002, 30004, 30007, 90010), ErrorClass.ABUSE_STOP),
    **dict.fromkeys(
        (20404, 21212, 21408, 21603, 21606, 21609, 21659, 21660, 21703, 21910, 30034, 63007),
        ErrorClass.CONFIG,
    ),
    30008: ErrorClass.UNKNOWN,
    63016: ErrorClass.WINDOW_CLOSED,
}
# Of one message or one country only: the inbox itself works.
_OF_MESSAGE = {21408, 21612, 21910, 30004, 30007, 63007}
UNTOLD = "Twilio could not deliver the message."
WORDS: Mapping[int, str] = {
    30001: "Twilio's queue is full.",
    30002: "The Twilio account is suspended.",
    30003: "The telephone is switched off or out of reach.",
    30004: "The message was blocked on its way.",
    30005: "The number does not exist any more.",
    30006: "The number is a landline or cannot get text messages.",
    30007: "The carrier filtered the message out.",
    30008: "The carrier did not deliver the message and gave no reason.",
    30034: "The number is not registered for sending to this country.",
    63016: "The time to answer on WhatsApp is over: the customer must write first.",
    63018: "WhatsApp asks us to send more slowly.",
}


def failure_of(code: Any, words: str = "") -> Failure:
    """What an error number of Twilio means; `words` are its own."""
    text = text_of(code, 10)
    number = int(text) if text.isascii() and text.isdigit() else 0
    kind = CODES.get(number, ErrorClass.UNKNOWN)
    reason = words or WORDS.get(number, UNTOLD)
    wait = USUAL_WAIT if kind is ErrorClass.RETRY_AFTER else None
    return Failure(kind, reason, text, retry_after=wait, of_message=number in _OF_MESSAGE)


def _judge(answer: http.Answer) -> Failure | None:
    if answer.is_success:
        return None
    told = answer.json_object() or {}
    code, words = text_of(told.get("code"), 10), text_of(told.get("message"), 300)
    if code.isascii() and code.isdigit() and int(code) in CODES:
        failure = failure_of(code, words)
        return replace(failure, retry_after=answer.retry_after or failure.retry_after)
    failure = failure_by_status(answer, words)
    return replace(failure, code=code or failure.code)


def api(account: Account) -> Rest:
    """Twilio's API as this account sees it."""
    config = account.config
    pair = base64.b64encode(f"{config.account_sid}:{config.auth_token}".encode()).decode()
    headers = {"authorization": f"Basic {pair}", "accept": "application/json"}
    return Rest(config.api_base, headers, _judge, secrets=(config.auth_token, pair), trusted=account.trusted)


def path(account: Account, name: str = "") -> str:
    """The path of something of this account: `Messages.json`. Without a name the account's own."""
    mine = f"{VERSION}/Accounts/{account.config.account_sid}"
    return f"{mine}/{name}" if name else f"{mine}.json"


def resource_in(url: str) -> str:
    """The path of a file in Twilio's API, from its address; empty for an address of anybody else."""
    try:
        found = urlsplit(url[:2000]).path
    except ValueError:
        return ""
    found = found[max(found.find(f"/{VERSION}/"), 0) :]  # a gateway may have something before it
    bare = found.removesuffix(".mp3").removesuffix(".wav").removesuffix(".json")
    return bare if _RESOURCE.fullmatch(bare) else ""


def fetch(account: Account, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
    """A file of Twilio's (`path`), or of somebody it names (`url`), who never sees our token. Raises SendRefused."""
    where = text_of(remote.get("path"), 500) or text_of(remote.get("url"), 2000)
    is_ours = bool(resource_in(where)) and not where.startswith("http")
    if not is_ours and not where.startswith(("https://", "http://")):
        raise SendRefused(Failure(ErrorClass.CONTENT, "The message names no file that could be fetched."))
    rest = api(account)
    if not is_ours and rest.is_own(where):  # a path of our API that is no file of a message
        raise SendRefused(Failure(ErrorClass.CONTENT, "The message names no file that could be fetched."))
    ending = ".mp3" if is_ours and "/Recordings/" in where else ""  # without it Twilio describes it
    try:
        return rest.download(where + ending, limit)
    except SendRefused as refusal:
        raise _gone(refusal) from refusal


def _gone(refusal: SendRefused) -> SendRefused:
    failure = refusal.failure
    if failure.code in {"404", "20404", "410"}:
        return SendRefused(
            Failure(ErrorClass.CONTENT, "Twilio does not have this file any more.", failure.code)
        )
    return refusal


def own_number(account: Account, number: str) -> str:
    """One sentence: whose account it is, and whether the number calls us. Raises SendRefused."""
    rest = api(account)
    about = rest.json("GET", path(account), repeatable=True)
    name = text_of(about.get("friendly_name"), 200) or account.config.account_sid
    return f"Connected to {number}, {name}." if number else f"Connected to {name}."


def number_settings(account: Account, number: str) -> dict[str, Any]:
    """What Twilio knows of a number of ours; empty when it is none of this account. Raises SendRefused."""
    params = {"PhoneNumber": number, "PageSize": "1"}
    found = api(account).json(
        "GET", path(account, "IncomingPhoneNumbers.json"), repeatable=True, params=params
    )
    numbers = found.get("incoming_phone_numbers")
    return object_of(numbers[0]) if isinstance(numbers, list) and numbers else {}


def call_here(account: Account, number: str, addresses: Mapping[str, str]) -> str:
    """Write our hook address into the settings of a number of ours (`SmsUrl`, `VoiceUrl`, …). Raises SendRefused."""
    sid = text_of(number_settings(account, number).get("sid"), 64)
    if not re.fullmatch(r"PN[0-9A-Za-z]{1,40}", sid):
        words = f"{number} is not a number of this Twilio account."
        raise SendRefused(Failure(ErrorClass.CONFIG, words))
    api(account).json(
        "POST", path(account, f"IncomingPhoneNumbers/{sid}.json"), repeatable=True, data=addresses
    )
    return f"Twilio calls us about {number} from now on."


SENTENCES = (
    "Connected to %(number)s, %(name)s.",
    "Connected to %(name)s.",
    "%(number)s is not a number of this Twilio account.",
    "Twilio calls us about %(number)s from now on.",
    "The text has %(count)s characters; Twilio takes %(limit)s.",
    "Twilio reports error %(code)s.",
    "Twilio reports an error.",
    UNTOLD,
    *WORDS.values(),
)
