"""A company with n conversations, the same ones every time, written as fast as the database takes rows.

    python -m bench.seed 100000        # into the database that ASCOLTO_DATA / ASCOLTO_DATABASE_URL name

Most conversations are resolved and old, a few are open and recent, as in a desk that has run for two years.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

PASSWORD = "a quiet harbour at six"
MOMENT = datetime(2026, 6, 1, 12, tzinfo=UTC)
MEMBERS = 12
KINDS = {"whatsapp": 45, "email": 25, "chat": 20, "form": 6, "webhook": 4}
NAMESPACES = {"whatsapp": "phone", "email": "email", "chat": "chat", "form": "email", "webhook": "webhook"}
STATUSES = {"resolved": 79, "open": 12, "pending": 6, "on_hold": 3}
PRIORITIES = {20: 80, 10: 5, 30: 12, 40: 3}
LABELS = tuple("fault bill contract moving roaming router fibre complaint thanks sim fraud app".split())  # noqa: SIM905
FIRST = tuple("Giulia Luca Marta Paolo Sara Davide Elena Franco Irene Nadia Omar Teresa".split())  # noqa: SIM905
LAST = tuple("Ferri Serra Galli Riva Conti Villa Neri Bassi Costa Greco Marino Fontana".split())  # noqa: SIM905
SAID = (
    "Good morning, my line has been dead since yesterday evening and I work from home.",
    "I was charged twice for the same month, could you have a look at the bill?",
    "The router restarts every ten minutes. I have already tried another socket.",
    "When will the technician come? I waited the whole morning and nobody rang.",
    "Thank you, now it works again.",
    "I am moving to another town in March: can I take my number with me?",
)
ANSWERED = (
    "Good morning, we are sorry. We have looked at your line: a cable in the street is broken and will be repaired today.",
    "You are right, one of the two payments goes back to your account within five days.",
    "We have sent you a new router. It will arrive on Thursday; you can keep the old one until then.",
)
WORDS = 200_000  # different ones that customers use, the first far more often than the last
_SYLLABLES = [first + second for first in "bcdfglmnprstvz" for second in "aeiou"]


def word(rank: int) -> str:
    """An invented word; each rank has its own."""
    syllables = ""
    for _ in range(3):
        rank, place = divmod(rank, len(_SYLLABLES))
        syllables += _SYLLABLES[place]
    return syllables


def own_words(dice: random.Random) -> str:
    """What only this customer says: eight words as often as words are in a language (Zipf), and now and then an order code."""
    said = " ".join(word(int(WORDS ** dice.random())) for _ in range(8))
    return f"{said} TV-{dice.randrange(10**7):07d}" if dice.random() < 0.1 else said


@dataclass(frozen=True)
class Seeded:
    """What is needed to measure: people with PASSWORD, and a token of the lead that may do everyday things."""

    conversations: int
    messages: int
    lead_email: str
    agent_email: str
    token: str
    seconds: float


def seed(n: int, *, chance: int = 42) -> Seeded:
    """Add n conversations with their customers, messages, labels, and the people who answer. Needs migrated tables."""
    from django.db import transaction

    started = time.monotonic()
    with transaction.atomic():
        company = _company()
        dice = random.Random(chance)
        customers = max(1, n * 6 // 10)
        first_customer = _customers(customers, dice)
        plans = _Plans(n, dice, company, first_customer, customers)
        messages = plans.write()
        _reset_sequences()
    _analyse()
    return Seeded(
        n,
        messages,
        company.lead.email,
        company.agents[0].email,
        _token(company.lead),
        time.monotonic() - started,
    )


@dataclass(frozen=True)
class _Company:
    lead: Any
    agents: list[Any]
    teams: list[Any]
    accounts: list[Any]
    labels: list[Any]


def _company() -> _Company:
    from ascolto.accounts.models import Agent, Company, Role, Team
    from ascolto.channels.models import ChannelAccount
    from ascolto.conversations.models import Label

    Company.objects.update_or_create(pk=1, defaults={"name": "Telvia", "set_up_at": MOMENT})
    lead = Agent.objects.filter(email="anna@bench.example").first() or Agent.objects.create_user(
        "anna@bench.example", "Anna Neri", PASSWORD, role=Role.LEAD
    )
    agents = []
    for number in range(MEMBERS):
        email = f"agent{number}@bench.example"
        found = Agent.objects.filter(email=email).first()
        name = f"{FIRST[number]} {LAST[-1 - number]}"
        agents.append(found or Agent.objects.create_user(email, name, PASSWORD if number == 0 else None))
    teams = [Team.objects.get_or_create(name=name)[0] for name in ("Faults", "Bills", "Contracts", "Network")]
    for number, team in enumerate(teams):
        team.members.set(agents[number :: len(teams)])
    accounts = [ChannelAccount.objects.get_or_create(kind=kind, name=f"Telvia {kind}")[0] for kind in KINDS]
    labels = [Label.objects.get_or_create(name=name)[0] for name in LABELS]
    return _Company(lead, agents, teams, accounts, labels)


def _token(lead: Any) -> str:
    from ascolto.accounts.actions import create_token

    scopes = ("conversations:write", "messages:write", "customers:write", "channels:read")
    return create_token(agent=lead, scopes=scopes, name="bench")[1]


def _customers(count: int, dice: random.Random) -> int:
    """Write `count` customers with a handle for each kind of channel they may use; the first one's id."""
    from ascolto.customers.models import Customer, Identity

    first = _next_id(Customer)
    names = [f"{dice.choice(FIRST)} {dice.choice(LAST)}" for _ in range(count)]
    _fill(
        Customer,
        (
            {"id": first + i, "name": name, "language": "it", "created_at": _days_ago(dice, 730)}
            for i, name in enumerate(names)
        ),
    )
    handle = _next_id(Identity)
    spaces = sorted(set(NAMESPACES.values()))

    def identities() -> Iterator[dict[str, Any]]:
        for i in range(count):
            for place, space in enumerate(spaces):
                yield {
                    "id": handle + i * len(spaces) + place,
                    "customer_id": first + i,
                    "namespace": space,
                    "value": _handle(space, first + i),
                    "created_at": MOMENT,
                }

    _fill(Identity, identities())
    return first


def _handle(space: str, number: int) -> str:
    return {"phone": f"+3933{number:08d}", "email": f"customer{number}@example.org"}.get(
        space, f"{space}-{number}"
    )


def _days_ago(dice: random.Random, most: float) -> datetime:
    return MOMENT - timedelta(days=dice.random() * most)


@dataclass(slots=True)
class _Plan:
    """One conversation before it is written."""

    id: int
    customer: int
    account: Any
    status: str
    began: datetime
    turns: int
    agent: Any | None
    public: bool


class _Plans:
    """The conversations to write, drawn once and then told to each table."""

    def __init__(
        self, n: int, dice: random.Random, company: _Company, first_customer: int, customers: int
    ) -> None:
        from ascolto.conversations.models import Conversation
        from ascolto.customers.models import Identity

        self.dice, self.company = dice, company
        self.spaces = sorted(set(NAMESPACES.values()))
        self.first_customer = first_customer
        self.first_identity = _next_id(Identity) - customers * len(self.spaces)
        first = _next_id(Conversation)
        kinds = dice.choices(company.accounts, list(KINDS.values()), k=n)
        statuses = dice.choices(list(STATUSES), list(STATUSES.values()), k=n)
        self.plans = [
            self._plan(first + i, first_customer + dice.randrange(customers), account, status)
            for i, (account, status) in enumerate(zip(kinds, statuses, strict=True))
        ]

    def _plan(self, pk: int, customer: int, account: Any, status: str) -> _Plan:
        dice = self.dice
        began = _days_ago(dice, 730 if status == "resolved" else 14)
        held = status == "resolved" or dice.random() < 0.6
        agent = dice.choice(self.company.agents) if held else None
        return _Plan(
            pk,
            customer,
            account,
            status,
            began,
            dice.choices((1, 2, 3, 4, 6), (15, 30, 25, 20, 10))[0],
            agent,
            dice.random() < 0.05,
        )

    def write(self) -> int:
        """Write conversations, messages and labels; how many messages."""
        from ascolto.conversations.models import Conversation, Message

        _fill(Conversation, map(self._conversation, self.plans))
        first = _next_id(Message)
        _fill(Message, self._messages(first))
        _fill(Conversation.labels.through, self._labels(_next_id(Conversation.labels.through)))
        return sum(plan.turns for plan in self.plans)

    def _conversation(self, plan: _Plan) -> dict[str, Any]:
        dice = self.dice
        last = plan.began + timedelta(minutes=7 * (plan.turns - 1))
        waits = plan.status == "open" and plan.turns % 2 == 1
        team = dice.choice(self.company.teams) if dice.random() < 0.7 else None
        return {
            "id": plan.id,
            "customer_id": plan.customer,
            "account_id": plan.account.pk,
            "status": plan.status,
            "priority": dice.choices(list(PRIORITIES), list(PRIORITIES.values()))[0],
            "subject": dice.choice(SAID)[:40] if plan.account.kind == "email" else "",
            "assignee_id": plan.agent.pk if plan.agent else None,
            "team_id": team.pk if team else None,
            "channels": plan.account.kind if dice.random() < 0.9 else f"{plan.account.kind},email",
            "has_public": plan.public,
            "waiting_since": last if waits else None,
            "due_at": last + timedelta(minutes=15) if waits else None,
            "last_message_at": last,
            "last_inbound_at": last if plan.turns % 2 else last - timedelta(minutes=7),
            "preview": (SAID if plan.turns % 2 else ANSWERED)[plan.id % 3],
            "resolved_at": last + timedelta(hours=1) if plan.status == "resolved" else None,
            "created_at": plan.began,
            "version": plan.turns,
        }

    def _messages(self, first: int) -> Iterator[dict[str, Any]]:
        pk = first
        for plan in self.plans:
            place = self.spaces.index(NAMESPACES[plan.account.kind])
            identity = self.first_identity + (plan.customer - self.first_customer) * len(self.spaces) + place
            for turn in range(plan.turns):
                yield self._message(pk, plan, turn, identity)
                pk += 1

    def _message(self, pk: int, plan: _Plan, turn: int, identity: int) -> dict[str, Any]:
        incoming = turn % 2 == 0
        at = plan.began + timedelta(minutes=7 * turn)
        agent = plan.agent or self.company.agents[plan.id % MEMBERS]
        return {
            "id": pk,
            "conversation_id": plan.id,
            "account_id": plan.account.pk,
            "direction": "in" if incoming else "out",
            "visibility": "public" if plan.public else "private",
            "author_kind": "customer" if incoming else "agent",
            "agent_id": None if incoming else agent.pk,
            "identity_id": identity,
            "text": f"{SAID[pk % len(SAID)]} {own_words(self.dice)}"
            if incoming
            else ANSWERED[pk % len(ANSWERED)],
            "external_id": f"seed-{pk}",
            "delivery": "" if incoming else "delivered",
            "occurred_at": at,
            "created_at": at,
        }

    def _labels(self, first: int) -> Iterator[dict[str, Any]]:
        pk = first  # asked for before: while rows are copied the connection answers nothing else
        for plan in self.plans:
            for label in self.dice.sample(self.company.labels, self.dice.choices((0, 1, 2), (60, 30, 10))[0]):
                yield {"id": pk, "conversation_id": plan.id, "label_id": label.pk}
                pk += 1


# --- writing fast --------------------------------------------------------------------------------------------------


def _next_id(model: Any) -> int:
    from django.db.models import Max

    return (model.objects.aggregate(most=Max("id"))["most"] or 0) + 1


def _fill(model: Any, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows (by column attribute); what a row leaves out gets the field's default."""
    import json

    from django.db import connection

    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    defaults = dict(zip(names, (field.get_default() for field in fields), strict=True))
    plain = connection.vendor == "sqlite"

    def adapted(value: Any) -> Any:
        if isinstance(value, dict | list):
            return json.dumps(value)
        if plain and isinstance(value, datetime):
            return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
        return value

    complete = (tuple(adapted({**defaults, **row}[name]) for name in names) for row in rows)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        if plain:
            marks = ", ".join("?" * len(names))
            # past Django's cursor, which would look for its own place holders in every row
            cursor.cursor.connection.executemany(
                f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({marks})', complete
            )
            return
        with cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as copy:
            for row in complete:
                copy.write_row(row)


def _reset_sequences() -> None:
    """On PostgreSQL: the next id comes after those written by hand."""
    from django.core.management.color import no_style
    from django.db import connection

    from ascolto.conversations.models import Conversation, Message
    from ascolto.customers.models import Customer, Identity

    models = [Customer, Identity, Conversation, Message, Conversation.labels.through]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _analyse() -> None:
    """Tell the planner what is there, as a running installation's does on its own."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def main() -> None:
    """Seed the database of the environment; prints the token on standard output."""
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ascolto.config.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    done = seed(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    print(
        f"{done.conversations} conversations, {done.messages} messages in {done.seconds:.1f} s;"
        f" {done.lead_email} / {PASSWORD}",
        file=sys.stderr,
    )
    print(done.token)


if __name__ == "__main__":
    main()
