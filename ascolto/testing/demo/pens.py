"""How a simulated customer writes: in the past straight into the journal, live by signed hooks, mail and the widget's door."""

from __future__ import annotations

import hashlib
import json
import re
import urllib.request
from dataclasses import dataclass, field
from typing import Any, Self

from ascolto.channels.models import ChannelAccount
from ascolto.contact.actions import submit_form, write_message
from ascolto.contact.visitors import Visitor
from ascolto.intake.journal import store_now
from ascolto.kit.clock import now
from ascolto.kit.ids import new_token
from ascolto.kit.signature import sign
from ascolto.testing.demo.company import MAIL_USER, SECRET
from ascolto.testing.demo.neighbourhood import Neighbourhood
from ascolto.testing.demo.stories import Story
from ascolto.testing.networks.mail import MailNetwork, example_mail
from ascolto.testing.networks.whatsapp import WhatsAppCustomer, WhatsAppNetwork


@dataclass(frozen=True, slots=True)
class Person:
    """A simulated customer; every handle follows from the name."""

    name: str
    language: str

    @property
    def slug(self) -> str:
        """The name as an address writes it."""
        return re.sub(r"[^a-z]+", ".", self.name.lower())

    @property
    def email(self) -> str:
        return f"{self.slug}@mail.example"

    @property
    def phone(self) -> str:
        """A number of the range nobody is given."""
        digits = int.from_bytes(hashlib.sha256(self.name.encode()).digest()[:4], "big") % 10_000_000
        return f"39399{digits:07d}"


@dataclass(slots=True)
class Pens:
    """Writes for people. With networks it is live, without it is the past."""

    accounts: dict[str, ChannelAccount]
    base_url: str = ""
    whatsapp: WhatsAppNetwork | None = None
    mail: MailNetwork | None = None
    neighbourhood: Neighbourhood | None = None
    _past: WhatsAppNetwork | None = None  # by which it was written in the past
    _telephones: dict[str, WhatsAppCustomer] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        if self._past is not None:
            self._past.stop()

    def write(self, person: Person, story: Story, text: str, *, public: bool | None = None) -> None:
        """One message of a person, on the story's channel, at the present moment; in public as the story says, unless told."""
        if self.neighbourhood is not None and story.channel in self.neighbourhood.networks:
            side = story.public if public is None else public
            stars = {"rating": story.rating} if story.rating else {}
            self.neighbourhood.write(story.channel, person.name, person.phone, text, public=side, **stars)
            return
        {
            "whatsapp": self._by_whatsapp,
            "email": self._by_email,
            "chat": self._by_chat,
            "form": self._by_form,
            "webhook": self._by_webhook,
        }[story.channel](person, story, text)

    def telephone(self, network: WhatsAppNetwork, person: Person) -> WhatsAppCustomer:
        """The person's telephone on the stand-in."""
        if person.name not in self._telephones:
            self._telephones[person.name] = network.add_customer(person.phone, person.name)
        return self._telephones[person.name]

    def _by_whatsapp(self, person: Person, story: Story, text: str) -> None:
        if self.whatsapp is not None:
            self.whatsapp.write(self.telephone(self.whatsapp, person), text)
            return
        if self._past is None:
            self._past = WhatsAppNetwork(app_secret=SECRET, phone_number_id="1000").start()
        self._past.write(self.telephone(self._past, person), text)
        for body, _ in self._past.mailman.take():
            store_now(account=self.accounts["whatsapp"], body=body)

    def _by_email(self, person: Person, story: Story, text: str) -> None:
        sender = f"{person.name} <{person.email}>"
        mail = example_mail(
            f"{text}\n{person.name}", sender=sender, to=MAIL_USER, subject=story.subject, moment=now()
        )
        if self.mail is not None:
            self.mail.deliver(mail)
        else:
            store_now(account=self.accounts["email"], body=mail, source="poll")

    def _by_chat(self, person: Person, story: Story, text: str) -> None:
        account = self.accounts["chat"]
        visitor = Visitor(account.pk, account.token, f"v-demo-{person.slug}", person.name)
        said: dict[str, Any] = {"id": new_token(9), "text": text}
        write_message(account=account, visitor=visitor, owner="", said=said, language=person.language)

    def _by_form(self, person: Person, story: Story, text: str) -> None:
        said = {"id": new_token(12), "name": person.name, "email": person.email, "subject": story.subject}
        submit_form(
            account=self.accounts["form"], submission={**said, "message": text, "language": person.language}
        )

    def _by_webhook(self, person: Person, story: Story, text: str) -> None:
        sender = {"id": person.slug, "name": person.name, "email": person.email}
        said = {"id": new_token(9), "subject": story.subject, "text": text, "sender": sender}
        body = json.dumps({**said, "occurred_at": now().isoformat(), "language": person.language}).encode()
        account = self.accounts["webhook"]
        if not self.base_url:
            store_now(account=account, body=body)
            return
        headers = {"content-type": "application/json", **sign(SECRET, said["id"], now(), body)}  # type: ignore[arg-type]
        request = urllib.request.Request(f"{self.base_url}/hooks/webhook/{account.token}", body, headers)
        urllib.request.urlopen(request, timeout=10).close()
