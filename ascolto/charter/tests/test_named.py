"""Guarantee 5: people sign, machines do not."""

from __future__ import annotations

import pytest

from ascolto.accounts.models import Agent, Company
from ascolto.charter.models import SignatureStyle
from ascolto.charter.signatures import Style, person_signed, sign, written_as
from ascolto.conversations.actions import add_reply
from ascolto.gates import Refused
from ascolto.testing.factories import Cast, make_cast, make_conversation, make_inbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def _company(name: str) -> None:
    Company.objects.filter(pk=Company.current().pk).update(name=name)


def _style(kind: str, style: str, reason: str = "") -> None:
    SignatureStyle.objects.update_or_create(kind=kind, defaults={"style": style, "reason": reason})


@pytest.mark.parametrize(
    ("kind", "company", "signature"),
    [
        ("whatsapp", "Telvia", "Marco, Telvia"),
        ("sms", "Telvia", "Marco, Telvia"),
        ("whatsapp", "", "Marco"),
        ("email", "Telvia", "\nMarco\nTelvia"),
        ("form", "", "\nMarco"),
        ("mastodon", "Telvia", "^MV"),
        ("bluesky", "", "^MV"),
        ("chat", "Telvia", ""),
        ("a-channel-of-tomorrow", "Telvia", "Marco, Telvia"),
    ],
)
def test_each_channel_is_signed_in_its_own_manner(
    cast: Cast, kind: str, company: str, signature: str
) -> None:
    _company(company)
    assert sign(cast.marco, kind, "private") == signature


def test_a_person_is_called_as_they_wish() -> None:
    agent = Agent(name="Marco Villa", public_name="Marco V.", email="m@telvia.example")
    assert written_as(Style.NAME_COMPANY, agent, "Telvia") == "Marco V., Telvia"
    assert written_as(Style.NAME, Agent(name=" ", email="info@telvia.example"), "") == "info@telvia.example"


def test_the_signature_is_kept_with_the_message(cast: Cast) -> None:
    _company("Telvia")
    message = add_reply(agent=cast.marco, conversation=cast.writes(), text="We look into it.")
    assert (message.text, message.extra["signature"]) == ("We look into it.", "Marco, Telvia")


@pytest.mark.guarantee("named", "refused")
def test_an_answer_of_a_person_without_a_name_is_refused(cast: Cast) -> None:
    from ascolto.charter.signatures import sign as signing
    from ascolto.conversations.signing import register_signer

    register_signer(lambda agent, kind, visibility: "")
    try:
        with pytest.raises(Refused) as refusal:
            add_reply(agent=cast.marco, conversation=cast.writes(), text="We look into it.")
    finally:
        register_signer(signing)
    assert (refusal.value.code, refusal.value.guarantee) == ("unsigned", "named")


def test_where_the_channel_shows_the_name_or_nobody_signs_it_leaves(cast: Cast) -> None:
    chat = make_conversation(make_inbox("chat", teams=[cast.care]))
    assert "signature" not in add_reply(agent=cast.marco, conversation=chat, text="We look into it.").extra
    _style("webhook", "none", "The shop shows who writes")
    assert "signature" not in add_reply(agent=cast.marco, conversation=cast.writes(), text="We look.").extra


@pytest.mark.parametrize(
    "ending",
    [
        "Marco",
        "Marco Villa",
        "— Marco",
        "Ciao, Marco",
        "marco, Telvia",
        "^MV",
        "Cordiali saluti, MARCO VILLA.",
    ],
)
def test_a_machine_does_not_sign_as_a_person(cast: Cast, ending: str) -> None:
    with pytest.raises(Refused) as refusal:
        add_reply(agent=None, conversation=cast.writes(), text=f"You wait about five minutes.\n{ending}")
    assert (refusal.value.code, refusal.value.may_override) == ("machine_signs", False)


def test_a_machine_that_says_what_it_is_may_write(cast: Cast) -> None:
    message = add_reply(agent=None, conversation=cast.writes(), text="You wait about five minutes.\nTelvia")
    assert message.is_automatic
    assert "signature" not in message.extra


@pytest.mark.parametrize(
    "text", ["x" * 200_000, "😀" * 10_000, "\u202e\u200b" * 5_000, "a,\n" * 50_000, "", ","]
)
def test_odd_texts_of_machines_are_looked_at_in_no_time(cast: Cast, text: str) -> None:
    assert person_signed(text) == ""
