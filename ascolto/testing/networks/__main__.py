"""Be a customer without a telephone: `python -m ascolto.testing.networks` stands in for WhatsApp on this machine."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable

from ascolto.testing.networks.whatsapp import WhatsAppCustomer, WhatsAppNetwork

Say = Callable[[str], object]


def connect_command(network: WhatsAppNetwork) -> str:
    """The command that connects an inbox to this network."""
    pairs = " ".join(f"--set {name}={value}" for name, value in network.settings.items())
    return f'ascolto channel add whatsapp --name "WhatsApp (stand-in)" {pairs}'


def hold_conversation(
    network: WhatsAppNetwork, customer: WhatsAppCustomer, lines: Iterable[str], say: Say
) -> None:
    """The first line is the hook address; each further one is a message of the customer. Answers are said."""
    network.on_message = lambda message: say(f"  < {message.text or message.payload.get('type')}")
    for line in filter(None, (line.strip() for line in lines)):
        if network.mailman.url:
            network.write(customer, line)
            continue
        network.mailman.url = line
        if network.shake_hands():
            say(f"Connected. You are {customer.name}, +{customer.number}. Write; Ctrl+D ends.")
        else:
            network.mailman.url = ""
            say(
                "Nobody shook hands at that address. Is it the one the command printed, and does Ascolto run?"
            )


def main() -> None:
    """Run until the end of the input."""
    parser = argparse.ArgumentParser(prog="python -m ascolto.testing.networks", description=__doc__)
    parser.add_argument("--port", type=int, default=8099)
    with WhatsAppNetwork(port=parser.parse_args().port) as network:
        giulia = network.add_customer("393471234567", "Giulia Conti")
        print(
            f"Connect an inbox:\n\n  {connect_command(network)}\n\nThen paste the hook address that it prints:"
        )
        hold_conversation(network, giulia, sys.stdin, print)
        network.mailman.wait_until_idle(5)


if __name__ == "__main__":
    main()
