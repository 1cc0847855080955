"""Answers: into the conversation through its service address, or one way as a card to a Workflows address."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ascolto.channels.adapters.teams.parsing import message_id
from ascolto.channels.adapters.teams.proof import is_known_connector
from ascolto.channels.protocol import ErrorClass, Failure, Outgoing, SendRefused, Sent
from ascolto.channels.reading import object_of, text_of
from ascolto.channels.vendors.rest import Rest, failure_by_status
from ascolto.channels.vendors.tokens import Token, TokenCache
from ascolto.kit.http import Answer

MAX_TEXT = 12_000  # UTF-16 units: Teams takes about 28 KB a message, its wrapping included
SCOPE = "https://api.botframework.com/.default"
_tokens = TokenCache()

_CODES = {
    "BotNotInConversationRoster": ErrorClass.BLOCKED,
    "ConversationBlockedByUser": ErrorClass.BLOCKED,
    "MessageWritesBlocked": ErrorClass.BLOCKED,
    "User blocked the conversation with the bot.": ErrorClass.BLOCKED,
    "ConversationNotFound": ErrorClass.RECIPIENT_GONE,
    "ActivityNotFoundInConversation": ErrorClass.RECIPIENT_GONE,
    "MessageSizeTooBig": ErrorClass.CONTENT,
    "BadSyntax": ErrorClass.CONTENT,
    "BadArgument": ErrorClass.CONTENT,
}
_OF_MESSAGE = {
    "BotDisabledByAdmin",
    "InvalidBotApiHost",
    "NotEnoughPermissions",
    "ForbiddenOperationException",
}
# Microsoft says of these that the message was not taken and is to be sent again.
_AGAIN = {412: ErrorClass.RETRY, 502: ErrorClass.RETRY, 504: ErrorClass.RETRY}
_PLAIN = {
    "BotNotInConversationRoster": "The app is not in this conversation any more.",
    "ConversationBlockedByUser": "The person has blocked the app.",
    "ConversationNotFound": "The conversation is not there any more.",
    "MessageSizeTooBig": "The message is too large for Teams.",
    "BotDisabledByAdmin": "An administrator of Teams has switched the app off.",
}
# What people read of this channel, besides: see ascolto/ui/reasons.py.
SENTENCES = (
    *_PLAIN.values(),
    "Microsoft does not accept the app's password.",
    "A conversation in Teams must be begun there: the app cannot write first.",
    "The text has %(count)s characters; Teams takes %(limit)s.",
    "An outgoing webhook has no way back: write a Workflows address in the settings of the inbox.",
    "Ready to listen. Without a Workflows address this inbox cannot answer.",
    "A test message was handed to Teams: look into the channel.",
    "Microsoft knows the app, and publishes %(count)s keys for its messages.",
    "The app was removed from a team or a chat.",
    "%(word)s is no name of a host.",
)


def judge(answer: Answer) -> Failure | None:
    """The failure in an answer of a service address; None for a success."""
    if answer.is_success:
        return None
    error = object_of((answer.json_object() or {}).get("error"))
    code, told = text_of(error.get("code"), 80), text_of(error.get("message"), 300)
    plain = failure_by_status(answer, _PLAIN.get(code) or told)
    kind = _CODES.get(code) or _AGAIN.get(answer.status) or plain.error
    wait = plain.retry_after if kind is ErrorClass.RETRY_AFTER else answer.retry_after
    concerns_message = kind is ErrorClass.CONFIG and (code in _OF_MESSAGE or answer.status == 403)
    return Failure(kind, plain.reason, code or plain.code, wait, of_message=concerns_message)


def judge_sign_in(answer: Answer) -> Failure | None:
    """The failure in an answer of Microsoft's sign-in; None for a success."""
    if answer.is_success:
        return None
    document = answer.json_object() or {}
    code = text_of(document.get("error"), 80)
    told = text_of(document.get("error_description"), 1000).partition("\n")[0].partition(" Trace ID")[0]
    if code in {"invalid_client", "unauthorized_client", "invalid_request", "invalid_grant"}:
        return Failure(ErrorClass.REAUTH, told[:300] or "Microsoft does not accept the app's password.", code)
    return failure_by_status(answer, told)


def access_token(config: Any, *, trusted: bool) -> str:
    """A token with which the bot may answer; good for an hour, asked for again before. Raises SendRefused."""

    def ask() -> Token:
        login = Rest(config.login_base, {}, judge_sign_in, (config.app_password,), trusted=trusted)
        asked = {"grant_type": "client_credentials", "client_id": config.app_id, "scope": SCOPE}
        asked["client_secret"] = config.app_password
        path = f"{quote(config.tenant, safe='')}/oauth2/v2.0/token"
        answer = login.json("POST", path, repeatable=True, data=asked)
        token = text_of(answer.get("access_token"), 10_000)
        if not token:
            raise SendRefused(login.nonsense(repeatable=True))
        lasts = answer.get("expires_in")
        return Token(token, float(lasts) if isinstance(lasts, int | float) else 3600.0)

    return _tokens.get(ask, config.login_base, config.tenant, config.app_id, config.app_password)


def forget_token(config: Any) -> None:
    """Drop a token that was refused."""
    _tokens.forget(config.login_base, config.tenant, config.app_id, config.app_password)


# --- a bot answers ---------------------------------------------------------------------------------------------------------


def answer(config: Any, outgoing: Outgoing, *, trusted: bool) -> Sent:
    """Write into the conversation of the message that is answered. Raises SendRefused."""
    conversation = text_of(outgoing.extra.get("conversation"), 1000)
    service_url = text_of(outgoing.extra.get("service_url"), 500)
    if not conversation or not service_url:
        reason = "A conversation in Teams must be begun there: the app cannot write first."
        raise SendRefused(Failure(ErrorClass.RECIPIENT_GONE, reason))
    if not is_known_connector(service_url, config.known_hosts()):
        raise SendRefused(
            Failure(ErrorClass.CONFIG, "The address of the service is not one of Teams.", of_message=True)
        )
    check(outgoing)
    path = f"v3/conversations/{quote(conversation, safe='')}/activities"
    body = _activity(outgoing)
    try:
        document = _connector(config, service_url, trusted).json("POST", path, repeatable=False, json=body)
    except SendRefused as refusal:
        if refusal.failure.error is not ErrorClass.REAUTH:
            raise
        forget_token(config)  # it may have ended early; a 401 means that nothing was taken
        document = _connector(config, service_url, trusted).json("POST", path, repeatable=False, json=body)
    activity_id = text_of(document.get("id"), 200)
    if not activity_id:
        raise SendRefused(_connector(config, service_url, trusted).nonsense(repeatable=False))
    return Sent((message_id(conversation, activity_id),))


def _connector(config: Any, service_url: str, trusted: bool) -> Rest:
    token = access_token(config, trusted=trusted)
    headers = {"authorization": f"Bearer {token}"}
    return Rest(service_url, headers, judge, (token, config.app_password), trusted=trusted)


def _activity(outgoing: Outgoing) -> dict[str, Any]:
    _, _, answered = outgoing.reply_to.partition(":")
    bot = text_of(outgoing.extra.get("bot"), 250)
    return {
        "type": "message",
        "text": outgoing.text,
        "textFormat": "plain",
        **({"from": {"id": bot}} if bot else {}),
        **({"replyToId": answered} if answered else {}),
    }


def check(outgoing: Outgoing) -> None:
    """Raises SendRefused for what Teams does not take."""
    if outgoing.files:
        raise SendRefused(Failure(ErrorClass.CONTENT, "Files cannot be sent to Teams: write a link."))
    if not outgoing.text:
        raise SendRefused(Failure(ErrorClass.CONTENT, "The message is empty."))
    length = len(outgoing.text.encode("utf-16-le", "surrogatepass")) // 2
    if length > MAX_TEXT:
        reason = f"The text has {length} characters; Teams takes {MAX_TEXT}."
        raise SendRefused(Failure(ErrorClass.CONTENT, reason))


# --- one way ---------------------------------------------------------------------------------------------------------------


def post_card(config: Any, text: str, title: str, *, trusted: bool, repeatable: bool = False) -> None:
    """Hand a card to a Workflows address, which puts it into its channel. Raises SendRefused."""
    blocks = [{"type": "TextBlock", "text": title, "weight": "Bolder", "wrap": True}] if title else []
    # RichTextBlock shows its text as it is; a TextBlock would read it as Markdown.
    runs = [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text}]}]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [*blocks, *runs],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    body = {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": card}]}
    address = config.workflow_url
    network = Rest(address, {}, judge, (address,), trusted=trusted)
    taken = network.ask("POST", address, repeatable=repeatable, json=body)
    if taken.body.lstrip()[:1] == b"<":  # a page is no flow that took it
        raise SendRefused(network.nonsense(repeatable=repeatable))
