"""A desk to measure: many open conversations, and one of two hundred messages with everything in it."""

from __future__ import annotations

import sys
from datetime import timedelta

import django

OPEN, LONG = 500, 200


def furnish() -> str:
    """Fill the installation; the number of the long conversation."""
    from ascolto.channels.protocol import Media
    from ascolto.conversations.actions import add_note, add_reply, assign
    from ascolto.kit.clock import now
    from ascolto.testing.factories import make_cast, make_customer, receive
    from ascolto.testing.readings import make_reading
    from bench.seed import ANSWERED, SAID

    cast, began = make_cast("whatsapp"), now() - timedelta(hours=20)
    for number in range(OPEN):
        customer = make_customer(f"Customer {number}", handle=("phone", f"39347{number:07d}"))
        message = receive(
            cast.inbox, SAID[number % len(SAID)], customer=customer, at=began + timedelta(minutes=number)
        )
        make_reading(message, topic=f"Topic {number % 9}")
    conversation = receive(cast.inbox, SAID[0], customer=cast.giulia, at=now()).conversation
    file = Media(name="bill.pdf", content_type="application/pdf", data=b"%PDF-1.4 bill")
    for number in range(LONG):
        if number % 4 == 1:
            add_reply(agent=cast.marco, conversation=conversation, text=ANSWERED[number % len(ANSWERED)])
        elif number % 20 == 2:
            add_note(agent=cast.anna, conversation=conversation, text="Joint found, needs digging.")
        else:
            message = receive(
                cast.inbox,
                f"{SAID[number % len(SAID)]} ({number})",
                customer=cast.giulia,
                at=now(),
                files=[file] if number % 25 == 0 else [],
            )
            make_reading(message)
    assign(agent=cast.anna, conversation=conversation, assignee=cast.marco)
    return conversation.number


if __name__ == "__main__":
    django.setup()
    print(furnish())
    sys.exit(0)
