"""How a customer can be reached in a conversation: on which account, with which handle, within which limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ascolto.channels.capabilities import Capabilities, measured_length
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.models import Conversation, Direction, Message, Visibility
from ascolto.gates import Gate, Refused, register
from ascolto.kit.clock import now


@dataclass(frozen=True, slots=True)
class Reach:
    """One way to the customer. `window_ends_at`: until when a free answer may leave (None: no window)."""

    account: ChannelAccount
    identity_id: int | None
    answers_id: int | None  # the customer's message that would be answered
    visibility: str
    window_ends_at: datetime | None

    @property
    def capabilities(self) -> Capabilities:
        return self.account.adapter.capabilities

    @property
    def is_window_open(self) -> bool:
        return self.window_ends_at is None or self.window_ends_at > now()


def reaches(conversation: Conversation) -> list[Reach]:
    """Every way the customer has used in this conversation, the last used first; public and private apart."""
    seen: dict[tuple[int, str], Reach] = {}
    incoming = (
        Message.objects.filter(conversation=conversation, direction=Direction.IN, account__isnull=False)
        .select_related("account")
        .only("id", "account", "identity_id", "visibility", "occurred_at")
        .order_by("-occurred_at", "-id")[:200]
    )
    for message in incoming:
        key = (message.account_id or 0, message.visibility)
        if key not in seen and message.account is not None:
            seen[key] = _reach(message, message.account)
    return list(seen.values())


def _reach(message: Message, account: ChannelAccount) -> Reach:
    window = account.adapter.capabilities.reply_window
    return Reach(
        account=account,
        identity_id=message.identity_id,
        answers_id=message.pk,
        visibility=message.visibility,
        window_ends_at=message.occurred_at + window if window else None,
    )


def reach_of(conversation: Conversation, *, visibility: str, account: ChannelAccount | None = None) -> Reach:
    """The way an answer would take. Raises Refused when there is none."""
    if visibility not in {Visibility.PRIVATE, Visibility.PUBLIC}:
        raise Refused("unknown_visibility", f"{visibility!r} is not private or public.")
    for reach in reaches(conversation):
        if reach.visibility == visibility and (account is None or reach.account.pk == account.pk):
            return reach
    where = f" on {account.name}" if account else ""
    what = "publicly" if visibility == Visibility.PUBLIC else "privately"
    raise Refused(
        "no_way",
        f"The customer has not written {what}{where} in this conversation.",
        fix="Choose another channel.",
    )


def channel_allows(attempt: object) -> None:
    """The channel's own rules at Gate.SEND: switched on, public or private as drafted, length, window, files.

    Raises Refused with the reason and the way out.
    """
    reach, text = attempt.reach, attempt.text  # type: ignore[attr-defined]
    files, template = attempt.files, attempt.template  # type: ignore[attr-defined]
    capabilities = reach.capabilities
    if not reach.account.is_enabled:
        raise Refused("channel_off", f"{reach.account.name} is switched off.", fix="Choose another channel.")
    if attempt.visibility != reach.visibility:  # type: ignore[attr-defined]
        raise Refused(
            "wrong_target", "This text was written for other readers.", fix="Choose who should read it."
        )
    if not text and not files and not template:
        raise Refused("empty", "The message is empty.", fix="Write something or attach a file.")
    length = measured_length(text, capabilities.counting)
    if length > capabilities.max_length:
        raise Refused(
            "too_long",
            f"{length} of {capabilities.max_length} {capabilities.counting.value} that {reach.account.name} takes.",
            fix="Shorten the text or send it in two messages.",
        )
    _check_window(reach, template)
    _check_files(reach, files)


def _check_window(reach: Reach, template: object) -> None:
    if reach.is_window_open or template:
        return
    fix = (
        "Send an approved template."
        if reach.capabilities.templates
        else "Wait for the customer to write, or use another channel."
    )
    raise Refused("window_closed", f"The time to answer on {reach.account.name} is over.", fix=fix)


def _check_files(reach: Reach, files: list) -> None:  # type: ignore[type-arg]
    limits = reach.capabilities.attachments
    if not files:
        return
    if limits is None:
        raise Refused("no_files", f"{reach.account.name} takes no files.", fix="Remove the files.")
    if len(files) > limits.max_count:
        raise Refused(
            "too_many_files", f"At most {limits.max_count} files.", fix="Send them in several messages."
        )
    for file in files:
        if file.size > limits.limit_for(file.content_type):
            raise Refused(
                "file_refused", f"{file.name} is too large or of a kind that {reach.account.name} refuses."
            )


register(Gate.SEND, channel_allows)
