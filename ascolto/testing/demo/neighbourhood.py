"""The public networks around the demo company: a city on this machine, where its pages, numbers and profiles are."""

from __future__ import annotations

from typing import Any, Self

from ascolto.channels.actions import change_settings, connect
from ascolto.channels.models import ChannelAccount, ChannelHealth
from ascolto.testing.networks.city import City, Network, Person
from ascolto.testing.networks.controls import open_town_hall
from ascolto.testing.networks.everyone import network_types

# What a company like Telvia has, and how it calls it.
INBOXES = {
    "facebook": "Telvia on Facebook",
    "messenger": "Telvia on Messenger",
    "instagram": "@telvia",
    "x": "@TelviaCare",
    "telegram": "Telvia bot",
    "sms": "Telvia SMS",
    "telephone": "Telvia hotline",
    "google_reviews": "Telvia shops on Google",
    "appstore": "My Telvia, App Store",
    "mastodon": "@telvia on Mastodon",
}


class Neighbourhood:
    """A context manager: the networks run, the inboxes exist and know where."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.city = open_town_hall(City())
        self.networks: dict[str, Network] = {kind: self.city.add(network_types()[kind]()) for kind in INBOXES}
        self._people: dict[tuple[str, str], Person] = {}

    def __enter__(self) -> Self:
        self.city.start()
        known = {account.kind: account for account in ChannelAccount.objects.filter(is_demo=True)}
        for kind, network in self.networks.items():
            account = known.get(kind) or self._open(kind, network)
            change_settings(account=account, values=network.settings)
            # the city of an earlier day is gone, and with it the place up to which its networks were read
            ChannelHealth.objects.filter(account=account).update(poll_cursor={})
            if network.has_hooks:
                network.hook_url = f"{self.base_url}/hooks/{kind}/{account.token}"
        return self

    def __exit__(self, *raised: object) -> None:
        self.city.stop()

    def _open(self, kind: str, network: Network) -> ChannelAccount:
        account = connect(kind=kind, name=INBOXES[kind], values=network.settings)
        ChannelAccount.objects.filter(pk=account.pk).update(is_demo=True)
        return account

    def write(self, kind: str, name: str, phone: str, text: str, **more: Any) -> str:
        """A person of this name (and telephone number) writes on a network; the network's id of it."""
        return self.networks[kind].write(self.person(kind, name, phone), text, **more)

    def person(self, kind: str, name: str, phone: str) -> Person:
        """The profile of somebody on a network; opened when they first need it."""
        network, known = self.networks[kind], self._people.get((kind, name))
        if known is None:
            about = {"number": f"+{phone}"} if network.people_have_numbers else {}
            known = self._people[(kind, name)] = network.add_person(name, **about)
        return known

    def name_of(self, kind: str, id: str) -> str:
        """Who has this id on a network; empty for somebody of an earlier day."""
        network = self.networks.get(kind)
        person = network.find_person(id) if network else None
        return person.name if person else ""
