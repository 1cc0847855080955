"""Saved replies: who writes them, how they are filled in, and what nobody may do."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from ascolto.accounts.models import Agent, Role
from ascolto.customers.models import Customer
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.knowledge.actions.replies import archive_reply, change_reply, create_reply, restore_reply
from ascolto.knowledge.filling import register_fields, values_for
from ascolto.knowledge.models import SavedReply
from ascolto.knowledge.selectors import list_replies, replies_for, visible_replies
from ascolto.knowledge.variables import filled, unknown_in
from ascolto.testing.factories import Cast, make_agent, make_cast

pytestmark = pytest.mark.django_db
TEXTS = {
    "it": "Ciao {customer}, il rimborso arriva in cinque giorni.",
    "en": "Hi {customer}, refunds take five days.",
}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def reply(cast: Cast, by: Agent | None = None, **fields: Any) -> SavedReply:
    """A reply of the care team, unless said otherwise."""
    values = {
        "title": "When do refunds arrive?",
        "shortcut": "refund",
        "texts": TEXTS,
        "team": cast.care,
        **fields,
    }
    return create_reply(by=by or cast.marco, **values)


def test_marco_writes_a_reply_for_his_team_and_the_log_says_so(cast: Cast) -> None:
    made = reply(cast, shortcut="/Refund")
    assert made.shortcut == "refund"
    assert dict(made.texts.values_list("language", "text")) == TEXTS
    said = Event.objects.get(type="saved_reply.created")
    assert (said.actor_id, said.data["reply"], said.data["team"]) == (cast.marco.pk, made.pk, cast.care.pk)


@pytest.mark.parametrize(
    ("who", "team", "may"),
    [
        ("marco", "care", True), ("marco", None, False), ("viktor", "care", False), ("anna", "care", True), ("anna", None, True),
        ("guest", "care", False), ("guest", None, False),
    ],
)  # fmt: skip
def test_who_writes_what(cast: Cast, who: str, team: str | None, may: bool) -> None:
    person = make_agent("Bruno Conti", Role.GUEST) if who == "guest" else getattr(cast, who)
    place = cast.care if team else None
    if may:
        assert reply(cast, person, team=place).pk
        return
    with pytest.raises(Refused):
        reply(cast, person, team=place)
    existing = reply(cast, cast.anna, team=place)
    for change in (
        lambda: change_reply(by=person, reply=existing, title="Mine"),
        lambda: archive_reply(by=person, reply=existing),
    ):
        with pytest.raises(Refused):
            change()
    assert not Event.objects.filter(type="saved_reply.changed").exists()


def test_nobody_gives_a_reply_to_a_team_that_is_not_theirs(cast: Cast) -> None:
    made = reply(cast)
    with pytest.raises(Refused):
        change_reply(by=cast.marco, reply=made, team=cast.viktor.teams.get())
    with pytest.raises(Refused):
        change_reply(by=cast.marco, reply=made, team=None)


def test_viktor_and_guests_do_not_see_replies_of_other_teams(cast: Cast) -> None:
    mine, everybodys = reply(cast), reply(cast, cast.anna, team=None, shortcut="hours")
    assert set(visible_replies(cast.marco)) == {mine, everybodys}
    assert set(visible_replies(cast.viktor)) == {everybodys}
    assert set(visible_replies(cast.anna)) == {mine, everybodys}
    assert not visible_replies(make_agent("Bruno Conti", Role.GUEST)).exists()


def test_a_shortcut_is_one_in_its_scope(cast: Cast) -> None:
    reply(cast)
    reply(cast, cast.anna, team=None)
    with pytest.raises(ValidationError) as refused:
        reply(cast)
    assert "shortcut" in refused.value.message_dict
    with pytest.raises(ValidationError):
        reply(cast, cast.anna, team=None)


def test_put_away_and_taken_out_again(cast: Cast) -> None:
    made = reply(cast)
    assert archive_reply(by=cast.marco, reply=made)
    assert not archive_reply(by=cast.marco, reply=made)
    assert list(list_replies(cast.marco)) == []
    assert list(list_replies(cast.marco, archived=True)) == [made]
    other = reply(cast)
    with pytest.raises(ValidationError):
        restore_reply(by=cast.marco, reply=made)
    archive_reply(by=cast.marco, reply=other)
    assert restore_reply(by=cast.marco, reply=made)
    assert list(list_replies(cast.marco)) == [made]


def test_a_change_says_what_changed_and_the_same_again_says_nothing(cast: Cast) -> None:
    made = reply(cast)
    assert change_reply(by=cast.anna, reply=made, title="Refunds", texts={"it": "Cinque giorni."})
    assert not change_reply(by=cast.anna, reply=made, title="Refunds", texts={"it": "Cinque giorni."})
    [said] = Event.objects.filter(type="saved_reply.changed")
    assert said.data["fields"] == ["title", "texts"]
    assert made.changed_by == cast.anna


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"title": " "}, "title"),
        ({"shortcut": "two words"}, "shortcut"),
        ({"shortcut": "x" * 41}, "shortcut"),
        ({"texts": {}}, "texts"),
        ({"texts": {"it": "  "}}, "texts"),
        ({"texts": {"italian": "Ciao"}}, "texts"),
        ({"texts": {"it": "Ciao {nome}"}}, "text_it"),
        ({"texts": {"it": "a" * 1_000_000}}, "text_it"),
    ],
)
def test_what_cannot_be_a_reply_is_refused_at_its_field(
    cast: Cast, fields: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        reply(cast, **fields)
    assert wrong in refused.value.message_dict


@pytest.mark.parametrize(
    "text",
    ["\x00ciao\ud800", "‮‏ciao", "Z̷̨̛̘a̶l̷g̸o̵" * 50, "😱" * 1000, "{{customer}}", "{" * 4000, "{customer" * 400],
)
def test_strange_texts_are_kept_or_refused_but_break_nothing(cast: Cast, text: str) -> None:
    try:
        made = reply(cast, texts={"it": text})
    except ValidationError:
        return
    assert replies_for(cast.marco, cast.writes())[0].id == made.pk


def test_replies_are_filled_in_in_the_customers_language(cast: Cast) -> None:
    reply(cast)
    conversation = cast.writes()
    Customer.objects.filter(pk=cast.giulia.pk).update(language="it")
    conversation.customer.refresh_from_db()
    [offered] = replies_for(cast.marco, conversation)
    assert (offered.language, offered.is_translated) == ("it", True)
    assert offered.text == "Ciao Giulia Ferri, il rimborso arriva in cinque giorni."
    Customer.objects.filter(pk=cast.giulia.pk).update(language="de")
    conversation.customer.refresh_from_db()
    [offered] = replies_for(cast.marco, conversation)
    assert (offered.language, offered.is_translated) == ("en", False)


def test_a_teams_reply_takes_the_place_of_everybodys(cast: Cast) -> None:
    reply(cast, cast.anna, team=None, title="Everybody's")
    mine = reply(cast, title="Ours")
    assert [one.id for one in replies_for(cast.marco, cast.writes())] == [mine.pk]


def test_replies_are_found_by_words_and_shortcut(cast: Cast) -> None:
    reply(cast)
    reply(cast, shortcut="hours", title="Opening hours", texts={"en": "We are open from nine to six."})
    for words, count in [
        ("refund", 1),
        ("/hours", 1),
        ("nine six", 1),
        ("nine refund", 0),
        ("%", 0),
        ("", 2),
        ("RIMBORSO", 1),
    ]:
        assert list_replies(cast.marco, words=words).count() == count, words


def test_what_is_offered_costs_a_fixed_number_of_queries(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        reply(cast, shortcut=f"r{number}")
    conversation = cast.writes()
    with django_assert_max_num_queries(6):
        assert len(replies_for(cast.marco, conversation)) == 20


def test_variables_leave_no_holes_and_are_not_filled_twice() -> None:
    assert filled("Ciao {customer}, sono {agent}.", {"customer": "", "agent": "Marco"}) == "Ciao, sono Marco."
    assert filled("{Customer} {agent}", {"customer": "{agent}", "agent": "Marco"}) == "{agent} Marco"
    assert filled("No. {number}!", {"number": "00423"}) == "No. 00423!"
    assert unknown_in("{customer} {nome} {nome} { agent }") == ["nome"]


def test_a_reply_that_sells_says_so(cast: Cast) -> None:
    plain, offer = (
        reply(cast),
        reply(
            cast, shortcut="fibre", texts={"it": "Passa alla fibra a 19,90 al mese, attivala entro domenica!"}
        ),
    )
    assert (plain.is_commercial, offer.is_commercial) == (False, True)
    offered = {one.shortcut: one.is_commercial for one in replies_for(cast.marco, cast.writes())}
    assert offered == {"refund": False, "fibre": True}


def test_a_personal_reply_is_its_owners_alone_and_goes_before_the_teams(cast: Cast) -> None:
    conversation = cast.writes()
    reply(cast, texts={"en": "Of the team."})
    mine = reply(cast, team=None, owner=cast.marco, texts={"en": "Mine, {first_name}."}, folder="  Refunds ")
    assert (mine.team_id, mine.folder) == (None, "Refunds")
    assert [one.text for one in replies_for(cast.marco, conversation)] == ["Mine, Giulia."]
    assert [one.text for one in replies_for(cast.anna, conversation)] == ["Of the team."]
    assert not visible_replies(cast.anna).filter(pk=mine.pk).exists()
    with pytest.raises(Refused):
        change_reply(by=cast.anna, reply=mine, title="Hers now")
    with pytest.raises(Refused):
        reply(cast, by=cast.anna, team=None, owner=cast.marco, shortcut="other")
    with pytest.raises(ValidationError):
        reply(cast, team=None, owner=cast.marco)
    assert change_reply(by=cast.marco, reply=mine, owner=None, team=cast.care, shortcut="refund2")
    assert SavedReply.objects.get(pk=mine.pk).owner is None


def test_gaps_beyond_the_name_and_fields_of_the_company(cast: Cast) -> None:
    conversation = cast.writes()
    register_fields(lambda about: {"plan": "Fibra Casa"} if about.pk == conversation.pk else {})
    text = "{first_name}, {company} {channel}: {field:plan}, {field:none}!"
    assert unknown_in(text) == []
    assert unknown_in("{field:UP PER} {fields}") == ["field:UP PER", "fields"]
    values = values_for(cast.marco, conversation, "en")
    assert values["field:plan"] == "Fibra Casa"
    assert filled(text, values).startswith("Giulia,")
    assert "Fibra Casa,!" in filled(text, values)
