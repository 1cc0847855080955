"""How a customer can be reached in a conversation: on which account, with which handle, within which limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ascolto.channels.ailments import why_dead
from ascolto.channels.capabilities import Capabilities, Counting, Limits, measured_length
from ascolto.channels.choosing import leave_as_buttons, written
from ascolto.channels.models import ChannelAccount
from ascolto.channels.registry import get_adapter
from ascolto.conversations.models import Conversation, Delivery, Direction, Message, Visibility
from ascolto.conversations.signing import signed
from ascolto.customers.models import Identity
from ascolto.gates import Gate, Refused, register
from ascolto.kit.clock import now


@dataclass(frozen=True, slots=True)
class Reach:
    """One way to the customer. `window_ends_at`: until when a free answer of a person may leave (None: no window).

    `from_public`: a private answer to what was said in public; `is_spent`: the network allows one, and it was given.
    `blocked_why`: the customer wants (or gets) no message there: stop, blocked, gone. What they said in public may be
    answered in public all the same.
    """

    account: ChannelAccount
    identity_id: int | None
    answers_id: int | None  # the customer's message that would be answered
    visibility: str
    window_ends_at: datetime | None
    machine_window_ends_at: datetime | None = None  # the same for what no person wrote
    from_public: bool = False
    is_spent: bool = False
    blocked_why: str = ""

    @property
    def capabilities(self) -> Capabilities:
        return self.account.capabilities

    @property
    def limits(self) -> Limits:
        return self.capabilities.limits(self.visibility)

    @property
    def is_window_open(self) -> bool:
        return self.window_ends_at is None or self.window_ends_at > now()

    def is_open_for(self, *, automatic: bool) -> bool:
        """Whether a free answer may leave now; a machine may have less time than a person."""
        ends = self.machine_window_ends_at if automatic else self.window_ends_at
        return ends is None or ends > now()


def reaches(conversation: Conversation) -> list[Reach]:
    """Every way the customer has used in this conversation, the last used first; public and private apart.

    What was said in public may also be answered privately, where the network has a way from one to the other.
    """
    seen: dict[tuple[int, str], Reach] = {}
    publicly: dict[int, list[Message]] = {}
    for message in _heard(conversation):
        if message.account is None or (message.removed_at and message.visibility == Visibility.PUBLIC):
            continue
        key = (message.account.pk, message.visibility)
        if key not in seen:
            seen[key] = _reach(message, message.account)
        if message.visibility == Visibility.PUBLIC:
            publicly.setdefault(message.account.pk, []).append(message)
    for account, messages in publicly.items():
        if (account, Visibility.PRIVATE) not in seen and (way := _private_reply(messages)) is not None:
            seen[(account, Visibility.PRIVATE)] = way
    return list(seen.values()) or _begun_by_us(conversation)


def _begun_by_us(conversation: Conversation) -> list[Reach]:
    """The way of a conversation that a colleague began (`beginning.begin`): where it began, to the handle of that network.

    A window is closed there: a template may leave.
    """
    first = (
        Message.objects.filter(conversation=conversation).exclude(visibility=Visibility.NOTE).order_by("pk")
    )
    opener = first.select_related("account", "identity").first()
    if opener is not None and (
        opener.direction != Direction.OUT or opener.agent_id is None or opener.in_reply_to_id
    ):
        return []
    account = conversation.account
    spaces = get_adapter(account.kind).namespaces
    theirs = Identity.objects.filter(customer=conversation.customer_id, namespace__in=spaces, scope="")
    identity = (opener.identity if opener else None) or theirs.order_by("pk").first()
    if identity is None or not identity.is_proven:
        return []
    limits = account.capabilities.limits(Visibility.PRIVATE.value)
    human, machine = limits.window(), limits.window(automatic=True)
    return [
        Reach(
            account=account,
            identity_id=identity.pk,
            answers_id=None,
            visibility=Visibility.PRIVATE.value,
            window_ends_at=conversation.created_at if human else None,
            machine_window_ends_at=conversation.created_at if machine else None,
            blocked_why=(identity.blocked_why or "blocked") if identity.blocked_at else "",
        )
    ]


def _heard(conversation: Conversation) -> Iterable[Message]:
    incoming = Message.objects.filter(
        conversation=conversation, direction=Direction.IN, account__isnull=False
    )
    return (
        incoming.select_related("account__health", "identity")
        .only(
            "id",
            "account",
            "visibility",
            "occurred_at",
            "removed_at",
            "identity__blocked_at",
            "identity__blocked_why",
        )
        .order_by("-occurred_at", "-id")[:200]
    )


def _reach(message: Message, account: ChannelAccount) -> Reach:
    limits = account.capabilities.limits(message.visibility)
    human, machine = limits.window(), limits.window(automatic=True)
    return Reach(
        account=account,
        identity_id=message.identity_id,
        answers_id=message.pk,
        visibility=message.visibility,
        window_ends_at=message.occurred_at + human if human else None,
        machine_window_ends_at=message.occurred_at + machine if machine else None,
        blocked_why=_blocked_why(message) if message.visibility == Visibility.PRIVATE else "",
    )


def _blocked_why(message: Message) -> str:
    identity = message.identity
    return (identity.blocked_why or "blocked") if identity is not None and identity.blocked_at else ""


def _private_reply(messages: Sequence[Message]) -> Reach | None:
    """The way from public messages of one account (newest first) into private; None where the network has none."""
    account = messages[0].account
    assert account is not None
    can = account.capabilities
    if can.private_reply not in {"once", "free"}:
        return None
    answered = _answered_privately(messages) if can.private_reply == "once" else set()
    fresh = [message for message in messages if message.pk not in answered]
    message = (fresh or messages)[0]
    window = can.private_reply_window
    ends = message.occurred_at + window if window else None
    return Reach(
        account=account,
        identity_id=message.identity_id,
        answers_id=message.pk,
        visibility=Visibility.PRIVATE.value,
        window_ends_at=ends,
        machine_window_ends_at=ends,
        from_public=True,
        is_spent=not fresh,
        blocked_why=_blocked_why(message),
    )


def _answered_privately(messages: Sequence[Message]) -> set[int | None]:
    replies = Message.objects.filter(
        in_reply_to__in=[message.pk for message in messages],
        direction=Direction.OUT,
        visibility=Visibility.PRIVATE,
    ).exclude(delivery=Delivery.FAILED)
    return set(replies.values_list("in_reply_to_id", flat=True))


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


def reach_to(
    conversation: Conversation, answered: int, *, visibility: str, account: ChannelAccount | None = None
) -> Reach:
    """The way of an answer to this one message of the customer, by its number. Raises Refused where it cannot be answered so."""
    rows = Message.objects.filter(conversation=conversation, direction=Direction.IN, account__isnull=False)
    message = rows.filter(pk=answered).select_related("account", "identity").first()
    if message is None or message.account is None or message.visibility == Visibility.NOTE:
        raise Refused(
            "not_here", "The message to answer is not in this conversation.", fix="Choose another message."
        )
    if account is not None and account.pk != message.account.pk:
        raise Refused(
            "other_channel",
            "The message to answer came on another channel.",
            fix="Answer on its channel, or without naming it.",
        )
    if message.visibility == visibility:
        return _reach_to(conversation, message, message.account)
    way = _private_reply([message]) if visibility == Visibility.PRIVATE else None
    if way is None:
        raise Refused(
            "other_readers",
            "The message to answer has other readers than the answer.",
            fix="Answer it where it was written.",
        )
    return way


def _reach_to(conversation: Conversation, message: Message, account: ChannelAccount) -> Reach:
    """The time to answer runs from what the customer wrote last, whichever message is answered."""
    usual = reach_of(conversation, visibility=message.visibility, account=account)
    named = _reach(message, account)
    if usual.from_public or usual.window_ends_at is None or named.window_ends_at is None:
        return named
    later = usual if usual.window_ends_at > named.window_ends_at else named
    return replace(
        named,
        window_ends_at=later.window_ends_at,
        machine_window_ends_at=later.machine_window_ends_at,
    )


def channel_allows(attempt: Any) -> None:
    """The channel's own rules at Gate.SEND: alive, public or private as drafted, wanted, length, window, files.

    Raises Refused with the reason and the way out.
    """
    reach = attempt.reach
    _check_account(reach)
    if attempt.visibility != reach.visibility:
        raise Refused(
            "wrong_target", "This text was written for other readers.", fix="Choose who should read it."
        )
    _check_customer(reach)
    if not attempt.text and not attempt.files and not attempt.template:
        raise Refused("empty", "The message is empty.", fix="Write something or attach a file.")
    _check_length(reach, _as_it_leaves(reach, attempt))
    _check_window(reach, attempt.template, automatic=attempt.agent is None)
    _check_files(reach, attempt.files)


def _as_it_leaves(reach: Reach, attempt: Any) -> str:
    """The text with what stands below it: its choices, where the network draws no buttons, and the signature."""
    text, choices = attempt.text, attempt.choices
    sheet, side = reach.capabilities, reach.visibility
    if choices and not leave_as_buttons(choices, sheet, visibility=side, from_public=reach.from_public):
        room = measured_length(f"\n{attempt.signature}", reach.limits.counting)
        text = written(text, choices, reach.limits, room=room)
    return signed(text, attempt.signature)


def _check_account(reach: Reach) -> None:
    name = reach.account.name
    if not reach.account.is_enabled:
        raise Refused("channel_off", f"{name} is switched off.", fix="Choose another channel.")
    if not reach.capabilities.answers:
        raise Refused(
            "read_only",
            f"{name} takes no answers from here.",
            fix="Answer on the network's own page, then note it here.",
        )
    if reason := why_dead(reach.account, getattr(reach.account, "health", None)):
        raise Refused("channel_dead", reason, fix="Choose another channel.")


def _check_customer(reach: Reach) -> None:
    name = reach.account.name
    if reach.blocked_why:
        fix = (
            "Only the customer can allow them again, by writing START."
            if reach.blocked_why == "stop"
            else "Use another channel, or wait for the customer to write."
        )
        raise Refused("customer_blocked", f"{BLOCKED[reach.blocked_why] % {'name': name}}", fix=fix)
    if reach.is_spent:
        raise Refused(
            "answered_privately",
            f"{name} allows one private answer to a public message, and it was given.",
            fix="Answer in public, or wait for the customer to write privately.",
        )


BLOCKED = {
    "stop": "The customer asked for no messages on %(name)s.",
    "blocked": "The customer does not take messages on %(name)s.",
    "gone": "The customer's account on %(name)s does not exist any more.",
}


def _check_length(reach: Reach, text: str) -> None:
    limits = reach.limits
    length = measured_length(text, limits.counting)
    if length > limits.max_length:
        raise Refused(
            "too_long",
            f"{length} of {limits.max_length} {UNITS[limits.counting]} that {reach.account.name} takes.",
            fix="Shorten the text or send it in two messages.",
        )


UNITS = {
    Counting.CHARACTERS: "characters",
    Counting.UTF16: "characters",
    Counting.BYTES: "bytes",
    Counting.GRAPHEMES: "characters",
    Counting.WEIGHTED: "characters",
    Counting.LINKS_23: "characters",
}


def _check_window(reach: Reach, template: object, *, automatic: bool) -> None:
    if template or reach.is_open_for(automatic=automatic):
        return
    fix = (
        "Send an approved template."
        if reach.capabilities.templates
        else "Wait for the customer to write, or use another channel."
    )
    raise Refused("window_closed", f"The time to answer on {reach.account.name} is over.", fix=fix)


def _check_files(reach: Reach, files: Sequence[Any]) -> None:
    limits = reach.limits.attachments
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


register(Gate.SEND, "channel", channel_allows)
