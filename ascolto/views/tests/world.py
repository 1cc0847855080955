"""A small world with conversations of every sort, and every query that can be asked about it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from ascolto.accounts.models import Company
from ascolto.conversations.fields import FIELDS, Closed, Coded, Dated, Lasting, Referred, Written
from ascolto.conversations.models import Conversation, Follower, Label, Message, Priority
from ascolto.customers.models import CustomerGroup
from ascolto.events.log import emit
from ascolto.sla.models import Complaint, SlaClock
from ascolto.testing.factories import make_agent, make_conversation, make_customer, make_inbox, make_team
from ascolto.testing.readings import make_reading
from ascolto.understanding.models import Topic
from ascolto.views.fields import customers, holders, meaning, state, times
from ascolto.views.tests.reference import Told

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
OURS = sorted(field.name for module in (state, holders, times, meaning, customers) for field in module.FIELDS)
WORDS = ["bolletta", "MODEM", "linea ko", "50%", "a_b", "perché"]


class World:
    """Twenty-four conversations of every sort, and the same as plain values."""

    def __init__(self) -> None:
        Company.objects.update_or_create(pk=1, defaults={"time_zone": "Europe/Rome"})
        self.dice = random.Random(6)
        self.care, self.shop = make_team("Care"), make_team("Shop")
        self.marco = make_agent("Marco Villa", teams=[self.care])
        self.anna = make_agent("Anna Neri", "lead")
        self.inboxes = [make_inbox("whatsapp"), make_inbox("email"), make_inbox("webhook")]
        self.labels = [Label.objects.create(name=name) for name in ("urgent", "refund", "vip")]
        self.groups = [CustomerGroup.objects.create(name=name) for name in ("Families", "Firms")]
        self.topics = [Topic.objects.create(name=name) for name in ("Faults", "Bills")]
        self.told = [self._conversation(n) for n in range(24)]

    def _moment(self, hours: int = 200) -> datetime:
        return AT + timedelta(minutes=self.dice.randint(-60 * hours, 60 * 30))

    def _or_none(self, *values: Any) -> Any:
        return self.dice.choice([None, *values])

    def _conversation(self, n: int) -> Told:
        dice = self.dice
        customer = make_customer(f"Giulia {n}", ("email", f"giulia{n}@example.org"))
        group, inbox = self._or_none(*self.groups), dice.choice(self.inboxes)
        customer.group = group
        customer.save()
        theirs = set(dice.sample([one.pk for one in self.labels], dice.randint(0, 2)))
        customer.labels.set(theirs)
        channels = dice.sample(["whatsapp", "email", "webhook", "sms"], dice.randint(1, 3))
        team, holder = self._or_none(self.care, self.shop), self._or_none(self.marco, self.anna)
        columns = {
            "status": dice.choice(["open", "pending", "on_hold", "resolved"]),
            "priority": dice.choice(Priority.values),
            "subject": " ".join(dice.sample(WORDS, 2)),
            "preview": " ".join(dice.sample(WORDS, 2)),
            "channels": ",".join(channels),
            "assignee_id": holder and holder.pk,
            "team_id": team and team.pk,
            "has_public": dice.random() < 0.5,
            "with_bot": dice.random() < 0.3,
            "is_spam": dice.random() < 0.3,
            "snoozed_until": self._or_none(self._moment()),
            "waiting_since": self._or_none(AT - timedelta(minutes=dice.randint(1, 9000))),
            "due_at": self._or_none(self._moment(20)),
            "promised_for": self._or_none(self._moment(20)),
            "created_at": self._moment(),
            "last_message_at": self._moment(),
            "last_inbound_at": AT - timedelta(minutes=1),
        }
        made = make_conversation(inbox, customer=customer, **columns)
        labels = set(dice.sample([one.pk for one in self.labels], dice.randint(0, 3)))
        made.labels.set(labels)
        values = {
            "status": columns["status"],
            "channel": set(channels),
            "inbox": inbox.pk,
            "label": labels,
            "priority": Priority(columns["priority"]).label,
            "public": columns["has_public"],
            "with_bot": columns["with_bot"],
            "snoozed_until": columns["snoozed_until"],
            "spam": columns["is_spam"],
            "subject": columns["subject"],
            "text": columns["preview"],
            "assignee": columns["assignee_id"],
            "team": columns["team_id"],
            "waiting": columns["waiting_since"],
            "due": columns["due_at"],
            "dated_promise": columns["promised_for"] is not None,
            "created": columns["created_at"],
            "last_message": columns["last_message_at"],
            "customer_group": group and group.pk,
            "customer_label": theirs,
        }
        return Told(made.pk, values | self._around(made) | self._meant(made))

    def _around(self, made: Conversation) -> dict[str, Any]:
        """What other rows say of it."""
        dice = self.dice
        followers = dice.sample([self.marco, self.anna], dice.randint(0, 2))
        for agent in followers:
            Follower.objects.create(conversation=made, agent=agent)
        reopened, broken, complaint = (dice.random() < 0.4 for _ in range(3))
        if reopened:
            emit("conversation.reopened", conversation=made.pk, customer=made.customer_id)
        if broken:
            SlaClock.objects.create(
                conversation=made, kind="first_response", channel="email", started_at=AT, state="breached"
            )
        if complaint:
            Complaint.objects.create(conversation=made, received_at=AT, days=30)
        return {
            "followers": {agent.pk for agent in followers},
            "reopened": reopened,
            "promise_broken": broken,
            "complaint": complaint,
        }

    def _meant(self, made: Conversation) -> dict[str, Any]:
        """One message, the last and the only one; sometimes nobody has read it."""
        dice = self.dice
        Message.objects.filter(conversation=made).update(occurred_at=made.last_inbound_at)
        nothing = {
            "intent": None,
            "topic": None,
            "sentiment": None,
            "language": None,
            "urgency": None,
            "anger": False,
        }
        if dice.random() < 0.2:
            return nothing
        topic = self._or_none(*self.topics)
        urgency, anger = dice.randint(0, 3), dice.choice([0.1, 0.9])
        fields = {
            "intent": dice.choice(["question", "complaint", "praise"]),
            "sentiment": dice.choice(["negative", "neutral", "positive"]),
            "language": dice.choice(["it", "en", "de"]),
        }
        made_of = Message.objects.get(conversation=made)
        make_reading(made_of, urgency=urgency, anger=anger, topic=topic.name if topic else "", **fields)
        waits = made.waiting_since is not None
        unanswered = {
            "urgency": ["low", "normal", "high", "urgent"][urgency] if waits else None,
            "anger": waits and anger > 0.5,
        }
        return fields | {"topic": topic and topic.pk} | unanswered

    def ids(self, name: str) -> list[int]:
        return {
            "inbox": [one.pk for one in self.inboxes],
            "label": [one.pk for one in self.labels],
            "customer_label": [one.pk for one in self.labels],
            "assignee": [self.marco.pk, self.anna.pk],
            "team": [self.care.pk, self.shop.pk],
            "topic": [one.pk for one in self.topics],
            "customer_group": [one.pk for one in self.groups],
        }[name]


CODES = {"channel": ["whatsapp", "email", "webhook", "sms"], "language": ["it", "en", "de"]}
SPANS = st.builds(
    "{} {}".format, st.integers(min_value=1, max_value=300), st.sampled_from(["minutes", "hours", "days"])
)
DAYS = st.dates(AT.date() - timedelta(days=12), AT.date() + timedelta(days=2)).map(
    lambda day: day.isoformat()
)


def values_of(name: str, operator: str, world: World) -> st.SearchStrategy[Any]:
    kind = FIELDS[name].kind
    if isinstance(kind, Lasting):
        return SPANS
    if isinstance(kind, Dated):
        return SPANS if operator in {"within", "longer_ago"} else DAYS
    if isinstance(kind, Written):
        return st.sampled_from([*WORDS, "modem", "LINEA", "%", "_", "'", "nothing"])
    if isinstance(kind, Closed):
        choices: list[Any] = list(kind.values)
    elif isinstance(kind, Coded):
        choices = CODES[name]
    else:
        assert isinstance(kind, Referred)
        choices = [*world.ids(name), *kind.special, 999_999]
    return st.lists(st.sampled_from(choices), min_size=1, max_size=3, unique=True)


def leaves(world: World) -> st.SearchStrategy[dict[str, Any]]:
    def of(pair: tuple[str, str]) -> st.SearchStrategy[dict[str, Any]]:
        name, operator = pair
        base = {"field": name, "op": operator}
        if operator in {"yes", "no", "missing"}:
            return st.just(base)
        return values_of(name, operator, world).map(lambda value: base | {"value": value})

    pairs = [(name, operator) for name in OURS for operator in FIELDS[name].operators]
    return st.sampled_from(pairs).flatmap(of)


def queries(world: World) -> st.SearchStrategy[dict[str, Any]]:
    joins = st.sampled_from(["all", "any"])
    some = st.lists(leaves(world), min_size=1, max_size=3)
    inner = st.builds(lambda join, parts: {join: parts}, joins, some)
    parts = st.lists(st.one_of(leaves(world), inner), min_size=1, max_size=4)
    return st.builds(lambda join, parts: {join: parts}, joins, parts)
