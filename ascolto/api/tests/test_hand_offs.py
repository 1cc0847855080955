"""Hand-offs and what was told, by the API."""

from __future__ import annotations

import pytest

from ascolto.accounts.models import Agent
from ascolto.api.tests.conftest import Caller, token_of
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Conversation
from ascolto.routing.models import HandOff, RoutingRules
from ascolto.testing.factories import Cast, make_agent, make_cast, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def sara(cast: Cast) -> Agent:
    return make_agent("Sara Conti", teams=[make_team("Marketing")])


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    found = cast.writes("Good morning, my customer number is 4471902 and the line is dead.")
    add_reply(agent=cast.marco, conversation=found, text="I am looking into it.")
    return Conversation.objects.get(pk=found.pk)


def test_marco_offers_and_sara_accepts(cast: Cast, sara: Agent, conversation: Conversation) -> None:
    marco, saras = token_of(cast.marco), token_of(sara)
    offered = marco.post(
        f"/conversations/{conversation.pk}/hand-offs", {"agent": sara.pk, "note": "A journalist."}, status=201
    )
    assert (offered["state"], offered["to_agent"]["name"], offered["note"]) == (
        "asked",
        "Sara Conti",
        "A journalist.",
    )
    assert ("customer_code", "4471902") in {(fact["kind"], fact["value"]) for fact in offered["facts"]}
    assert [one["id"] for one in saras.get("/hand-offs?state=asked&to=me")["data"]] == [offered["id"]]
    assert marco.get("/hand-offs?state=asked&to=me")["data"] == []
    assert [one["id"] for one in marco.get("/hand-offs?by=me")["data"]] == [offered["id"]]
    accepted = saras.post(f"/hand-offs/{offered['id']}/accept")
    assert (accepted["state"], accepted["settled_by"]["name"]) == ("accepted", "Sara Conti")
    assert saras.get(f"/conversations/{conversation.pk}")["assignee"]["name"] == "Sara Conti"
    again = saras.problem("POST", f"/hand-offs/{offered['id']}/accept", {})
    assert (again.status, again.code) == (422, "offer_settled")


def test_sara_refuses_with_a_reason_and_somebody_else(
    cast: Cast, sara: Agent, conversation: Conversation
) -> None:
    offered = token_of(cast.marco).post(
        f"/conversations/{conversation.pk}/hand-offs", {"agent": sara.pk}, status=201
    )
    saras, address = token_of(sara), f"/hand-offs/{offered['id']}/refuse"
    assert saras.problem("POST", address, {"reason": "Not mine."}).code == "proposal_missing"
    refused = saras.post(address, {"reason": "Not mine.", "team": cast.care.pk})
    assert (refused["state"], refused["reason"], refused["proposed_team"]["name"]) == (
        "refused",
        "Not mine.",
        "Care",
    )
    assert saras.get(f"/hand-offs/{offered['id']}")["state"] == "refused"


def test_marco_takes_it_back_and_viktor_finds_nothing(
    cast: Cast, sara: Agent, conversation: Conversation
) -> None:
    marco, viktor = token_of(cast.marco), token_of(cast.viktor)
    offered = marco.post(
        f"/conversations/{conversation.pk}/hand-offs", {"team": sara.teams.get().pk}, status=201
    )
    for verb in ("accept", "withdraw", "allow"):
        assert viktor.problem("POST", f"/hand-offs/{offered['id']}/{verb}", {}).status == 404
    assert viktor.problem("GET", f"/hand-offs/{offered['id']}").status == 404
    assert viktor.problem("GET", f"/conversations/{conversation.pk}/told").status == 404
    assert viktor.get("/hand-offs")["data"] == []
    assert marco.post(f"/hand-offs/{offered['id']}/withdraw")["state"] == "withdrawn"


@pytest.mark.parametrize("keyed", [True, False])
def test_over_the_limit_the_wish_waits_for_anna(
    cast: Cast, sara: Agent, conversation: Conversation, keyed: bool
) -> None:
    RoutingRules.objects.update_or_create(pk=1, defaults={"hand_offs_at_most": 0})
    headers = {"Idempotency_Key": "the-same"} if keyed else {}
    body, address = {"agent": sara.pk}, f"/conversations/{conversation.pk}/hand-offs"
    assert token_of(cast.marco).problem("POST", address, body, **headers).code == "hand_off_limit"
    waits = HandOff.objects.get(state="limit")
    anna = token_of(cast.anna)
    assert [one["id"] for one in anna.get("/hand-offs?state=limit")["data"]] == [waits.pk]
    assert anna.post(f"/hand-offs/{waits.pk}/allow")["state"] == "asked"
    assert token_of(sara).post(f"/hand-offs/{waits.pk}/accept")["state"] == "accepted"


def test_a_transfer_of_what_was_answered_is_an_offer(
    cast: Cast, sara: Agent, conversation: Conversation
) -> None:
    marco, team = token_of(cast.marco), sara.teams.get()
    address = f"/conversations/{conversation.pk}/transfer"
    moved = marco.post(address, {"team": team.pk, "note": "She asks for a statement."})
    assert (moved["assignee"]["name"], moved["team"]) == ("Marco Villa", None)
    offer = HandOff.objects.get()
    assert (offer.state, offer.to_team, offer.note) == ("asked", team, "She asks for a statement.")
    assert marco.get(f"/conversations/{conversation.pk}/messages")["data"][-1]["visibility"] == "note"
    assert token_of(cast.anna).post(address, {"team": team.pk})["team"]["name"] == "Marketing"  # leads push


def test_a_transfer_over_the_limit_is_kept_for_a_lead(
    cast: Cast, sara: Agent, conversation: Conversation
) -> None:
    RoutingRules.objects.update_or_create(pk=1, defaults={"hand_offs_at_most": 0})
    body = {"team": sara.teams.get().pk}
    no = token_of(cast.marco).problem("POST", f"/conversations/{conversation.pk}/transfer", body)
    assert (no.status, no.code) == (422, "hand_off_limit")
    assert HandOff.objects.get().state == "limit"


def test_what_was_not_answered_yet_is_sorted_at_once(cast: Cast, sara: Agent) -> None:
    conversation = cast.writes()
    marco, address = token_of(cast.marco), f"/conversations/{conversation.pk}"
    marco.post(f"{address}/assign", {"assignee": "me"})
    moved = marco.post(f"{address}/transfer", {"team": sara.teams.get().pk})
    assert (moved["assignee"], moved["team"]["name"]) == (None, "Marketing")


def test_a_push_to_a_colleague_is_refused_and_says_what_to_do(
    cast: Cast, sara: Agent, conversation: Conversation
) -> None:
    no = token_of(cast.marco).problem(
        "POST", f"/conversations/{conversation.pk}/assign", {"assignee": sara.pk}
    )
    assert (no.status, no.code, no.fix) == (422, "ask_first", "Hand it over: they have to accept.")


def test_what_giulia_told_is_listed_with_its_place(cast: Cast, conversation: Conversation) -> None:
    told = token_of(cast.marco).get(f"/conversations/{conversation.pk}/told")["data"]
    code = next(one for one in told if one["kind"] == "customer_code")
    first = conversation.messages.order_by("pk")[0]
    assert (code["value"], code["message_id"], code["is_current"]) == ("4471902", first.pk, True)
    assert first.text[code["start"] : code["end"]] == "4471902"


def test_lists_come_in_pages(cast: Cast, sara: Agent) -> None:
    marco = token_of(cast.marco)
    made = []
    for place in range(3):
        talk = cast.writes(f"Matter {place}", customer=None, external_id=f"m-{place}")
        add_reply(agent=cast.marco, conversation=talk, text="I am on it.")
        offered = marco.post(f"/conversations/{talk.pk}/hand-offs", {"agent": sara.pk}, status=201)
        made.append(offered["id"])
        marco.post(f"/hand-offs/{offered['id']}/withdraw")
    first = marco.get("/hand-offs?limit=2")
    rest = marco.get(f"/hand-offs?limit=2&cursor={first['meta']['next_cursor']}")
    assert [one["id"] for one in first["data"] + rest["data"]] == made[::-1]
    assert rest["meta"]["next_cursor"] is None
    assert marco.problem("GET", "/hand-offs?cursor=x").status == 422


def test_a_guest_hands_nothing_over(cast: Cast, sara: Agent, conversation: Conversation) -> None:
    guest = make_agent("Pia Sala", "guest")
    caller: Caller = token_of(guest)
    assert caller.get("/hand-offs")["data"] == []
    assert (
        caller.problem("POST", f"/conversations/{conversation.pk}/hand-offs", {"agent": sara.pk}).status
        == 404
    )
