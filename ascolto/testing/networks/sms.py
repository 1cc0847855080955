"""A stand-in for Twilio's text messages: people write to our number, and get what we answer.

    sms = city.add(SmsNetwork())
    giulia = sms.add_person("Giulia Conti", number="+393471234567")
    sms.write(giulia, "La fibra non va")
    sms.send_picture(giulia, PNG, "image/png")
    sms.write(giulia, "STOP")            # from now on Twilio refuses what we send her: 21610

`add_person(…, whatsapp=True)` is somebody who writes from WhatsApp through the same account.
"""

from __future__ import annotations

from typing import Any

from ascolto.testing.networks.city import Person
from ascolto.testing.networks.twilio_messages import TextingNetwork


class SmsNetwork(TextingNetwork):
    """See the module's text."""

    kind = "sms"

    def connected(self) -> None:
        """Somebody pastes the hook address into the console."""
        self.number_urls["sms"] = self.hook_url

    def write(self, person: Person, text: str, *, public: bool = False, **more: Any) -> str:
        return self.receive(person, text, **more)

    def send_picture(self, person: Person, content: bytes, content_type: str, text: str = "") -> str:
        """An MMS."""
        return self.receive(person, text, [(self.keep(content, content_type), content_type)])
