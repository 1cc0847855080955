"""From Giulia's Matrix to Marco's screen and back."""

from __future__ import annotations

from ascolto.conversations.models import Message
from ascolto.testing.journey import Care, JourneyChecks
from ascolto.testing.networks.matrix import MatrixNetwork


class TestJourney(JourneyChecks):
    network_type = MatrixNetwork
    sends_to = "/send/"

    def test_marco_sees_that_giulia_has_read_his_answer(self, care: Care) -> None:
        care.written()
        message = care.answers()
        care.hears()
        message.refresh_from_db()
        assert message.delivery == "read"

    def test_what_giulia_changes_and_takes_back_is_seen(self, care: Care) -> None:
        first = care.written()
        care.network.edit(care.giulia, first, "La fibra non va da ieri")
        second = care.written("Scusate")
        care.network.delete(care.giulia, second)
        care.hears()
        assert Message.objects.get(external_id=first).text == "La fibra non va da ieri"
        assert Message.objects.get(external_id=second).removed_at is not None
