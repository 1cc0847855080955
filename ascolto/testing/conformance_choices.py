"""What every adapter must pass about choices that a message offers; a part of the conformance suite. Free of Django."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import ClassVar

import pytest

from ascolto.channels.choosing import MAX_CHOICES, laid_out, titles_of
from ascolto.channels.protocol import Account, Adapter, Choice, Outgoing, SendRefused
from ascolto.kit import http
from ascolto.testing.networks import ScriptedNetwork


class ChoicesConformance:
    """Choices are never lost: they leave as buttons, or as numbered lines. `AdapterConformance` tells the rest."""

    adapter: ClassVar[Adapter]

    def outgoing(self) -> Outgoing:
        """An answer that the adapter would send without a complaint."""
        raise NotImplementedError

    def values_for(self, base_url: str) -> Mapping[str, str] | None:
        """The settings of an account whose network is at `base_url`; None when the channel does not send over HTTP."""
        raise NotImplementedError

    def account_at(self, values: Mapping[str, str]) -> Account:
        """A connected account with these settings."""
        raise NotImplementedError

    @pytest.mark.parametrize("count", [1, 3, 5, MAX_CHOICES])
    def test_choices_are_never_lost(self, count: int) -> None:
        sheet = self.adapter.capabilities
        if not (sheet.private and sheet.answers):
            pytest.skip("this channel takes no private answers")
        choices = tuple(Choice(id=f"menu:{n}", title=f"Scelta {n} è") for n in range(1, count + 1))
        made = laid_out(dataclasses.replace(self.outgoing(), choices=choices), sheet)
        if not made.choices:
            assert sheet.choices is None or count > sheet.choices.most
            assert made.text.splitlines()[-count:] == [f"{n}. {c.title}" for n, c in enumerate(choices, 1)]
            return
        told = self._said_to_the_network(made)
        for choice in choices:
            assert choice.id in told
            assert choice.title in told

    def _said_to_the_network(self, outgoing: Outgoing) -> str:
        """The requests by which a message leaves, as JSON without escapes."""
        with ScriptedNetwork() as network, http.settings(read_timeout=2.0, connect_timeout=2.0):
            values = self.values_for(network.url)
            if values is None:
                pytest.skip("this channel does not send over HTTP")
            network.begin("nonsense")
            with pytest.raises(SendRefused):
                self.adapter.send(self.account_at(values), outgoing)
        return "\n".join(json.dumps(json.loads(body), ensure_ascii=False) for body in network.bodies if body)

    def test_the_sheet_of_choices_can_be_kept(self) -> None:
        buttons = self.adapter.capabilities.choices
        if buttons is None:
            pytest.skip("this channel draws no buttons")
        assert buttons.most > 0
        assert buttons.max_id > 0
        twins = [Choice(id=str(n), title="Voglio cambiare il contratto di casa") for n in range(buttons.most)]
        for limit in filter(None, (buttons.max_title, buttons.max_row_title)):
            titles = titles_of(twins, limit, buttons.counting)
            assert len(set(titles)) == len(titles)
