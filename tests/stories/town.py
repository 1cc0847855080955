"""Telvia and the people around it, for the stories. The day passes when it is told to, with whatever follows the log at work.

Giulia and Rita are customers. Marco and Davide answer for the care team, Sara for marketing; Anna leads, Paola administers. Viktor works in
the warehouse and must see nothing. Customers write through the product's own actions, everybody else acts on screens (`screen.py`).
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ascolto.accounts.models import Agent, Company, Role
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.models import Conversation, Message
from ascolto.customers.models import Customer, Identity
from ascolto.events.consumers import feed_all
from ascolto.events.models import Event
from ascolto.kit import clock
from ascolto.routing.worker import Following
from ascolto.sla import worker as promises
from ascolto.testing.factories import make_agent, make_customer, make_inbox, make_team, receive
from ascolto.testing.readings import make_reading
from tests.stories.screen import Screen

ROME = ZoneInfo("Europe/Rome")
QUESTION = {"intent": "question", "sentiment": "neutral", "strength": 0.0, "anger": 0.0, "urgency": 0}
FAULT = "La fibra non va da stamattina, è la terza volta in un mese!"
OFFER = "Passa alla fibra a 19,90 al mese, attivala entro domenica!"


def rome(text: str) -> datetime:
    """A moment as people in Rome say it: `2026-06-11 09:30`."""
    return datetime.fromisoformat(text).replace(tzinfo=ROME).astimezone(UTC)


class Town:
    """Everybody, and the time. It stands still until somebody says `at` or `passes`; `begins=None`: it is now."""

    def __init__(self, begins: str | None = "2026-06-10 09:00") -> None:
        self._stopped: AbstractContextManager[None] = clock.at(rome(begins)) if begins else nullcontext()
        self._stopped.__enter__()
        Company.objects.update_or_create(
            pk=Company.current().pk, defaults={"name": "Telvia", "language": "it", "time_zone": "Europe/Rome"}
        )
        self._hire()
        self._connect()
        self.giulia = self._customer("Giulia Ferri", "+393471112233", "giulia.ferri@example.org")
        self.rita = self._customer("Rita Ferrante", "+393474445566", "rita.ferrante@example.org")
        self.present: list[Agent] = []
        self._screens: dict[int, Screen] = {}
        self._router: Following | None = None

    def _hire(self) -> None:
        self.care, self.marketing = make_team("Care"), make_team("Marketing")
        self.marco = make_agent("Marco Villa", teams=[self.care])
        self.davide = make_agent("Davide Serra", teams=[self.care])
        self.sara = make_agent("Sara Conti", teams=[self.marketing])
        self.viktor = make_agent("Viktor Orlov", teams=[make_team("Warehouse")])
        self.anna = make_agent("Anna Neri", Role.LEAD)
        self.paola = make_agent("Paola Riva", Role.ADMINISTRATOR)
        Agent.objects.update(language="en")

    def _connect(self) -> None:
        self.app = make_inbox("webhook", "Telvia app", teams=[self.care])
        self.whatsapp = make_inbox("whatsapp", "Telvia WhatsApp", teams=[self.care])
        self.email = make_inbox("email", "care@telvia.example", teams=[self.care])
        self.chat = make_inbox("chat", "Telvia chat", teams=[self.care])
        self.telephone = make_inbox("telephone", "Telvia telephone", teams=[self.care])
        self.facebook = make_inbox("facebook", "Telvia on Facebook", teams=[self.care, self.marketing])

    def _customer(self, name: str, phone: str, email: str) -> Customer:
        customer = make_customer(name, ("phone", phone))
        for space, value in (("email", email), ("facebook", f"fb-{customer.pk}")):
            Identity.objects.create(customer=customer, namespace=space, value=value, is_proven=True)
        return customer

    # --- time ---

    def leave(self) -> None:
        """The story is over."""
        self._stopped.__exit__(None, None, None)

    def at(self, text: str) -> None:
        """It is so late now, in Rome; everything that was due until then has been done."""
        self._move(rome(text))
        self.works()

    def passes(self, *, steps: int = 10, **span: float) -> None:
        """Time passes, in steps; whoever is present keeps a screen open."""
        begun, whole = clock.now(), timedelta(**span)
        for step in range(1, steps + 1):
            self._move(begun + whole * step / steps)
            self.works()

    def _move(self, moment: datetime) -> None:
        assert moment >= clock.now(), "time does not run backwards"
        is_long = moment - clock.now() > timedelta(hours=4)
        self._stopped.__exit__(None, None, None)
        self._stopped = clock.at(moment)
        self._stopped.__enter__()
        for screen in self._screens.values() if is_long else ():
            screen.signs_in()
        for person in self.present:
            self.screen(person).beat()

    def works(self) -> None:
        """Whoever follows the log does everything there is to do."""
        if self._router is None:
            self._router = Following()
        for _ in range(50):
            promises.catch_up()
            read, routed = feed_all(), self._router.turn()
            if not read and not routed:
                return
        raise AssertionError("they never come to rest")

    # --- people ---

    def screen(self, agent: Agent) -> Screen:
        """Their browser."""
        return self._screens.setdefault(agent.pk, Screen(agent))

    def sits(self, *people: Agent) -> None:
        """They open the desk: from now on they are there."""
        for person in people:
            self.screen(person).beat()
            self.present.append(person)
        self.works()

    def writes(
        self, customer: Customer, text: str, inbox: ChannelAccount | None = None, **fields: Any
    ) -> Conversation:
        """A customer writes; the conversation it lands in. What it means is not known yet."""
        message = receive(inbox or self.app, text, customer=customer, **fields)
        self.works()
        return fresh(message.conversation)

    def asks(
        self, customer: Customer, text: str, inbox: ChannelAccount | None = None, **fields: Any
    ) -> Conversation:
        """A customer asks something, and it is understood as a question."""
        return self._understood(receive(inbox or self.app, text, customer=customer, **fields), **QUESTION)

    def complains(
        self, customer: Customer, text: str = FAULT, inbox: ChannelAccount | None = None, **fields: Any
    ) -> Conversation:
        """A customer complains, and it is understood so."""
        return self._understood(receive(inbox or self.app, text, customer=customer, **fields))

    def _understood(self, message: Message, **fields: Any) -> Conversation:
        make_reading(message, **fields)
        self.works()
        return fresh(message.conversation)

    def answers(self, agent: Agent, talk: Conversation, text: str = "Ci guardo subito.", **how: Any) -> None:
        """Somebody answers, on the screen, and it leaves."""
        answer = self.screen(agent).draft(talk.number, text, **how).sends()
        assert answer.status == 201, answer.words
        self.works()

    def strangers(self, many: int) -> list[Customer]:
        """Customers who have not written before."""
        begun = Customer.objects.count()
        return [
            self._customer(f"Nadia {n}", f"+3934799{n:05}", f"nadia{n}@example.org")
            for n in range(begun, begun + many)
        ]

    def takes_next(self, agent: Agent) -> str:
        """Somebody asks for the next one; the number of what they got, empty when nothing waits for them."""
        screen = self.screen(agent)
        answer = screen.press(next(screen.open("/").all("form", action="/next/")))
        assert answer.status in {200, 204}, answer
        self.works()
        return answer.location.removeprefix("/c/").rstrip("/")

    def opens_office(self, promised: str = "1 h", *, always: bool = False, resolution: str = "") -> None:
        """Anna says in the settings when Telvia works, and within which open time everybody is answered."""
        anna = self.screen(self.anna)
        week: dict[str, Any] = {f"day_{day}": "09:00-18:00" for day in range(5)}
        hours = {"always": "on"} if always else {**week, "country": "IT"}
        name = f"Office {promised}"
        form = anna.open("/settings/promises/calendars/new/").one(id="main").form("Save")
        saved = anna.press(form, name=name, time_zone="Europe/Rome", plain=True, **hours)
        assert name in saved.words, saved.words
        change = next(a for a in anna.open("/settings/promises/").all("a") if a.words == "Change").attrs[
            "href"
        ]
        terms = {"first_response": promised, "next_response": promised, "resolution": resolution}
        saved = anna.press(anna.open(change).form("Promise it"), plain=True, calendar=name, **terms)
        assert "Promised from now on" in saved.words, saved.words
        self.works()


def fresh(talk: Conversation) -> Conversation:
    """The conversation as it is now."""
    rows = Conversation.objects.select_related("assignee", "customer", "account", "team")
    return rows.get(pk=talk.pk)


def holder(talk: Conversation) -> str:
    """Whose it is."""
    found = fresh(talk).assignee
    return found.first_name if found else ""


def shown(moment: datetime | None) -> str:
    """A moment in Rome, as the stories write it."""
    return moment.astimezone(ROME).strftime("%Y-%m-%d %H:%M") if moment else ""


def sent(talk: Conversation) -> list[str]:
    """What left for the customer, in order, without signatures."""
    rows = Message.objects.filter(conversation=talk, direction="out").exclude(visibility="note")
    return list(rows.order_by("pk").values_list("text", flat=True))


def happened(talk: Conversation, prefix: str) -> list[str]:
    """What the log tells of it, in order; that a due time changed is left out."""
    rows = Event.objects.filter(conversation_id=talk.pk, type__startswith=prefix).exclude(
        type="sla.due_changed"
    )
    return list(rows.order_by("pk").values_list("type", flat=True))
