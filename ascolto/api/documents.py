"""What the API says: one Struct for each kind of answer. The OpenAPI description is made from these."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

Status = Literal["open", "pending", "on_hold", "resolved"]
Priority = Literal["low", "normal", "high", "urgent"]
Intent = Literal["question", "complaint", "praise", "idea", "cancellation", "spam", "thanks", "other"]
Sentiment = Literal["negative", "neutral", "positive"]
MessageVisibility = Literal["private", "public", "note"]
DeliveryState = Literal["queued", "sending", "uncertain", "failed", "sent", "delivered", "read"]


class Meta(Struct, frozen=True):
    """`next_cursor` asks for the next page; null on the last one."""

    next_cursor: str | None


class Reference(Struct, frozen=True):
    """Somebody or something with a name; ask its own address for more."""

    id: int
    name: str


class Identity(Struct, frozen=True):
    """A handle of a customer on a network. `is_proven`: the network or the company vouches for it."""

    id: int
    namespace: str
    value: str
    is_proven: bool
    opted_out_at: datetime | None


class Customer(Struct, frozen=True):
    """A person (or a firm) who writes to the company, with every handle."""

    id: int
    name: str
    language: str
    about: str
    created_at: datetime
    identities: list[Identity]
    group: Reference | None = None  # what the company promises may differ by group
    number: str = ""  # the id with its check digit, as people read it to each other
    merged_into: int | None = None  # the customer of whom this one is part


class CustomerList(Struct, frozen=True):
    data: list[Customer]
    meta: Meta


class CustomerSummary(Struct, frozen=True):
    """The customer of a conversation; with `expand=customer` also what follows the name."""

    id: int
    name: str
    language: str | UnsetType = UNSET
    about: str | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET
    identities: list[Identity] | UnsetType = UNSET


class ChannelSummary(Struct, frozen=True):
    """The inbox in which a conversation began; with `expand=channel`."""

    id: int
    kind: str
    name: str


class Attachment(Struct, frozen=True):
    """A file. `state`: pending (still with the network), ready, failed. `url` answers its bytes."""

    id: int
    name: str
    content_type: str
    size: int
    state: Literal["pending", "ready", "failed"]
    url: str


class Author(Struct, frozen=True):
    """Who wrote a message. `id` is an agent's or a customer's, after `kind`; null for bots and the system."""

    kind: Literal["customer", "agent", "bot", "system"]
    id: int | None
    name: str


class Reaction(Struct, frozen=True):
    emoji: str
    occurred_at: datetime


class PersonalDatum(Struct, frozen=True):
    """A place that holds personal data: its kind (fiscal_code, iban, phone, …) and where it stands; never the value.

    `start` and `end` count characters of what was read: `extra.visible_text` where a message has it, else `text`; where it begins a
    conversation and has a subject, that and a line break come first. `is_checked`: its check digits are right, where the kind has any.
    """

    kind: str
    start: int
    end: int
    is_checked: bool


class Because(Struct, frozen=True):
    """One thing that moved an answer: `kind` is word, sign or meaning (the sense of the whole text, which `what` leaves empty).

    `weight`: its share of the log-odds for the answer; below zero it spoke against it.
    """

    kind: str
    what: str
    weight: float


class Alike(Struct, frozen=True):
    """A group of messages that say the same: how many customers are in it."""

    id: int
    customers: int


class Reading(Struct, frozen=True):
    """What is understood of a message. Fields in `corrected` say what a person said, the others what a model says.

    `strength`: of the feeling, -1 very negative to 1 very positive. `anger`: a probability. `probabilities`: of the answers given, by
    field. `unsure`: fields whose answer is a guess. `because`: the reasons by field, the strongest first. `versions`: the model
    behind each field. A field that no model answered yet is empty. `read_at`: when it was read last.
    """

    message_id: int
    language: str
    language_probability: float
    second_language: str
    sentiment: Sentiment | Literal[""]
    strength: float
    anger: float
    urgency: Priority
    intent: Intent | Literal[""]
    topic: Reference | None
    needs_answer: bool
    personal: list[PersonalDatum]
    probabilities: dict[str, float]
    unsure: list[str]
    because: dict[str, list[Because]]
    versions: dict[str, str]
    corrected: list[str]
    lookalike: Alike | None
    read_at: datetime


class Correction(Struct, frozen=True):
    """What a person said against a model. `withdrawn_at`: when they took it back."""

    id: int
    field: str
    was: str
    became: str
    version: str
    agent: Reference | None
    created_at: datetime
    withdrawn_at: datetime | None


class CorrectionList(Struct, frozen=True):
    data: list[Correction]
    meta: Meta


class Lookalike(Struct, frozen=True):
    """Customers who say the same in nearly the same words, among the conversations that the token's agent may see.

    `first_message_id` and `preview`: what the first of them wrote. `GET /conversations?lookalike={id}` lists their conversations.
    """

    id: int
    customers: int
    first_message_id: int
    preview: str
    last_at: datetime


class LookalikeList(Struct, frozen=True):
    data: list[Lookalike]
    meta: Meta


class Topic(Struct, frozen=True):
    """One of the matters that customers write about. `label_id`: conversations with this label are examples of it."""

    id: int
    name: str
    description: str
    label_id: int | None
    is_active: bool


class TopicList(Struct, frozen=True):
    data: list[Topic]
    meta: Meta


class Message(Struct, frozen=True):
    """One message or note. `delivery` is null for what did not leave the house: notes and incoming messages.

    `reading`: what is understood of it; null until it was read (a moment after it came) and for notes.
    """

    id: int
    conversation_id: int
    direction: Literal["in", "out"]
    visibility: MessageVisibility
    author: Author
    channel: str | None
    channel_id: int | None
    kind: str
    subject: str
    text: str
    html: str
    attachments: list[Attachment]
    reactions: list[Reaction]
    external_id: str | None
    in_reply_to: int | None
    is_automatic: bool
    delivery: DeliveryState | None
    delivery_error: str
    extra: dict[str, Any]
    occurred_at: datetime
    created_at: datetime
    edited_at: datetime | None
    removed_at: datetime | None
    reading: Reading | None


class MessageList(Struct, frozen=True):
    data: list[Message]
    meta: Meta


class Conversation(Struct, frozen=True):
    """What one customer and the company say to each other about one matter, over all channels.

    `channels` are the kinds of networks used, the last used first; `channel_id` is the inbox in which it began. `merged_into_id`: where
    it goes on, of one that became part of another.
    """

    id: int
    number: str
    status: Status
    priority: Priority
    subject: str
    customer: CustomerSummary
    channels: list[str]
    channel_id: int
    assignee: Reference | None
    team: Reference | None
    labels: list[str]
    has_public: bool
    is_spam: bool
    preview: str
    waiting_since: datetime | None
    due_at: datetime | None
    promised_for: datetime | None
    snoozed_until: datetime | None
    last_message_at: datetime
    last_inbound_at: datetime | None
    resolved_at: datetime | None
    created_at: datetime
    merged_into_id: int | None
    version: int
    channel: ChannelSummary | UnsetType = UNSET
    last_message: Message | UnsetType | None = UNSET


class ConversationList(Struct, frozen=True):
    data: list[Conversation]
    meta: Meta


class Health(Struct, frozen=True):
    """How an inbox does: broken (somebody must act), waiting (paused by the network), working, quiet.

    `error_class` sorts `error` (reauth, config, abuse_stop, retry, …). `silent_since`: since when fewer messages come than
    its own history lets expect. `token_expires_at`: when the network's permission ends. `blocked` says why no answer can
    leave; it is empty when one can.
    """

    state: Literal["broken", "waiting", "working", "quiet"]
    error: str
    error_at: datetime | None
    paused_until: datetime | None
    last_in_at: datetime | None
    last_out_at: datetime | None
    error_class: str = ""
    silent_since: datetime | None = None
    token_expires_at: datetime | None = None
    blocked: str = ""


Counting = Literal["characters", "utf16", "bytes", "graphemes", "weighted", "links_23"]


class Abilities(Struct, frozen=True):
    """What the network can do. `reply_window_seconds`: how long after the customer's message a free answer may leave.

    `answers`: false where the network takes none from here. `private_reply`: how a public message may be answered privately: `once`,
    `free` or only by a `link`; null where it may not. `moderates`: what can be done to public messages.
    """

    private: bool
    public: bool
    max_length: int
    counting: Counting
    reply_window_seconds: int | None
    templates: bool
    attachments: bool
    receipts: list[str]
    answers: bool
    public_max_length: int | None
    public_counting: Counting | None
    private_reply: Literal["once", "free", "link"] | None
    moderates: list[str]
    audience: Literal["customers", "departments", "listening"]


class Channel(Struct, frozen=True):
    """A connected account of a network. Secret settings are never told; `secrets` names those that are set.

    `settings`, `secrets` and `hook_url` are for administrators, null for others. `abilities` is null when the package of
    this kind of channel is not installed any more.
    """

    id: int
    kind: str
    name: str
    language: str
    is_enabled: bool
    teams: list[Reference]
    settings: dict[str, str] | None
    secrets: list[str] | None
    hook_url: str | None
    health: Health
    abilities: Abilities | None
    created_at: datetime
    changed_at: datetime


class ChannelList(Struct, frozen=True):
    data: list[Channel]
    meta: Meta


class Agent(Struct, frozen=True):
    """A person of the company who can answer customers."""

    id: int
    name: str
    email: str
    role: Literal["administrator", "lead", "agent", "guest"]
    teams: list[int]


class AgentList(Struct, frozen=True):
    data: list[Agent]
    meta: Meta


class TeamList(Struct, frozen=True):
    data: list[Reference]
    meta: Meta


class Token(Struct, frozen=True):
    """The key that asked. Its clear text is never told again."""

    id: int
    name: str
    scopes: list[str]
    created_at: datetime


class Me(Struct, frozen=True):
    agent: Agent
    token: Token
