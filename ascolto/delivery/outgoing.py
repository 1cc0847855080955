"""A dispatch as its adapter sends it. Nothing has left yet while it is put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from pathlib import Path

from ascolto.channels.capabilities import measured_length
from ascolto.channels.choosing import kept_choices, laid_out
from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import (
    Account,
    Adapter,
    ErrorClass,
    Failure,
    File,
    Handle,
    Outgoing,
    SendRefused,
)
from ascolto.channels.registry import UnknownChannel
from ascolto.channels.selectors import health_of
from ascolto.channels.starred import starred
from ascolto.conversations.files import path_of
from ascolto.conversations.models import Attachment, Direction, Message
from ascolto.conversations.signing import signed
from ascolto.customers.models import Identity
from ascolto.delivery.models import Dispatch
from ascolto.kit.clock import now

REFERENCES = 30  # external ids of a thread that a message names, the newest


@dataclass(frozen=True, slots=True)
class Parcel:
    """Everything that a sending thread needs; it never touches the database."""

    dispatch: Dispatch
    adapter: Adapter
    account: Account
    outgoing: Outgoing
    window_ends_at: (
        datetime | None
    )  # after it only a new message of the customer, or a template, opens the channel


class Accounts:
    """Accounts as adapters see them; opened again when their settings change."""

    def __init__(self) -> None:
        self._opened: dict[int, tuple[datetime, Account]] = {}

    def open(self, row: ChannelAccount) -> tuple[Adapter, Account]:
        """The adapter and the opened account. Raises SendRefused when its settings cannot be used."""
        try:
            adapter = row.adapter
            known = self._opened.get(row.pk)
            if known is None or known[0] != row.changed_at:
                known = self._opened[row.pk] = (row.changed_at, row.as_account())
        except UnknownChannel as error:
            raise SendRefused(Failure(ErrorClass.CONFIG, str(error))) from error
        except Exception as error:  # a key that does not open the secrets, a setting that is missing
            reason = f"The settings of {row.name} cannot be read: {error}"
            raise SendRefused(Failure(ErrorClass.CONFIG, reason)) from error
        return adapter, known[1]


def prepare(dispatch: int, accounts: Accounts) -> Parcel:
    """Put a dispatch together. Raises SendRefused when it cannot leave at all."""
    row = Dispatch.objects.select_related(
        "account__health",
        "message__conversation__customer",
        "message__identity",
        "message__agent",
        "message__in_reply_to",
    ).get(pk=dispatch)
    _refuse_stopped(row.account)
    adapter, account = accounts.open(row.account)
    window_ends_at = None if row.template else _window_end(row)
    if window_ends_at is not None and window_ends_at <= now():
        raise SendRefused(
            Failure(ErrorClass.WINDOW_CLOSED, "The time to answer was over before it could be sent.")
        )
    recipient = _recipient(row.message, account, adapter)
    return Parcel(row, adapter, account, _outgoing(row, account, recipient), window_ends_at)


def _refuse_stopped(account: ChannelAccount) -> None:
    """A network that says "abuse" must not be asked again before a person looked at it."""
    health = health_of(account)
    if health.error_class == ErrorClass.ABUSE_STOP:
        raise SendRefused(Failure(ErrorClass.ABUSE_STOP, health.error))


def _window_end(row: Dispatch) -> datetime | None:
    message, can = row.message, row.account.capabilities
    if _is_from_public(message):
        began = message.in_reply_to.occurred_at if message.in_reply_to else message.occurred_at
        return began + can.private_reply_window if can.private_reply_window else None
    window = can.limits(message.visibility).window(automatic=message.is_automatic or message.agent_id is None)
    if window is None:
        return None
    last = _heard_at(message)
    return last + window if last else None


def _heard_at(message: Message) -> datetime | None:
    """When the customer last wrote on this side of the channel."""
    heard = Message.objects.filter(
        account_id=message.account_id, direction=Direction.IN, visibility=message.visibility
    )
    same = (
        {"identity": message.identity_id}
        if message.identity_id
        else {"conversation": message.conversation_id}
    )
    return heard.filter(**same).order_by("-occurred_at").values_list("occurred_at", flat=True).first()


def _is_from_public(message: Message) -> bool:
    """Whether it answers privately what was said in public."""
    answered = message.in_reply_to
    return message.visibility == "private" and answered is not None and answered.visibility == "public"


def _outgoing(row: Dispatch, account: Account, recipient: tuple[Handle, ...]) -> Outgoing:
    message, conversation = row.message, row.message.conversation
    answered = message.in_reply_to
    unsigned = Outgoing(
        tracker=row.tracker,
        recipient=recipient,
        text=_marked(row, message),
        visibility="public" if message.visibility == "public" else "private",
        from_public=_is_from_public(message),
        html=message.html,
        subject=message.subject or conversation.subject,
        files=tuple(_file(attachment) for attachment in message.attachments.all()),
        author_name=message.agent.name if message.agent else "",
        automatic=message.is_automatic,
        language=conversation.customer.language or account.language,
        reply_to=(answered.external_id or "") if answered else "",
        references=_references(message),
        conversation_token=str(conversation.pk),
        template=row.template,
        heard_at=_heard_at(message),
        extra=answered.extra if answered else {},
        choices=kept_choices(message.extra.get("choices")),
    )
    signature = "" if row.template else str(message.extra.get("signature", ""))
    sheet = row.account.capabilities
    room = measured_length(f"\n{signature}", sheet.limits(message.visibility).counting)
    made = laid_out(unsigned, sheet, room=room)
    return replace(made, text=signed(made.text, signature), html=_signed_html(made.html, signature))


def _marked(row: Dispatch, message: Message) -> str:
    """The text, emphasised with signs where the network reads those."""
    is_starred = message.html and not row.template and row.account.capabilities.marks == "stars"
    return starred(message.html) if is_starred else message.text


def _signed_html(html: str, signature: str) -> str:
    """The page of a mail with the same signature below it; one that ends with it already is signed once."""
    written = "<br>".join(escape(line) for line in signature.strip().splitlines())
    if not html or not written or written in html[-len(written) - 200 :]:
        return html
    head, end, rest = html.rpartition("</body>")
    return f"{head}<p>{written}</p>{end}{rest}" if end else f"{html}<p>{written}</p>"


def _recipient(message: Message, account: Account, adapter: Adapter) -> tuple[Handle, ...]:
    """The handle the customer wrote with, then theirs of other namespaces by which this network addresses people.

    A handle nobody vouches for counts only on the account where it was claimed, a retired one nowhere. Raises SendRefused
    for nobody.
    """
    here = f"{account.kind}:{account.id}"
    own = message.identity if message.identity and message.identity.scope in {"", here} else None
    spaces = [space for space in adapter.namespaces if own is None or space != own.namespace]
    others = Identity.objects.filter(
        customer=message.conversation.customer_id, namespace__in=spaces, scope__in=["", here]
    )
    ordered = sorted(others, key=lambda identity: (spaces.index(identity.namespace), identity.pk))
    handles = [
        Handle(identity.namespace, identity.value, identity.is_proven)
        for identity in ([own, *ordered] if own else ordered)
    ]
    if not handles:
        raise SendRefused(
            Failure(ErrorClass.RECIPIENT_GONE, "No address of the customer is known on this channel.")
        )
    return tuple(handles)


def _references(message: Message) -> tuple[str, ...]:
    thread = Message.objects.filter(
        conversation=message.conversation_id,
        account=message.account_id,
        visibility=message.visibility,
        external_id__isnull=False,
    )
    newest = thread.order_by("-occurred_at", "-id").values_list("external_id", flat=True)[:REFERENCES]
    return tuple(external for external in reversed(newest) if external)


def _file(attachment: Attachment) -> File:
    try:
        path = path_of(attachment)
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        raise SendRefused(
            Failure(ErrorClass.CONTENT, f"The file {attachment.name} is not there any more.")
        ) from error
    return File(
        name=attachment.name,
        content_type=attachment.content_type,
        size=size,
        read=_reader(path, attachment.name),
    )


def _reader(path: Path, name: str) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise SendRefused(Failure(ErrorClass.CONTENT, f"The file {name} cannot be read.")) from error

    return read
