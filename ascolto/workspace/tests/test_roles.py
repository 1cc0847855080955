"""Anna makes roles of the company's own; nobody gives more than they have, and a change holds at once."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from ascolto.accounts import actions
from ascolto.accounts.models import Agent, CustomRole, Role
from ascolto.accounts.permissions import PERMISSIONS, of_role, rank_of, read, written
from ascolto.conversations.access import access_conversation, sight_of
from ascolto.conversations.actions import add_reply
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.testing.factories import make_agent, make_cast

pytestmark = pytest.mark.django_db
names = st.sets(st.sampled_from(sorted(PERMISSIONS)))


def with_role(agent: Agent, name: str, *permissions: str, base: str = Role.AGENT) -> CustomRole:
    role = actions.create_role(by=None, name=name, base=base, permissions=permissions)
    actions.change_agent(by=None, agent=agent, role=f"custom:{role.pk}")
    return role


@given(names)
def test_a_row_keeps_exactly_what_its_role_grants(permissions: set[str]) -> None:
    assert read(written(permissions)) == permissions
    assert read(written(permissions) + " planets.move ") == permissions


@given(names, st.sampled_from(Role.values))
def test_no_role_made_by_hand_opens_the_doors_of_an_administrator(permissions: set[str], base: str) -> None:
    rank = rank_of(base, permissions)
    assert rank != Role.ADMINISTRATOR
    assert (rank == Role.LEAD) == ("conversations.see_all" in permissions)


def test_who_may_not_answer_cannot_send_anywhere() -> None:
    cast = make_cast()
    written = cast.writes("My line is dead")
    with_role(cast.marco, "Reader", "conversations.manage", "customers.see")
    marco = Agent.objects.get(pk=cast.marco.pk)
    assert access_conversation(marco, written.pk, to="manage")
    assert access_conversation(marco, written.pk, to="note")
    with pytest.raises(Refused) as refused:
        access_conversation(marco, written.pk, to="reply")
    assert refused.value.code == "not_allowed"
    with pytest.raises(Refused):
        add_reply(agent=marco, conversation=written, text="Hello")


def test_asking_what_somebody_may_do_costs_no_query(django_assert_num_queries: object) -> None:
    marco = make_agent()
    with_role(marco, "Half", "conversations.reply")
    marco = Agent.objects.get(pk=marco.pk)
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert marco.may("conversations.reply")
        assert not marco.may("customers.merge")
        assert not marco.is_lead
        assert marco.granted == {"conversations.reply"}


def test_a_changed_role_holds_at_once_and_open_screens_hear_of_it() -> None:
    cast = make_cast()
    role = with_role(cast.viktor, "Outsider", "conversations.reply")
    viktor = Agent.objects.get(pk=cast.viktor.pk)
    assert not sight_of(viktor).everything
    Event.objects.all().delete()
    actions.change_role(by=None, role=role, permissions=["conversations.reply", "conversations.see_all"])
    viktor.refresh_from_db()
    assert sight_of(viktor).everything
    assert Event.objects.filter(type="agent.changed", data__agent=viktor.pk).exists()
    told = Event.objects.get(type="role.changed")
    assert told.data["changes"] == {"permissions": {"added": ["conversations.see_all"]}}


def test_nobody_gives_more_than_they_have() -> None:
    helper, marco = make_agent("Helga People"), make_agent()
    with_role(helper, "Personnel", "people.manage", "conversations.reply")
    helper.refresh_from_db()
    for wanted in (Role.ADMINISTRATOR, Role.LEAD, Role.AGENT):
        with pytest.raises(ValidationError):
            actions.change_agent(by=helper, agent=marco, role=wanted)
    with pytest.raises(ValidationError):
        actions.create_role(by=helper, name="Spy", permissions=["log.see"])
    with pytest.raises(ValidationError):
        actions.invite_agent(by=helper, email="new@telvia.example", role=Role.ADMINISTRATOR)
    made = actions.create_role(by=helper, name="Answers", permissions=["conversations.reply"])
    invited, _token = actions.invite_agent(by=helper, email="new@telvia.example", role=f"custom:{made.pk}")
    assert invited.granted == {"conversations.reply"}


def test_nobody_takes_over_or_closes_somebody_who_may_do_more() -> None:
    anna, helper = make_agent("Anna Conti", Role.ADMINISTRATOR), make_agent("Helga People")
    with_role(helper, "Personnel", "people.manage")
    helper.refresh_from_db()
    for attempt in (
        lambda: actions.invite_again(by=helper, agent=anna),
        lambda: actions.deactivate_agent(by=helper, agent=anna),
        lambda: actions.change_agent(by=helper, agent=anna, email="helga2@telvia.example"),
    ):
        with pytest.raises(ValidationError):
            attempt()


def test_the_last_administrator_cannot_become_anything_else() -> None:
    anna = make_agent("Anna Conti", Role.ADMINISTRATOR)
    everything = actions.create_role(by=None, name="Everything", permissions=list(PERMISSIONS))
    with pytest.raises(ValidationError):
        actions.change_agent(by=None, agent=anna, role=f"custom:{everything.pk}")
    anna.refresh_from_db()
    assert anna.is_administrator


def test_the_screen_says_in_words_what_a_role_may_and_for_whom_it_changes(desk: Client, anna: Agent) -> None:
    assert desk.post("/settings/roles/", {"name": "Night shift", "base": "agent"}).status_code == 302
    role = CustomRole.objects.get()
    assert role.granted == of_role("agent")
    marco = make_agent()
    change = {"email": marco.email, "name": marco.name, "role": f"custom:{role.pk}"}
    assert desk.post(f"/settings/people/{marco.pk}/", change).status_code == 302
    assert "Night shift" in desk.get("/settings/people/").content.decode()
    address = reverse("workspace:role", args=[role.pk])
    looked = desk.post(address, {"name": "Night shift", "permissions": ["log.see"], "preview": "1"})
    page = looked.content.decode()
    assert "Marco Villa" in page
    assert "Read the log" in page
    assert "This touches 1 person." in page
    role.refresh_from_db()
    assert role.granted == of_role("agent")
    assert desk.post(address, {"name": "Night shift", "permissions": ["log.see"]}).status_code == 302
    marco.refresh_from_db()
    assert marco.granted == {"log.see"}
    assert "May: read the log. May not:" in desk.get("/settings/roles/").content.decode()


def test_a_role_that_somebody_has_is_not_laid_aside(desk: Client) -> None:
    marco = make_agent()
    role = with_role(marco, "Night shift", "conversations.reply")
    address = reverse("workspace:archive-role", args=[role.pk])
    desk.post(address, {"archived": "1"})
    role.refresh_from_db()
    assert not role.is_archived
    actions.change_agent(by=None, agent=marco, role=Role.AGENT)
    desk.post(address, {"archived": "1"})
    role.refresh_from_db()
    assert role.is_archived
    with pytest.raises(ValidationError):
        actions.change_agent(by=None, agent=marco, role=f"custom:{role.pk}")


def test_a_key_for_machines_ends_where_the_role_of_its_person_ends(client: Client) -> None:
    marco = make_agent()
    _token, secret = actions.create_token(agent=marco, scopes=["customers:read", "conversations:read"])
    headers = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    assert client.get("/api/v1/customers", **headers).status_code == 200
    with_role(marco, "No customers", "conversations.reply")
    assert client.get("/api/v1/customers", **headers).status_code == 403
    assert client.get("/api/v1/conversations", **headers).status_code == 200
