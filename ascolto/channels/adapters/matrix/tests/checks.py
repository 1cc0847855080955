"""What must hold on any homeserver: run on our stand-in here, and on a real Synapse in `tests/servers`."""

from __future__ import annotations

import pytest

from ascolto.channels.adapters.matrix.adapter import adapter
from ascolto.channels.protocol import (
    Edited,
    ErrorClass,
    Ignored,
    Message,
    Outgoing,
    Reacted,
    ReadUpTo,
    Receipt,
    Removed,
    SendRefused,
)
from ascolto.testing.polled import Desk, answer_to, picture
from ascolto.testing.servers.matrix_user import MatrixUser


def refusal_of(desk: Desk, outgoing: Outgoing, *, in_public: bool = False):
    """Why an answer does not leave."""
    with pytest.raises(SendRefused) as refusal:
        (adapter.publish if in_public else adapter.send)(desk.account, outgoing)
    return refusal.value.failure


class MatrixChecks:
    """A subclass gives the fixtures `desk` (which has polled once), `telvia`, `giulia` and `paolo`, all new for each test."""

    def test_an_invitation_is_accepted_and_what_was_said_before_is_heard(self, desk, telvia, giulia) -> None:
        room = giulia.invites(telvia.id)
        said = giulia.says(room, "La fibra non va")
        message = desk.hears_message()
        assert (message.external_id, message.text, message.visibility) == (said, "La fibra non va", "private")
        assert [handle.value for handle in message.sender.handles] == [giulia.id]
        assert message.thread == ""
        assert room in telvia.rooms()

    def test_everything_is_heard_once_and_in_its_order_also_across_a_gap(self, desk, telvia, giulia) -> None:
        room = giulia.invites(telvia.id)
        desk.hears()
        for number in range(130):
            giulia.says(room, f"messaggio {number}")
        heard = [event.text for event in desk.hears() if isinstance(event, Message)]
        assert heard == [f"messaggio {number}" for number in range(130)]
        assert [event for event in desk.hears() if isinstance(event, Message)] == []

    def test_marco_answers_and_giulia_reads_it(self, desk, telvia, giulia) -> None:
        room = giulia.invites(telvia.id)
        giulia.says(room, "La fibra non va")
        (sent,) = adapter.send(
            desk.account, answer_to(desk.hears_message(), "Arriva un tecnico")
        ).external_ids
        event = giulia.sees(room, sent)
        assert (event["sender"], event["content"]["body"]) == (telvia.id, "Arriva un tecnico")
        giulia.has_read(room, sent)
        heard = desk.hears()
        echoes = [event for event in heard if isinstance(event, Message)]
        assert [(echo.external_id, echo.outgoing) for echo in echoes] == [(sent, True)]
        assert echoes[0].sender.handles[0].value == giulia.id
        assert echoes[0].extra["tracker"] == "d-1"
        assert sent in [event.external_id for event in heard if isinstance(event, Receipt)]
        assert giulia.id in [e.sender.handles[0].value for e in heard if isinstance(e, ReadUpTo)]

    def test_the_same_transaction_twice_is_one_event(self, desk, telvia, giulia) -> None:
        room = giulia.invites(telvia.id)
        giulia.says(room, "Ci siete?")
        outgoing = answer_to(desk.hears_message(), "Certo", "once-1", files=(picture(),))
        first = adapter.send(desk.account, outgoing)
        assert len(first.external_ids) == 2
        assert adapter.send(desk.account, outgoing) == first

    def test_edits_reactions_and_redactions_find_their_message(self, desk, telvia, giulia) -> None:
        room = giulia.invites(telvia.id)
        first, second = giulia.says(room, "La fibra non va"), giulia.says(room, "Scusate")
        desk.hears()
        giulia.edits(room, first, "La fibra non va da ieri")
        reaction = giulia.reacts(room, first, "🙏")
        giulia.redacts(room, second)
        edited, reacted, removed = (e for e in desk.hears() if not isinstance(e, Ignored))
        assert isinstance(edited, Edited)
        assert (edited.external_id, edited.text) == (first, "La fibra non va da ieri")
        assert isinstance(reacted, Reacted)
        assert (reacted.external_id, reacted.emoji) == (first, "🙏")
        assert isinstance(removed, Removed)
        assert removed.external_id == second
        giulia.redacts(room, reaction)
        (taken_back,) = desk.hears()
        assert isinstance(taken_back, Reacted)
        assert (taken_back.external_id, taken_back.emoji) == (first, "")

    def test_a_reply_names_what_it_answers(self, desk, telvia, giulia) -> None:
        room = giulia.invites(telvia.id)
        first = giulia.says(room, "La fibra non va")
        desk.hears()
        relation = {"m.in_reply_to": {"event_id": first}}
        giulia.says(room, "> <@giulia> La fibra non va\n\nAnche oggi", **{"m.relates_to": relation})
        message = desk.hears_message()
        assert (message.text, message.replies_to) == ("Anche oggi", (first,))

    def test_files_travel_both_ways(self, desk, telvia, giulia) -> None:
        room = giulia.invites(telvia.id)
        address = giulia.uploads(b"\x89PNG red", "image/png")
        content = {
            "msgtype": "m.image",
            "body": "spia.png",
            "url": address,
            "info": {"mimetype": "image/png"},
        }
        giulia.sends(room, "m.room.message", content)
        message = desk.hears_message()
        (image,) = message.attachments
        assert (message.kind, image.name) == ("image", "spia.png")
        assert adapter.fetch_media(desk.account, image.remote, 100) == (b"\x89PNG red", "image/png")
        _, sent = adapter.send(desk.account, answer_to(message, "Prema qui", files=(picture(),))).external_ids
        assert giulia.sees(room, sent)["content"]["msgtype"] == "m.image"

    def test_a_room_of_several_is_one_conversation(self, desk, telvia, giulia, paolo) -> None:
        room = giulia.invites(telvia.id, paolo.id, name="Condominio")
        paolo.joins(room)
        desk.hears()
        giulia.says(room, "La fibra non va")
        paolo.says(room, "Nemmeno a me")
        first, second = (event for event in desk.hears() if isinstance(event, Message))
        assert first.thread == second.thread == room
        assert first.sender != second.sender
        assert first.extra["context"] == "Condominio"
        (sent,) = adapter.send(desk.account, answer_to(first, "Arriviamo")).external_ids
        relation = giulia.sees(room, sent)["content"]["m.relates_to"]
        assert relation == {"m.in_reply_to": {"event_id": first.external_id}}

    def test_an_invitation_into_a_room_for_everybody_is_not_accepted(self, desk, telvia, giulia) -> None:
        room = giulia.invites(telvia.id, preset="public_chat")
        giulia.says(room, "Venite tutti")
        assert [event for event in desk.hears() if isinstance(event, Message)] == []
        assert room not in telvia.rooms()

    def test_a_private_answer_never_leaves_into_an_open_room(self, desk, telvia, giulia) -> None:
        room = giulia.invites(telvia.id)
        giulia.says(room, "Il mio codice è 4471")
        message = desk.hears_message()
        giulia.sets(room, "m.room.join_rules", join_rule="public")
        failure = refusal_of(desk, answer_to(message, "Grazie"))
        assert (failure.error, failure.of_message) == (ErrorClass.CONFIG, True)

    def test_an_open_room_is_answered_in_public_or_in_private(self, desk, telvia, giulia, paolo) -> None:
        room = giulia.invites(preset="public_chat")
        telvia.joins(room)
        paolo.joins(room)
        desk.hears()
        giulia.says(room, "Quanto costa?")
        message = desk.hears_message()
        assert message.visibility == "public"
        (sent,) = adapter.publish(desk.account, answer_to(message, "29 euro")).external_ids
        assert paolo.sees(room, sent)["content"]["body"] == "29 euro"
        outgoing = answer_to(message, "Le scrivo qui", "dm-1", from_public=True)
        (private,) = adapter.send(desk.account, outgoing).external_ids
        (invited,) = giulia.invited_to()
        giulia.joins(invited)
        assert giulia.sees(invited, private)["content"]["body"] == "Le scrivo qui"
        adapter.send(desk.account, answer_to(message, "Ancora io", "dm-2", from_public=True))
        assert giulia.invited_to() == [], "the room that was made is used again"
        assert refusal_of(desk, answer_to(message, "", "dm-3")).error is ErrorClass.CONTENT

    def test_a_closed_room_is_never_answered_in_public(self, desk, telvia, giulia) -> None:
        room = giulia.invites(telvia.id)
        giulia.says(room, "Solo tra noi")
        failure = refusal_of(desk, answer_to(desk.hears_message(), "Certo"), in_public=True)
        assert (failure.error, failure.of_message) == (ErrorClass.CONFIG, True)
        assert room in telvia.rooms()

    def test_whoever_has_left_cannot_be_answered(self, desk, telvia, giulia) -> None:
        room = giulia.invites(telvia.id)
        giulia.says(room, "Ci siete?")
        message = desk.hears_message()
        giulia.leaves(room)
        assert refusal_of(desk, answer_to(message, "Certo")).error is ErrorClass.RECIPIENT_GONE
        telvia.leaves(room)
        failure = refusal_of(desk, answer_to(message, "Certo"))
        assert failure.error is ErrorClass.RECIPIENT_GONE, failure

    def test_a_text_that_is_too_large_is_refused(self, desk, telvia, giulia) -> None:
        room = giulia.invites(telvia.id)
        giulia.says(room, "Ci siete?")
        message = desk.hears_message()
        adapter.send(desk.account, answer_to(message, "è" * (adapter.capabilities.max_length // 2)))
        failure = refusal_of(desk, answer_to(message, "a" * 70_000, "large-1"))
        assert (failure.error, failure.code) == (ErrorClass.CONTENT, "M_TOO_LARGE")

    def test_an_encrypted_message_is_shown_as_one(self, desk, telvia, giulia) -> None:
        room = giulia.invites(telvia.id)
        giulia.sends(room, "m.room.encrypted", {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgA"})
        message = desk.hears_message()
        assert (message.kind, message.extra["warnings"]) == ("encrypted", ["encrypted"])

    def test_waiting_ends_when_something_is_said(self, desk, telvia: MatrixUser, giulia: MatrixUser) -> None:
        room = giulia.invites(telvia.id)
        desk.hears()
        giulia.says(room, "Ci siete?")
        adapter.wait(desk.account, 20)
        assert desk.hears_message().text == "Ci siete?"

    def test_a_wrong_token_is_named(self, desk) -> None:
        import dataclasses

        config = dataclasses.replace(desk.account.config, access_token="somebody-else")
        account = dataclasses.replace(desk.account, config=config)
        with pytest.raises(SendRefused) as refusal:
            adapter.test(account)
        assert refusal.value.failure.error is ErrorClass.REAUTH
        assert adapter.test(desk.account) == f"Connected as {desk.account.config.user_id}."
