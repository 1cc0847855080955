"""Be a customer without an account anywhere: `python -m ascolto.testing.networks` runs stand-ins of all networks on this machine."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Callable

from ascolto.testing.networks.city import City, Network
from ascolto.testing.networks.controls import open_town_hall
from ascolto.testing.networks.everyone import network_types, settle

Say = Callable[[str], object]


def connect_command(network: Network) -> str:
    """The command that connects an inbox to this network."""
    pairs = " ".join(f"--set {name}={value}" for name, value in network.settings.items())
    return f'ascolto channel add {network.kind} --name "{network.kind} (stand-in)" {pairs}'


def make_city(kinds: list[str], port: int = 0) -> City:
    """A city with these networks, or with all."""
    city = City(port=port)
    if kinds:
        for kind in kinds:
            city.add(network_types()[kind]())
    else:
        settle(city)
    return open_town_hall(city)


def introduce(city: City, say: Say) -> None:
    """Tell how to connect each network, and where to write."""
    for network in city.networks.values():
        say(f"{network.kind}:\n  {connect_command(network)}\n")
    say(
        f"Then open {city.url}/city/ to give the hook addresses, write as a customer and read the answers. Ctrl+C ends."
    )


def main(stop: threading.Event | None = None) -> None:
    """Run until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m ascolto.testing.networks", description=__doc__)
    parser.add_argument(
        "kinds", nargs="*", choices=[[], *network_types()], help="only these (all unless given)"
    )
    parser.add_argument("--port", type=int, default=8099)
    asked = parser.parse_args()
    with make_city(asked.kinds, asked.port) as city:
        introduce(city, print)
        try:
            (stop or threading.Event()).wait()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
