"""Hand-offs on screen: the dialog, the banner, the list, and the line on every page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ascolto.accounts.models import Agent
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Conversation
from ascolto.routing.actions.hand_offs import accept, ask
from ascolto.routing.models import HandOff, RoutingRules
from ascolto.testing.factories import Cast, make_agent, make_cast, make_team

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}


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


@pytest.fixture
def as_(client: Client) -> Callable[[Agent], Client]:
    def sign_in(agent: Agent) -> Client:
        browser = Client()
        browser.force_login(agent)
        return browser

    return sign_in


def words(html: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.decode()).split())


def test_marco_sees_what_sara_will_see_and_offers_it(
    cast: Cast, sara: Agent, conversation: Conversation, as_: Callable[[Agent], Client]
) -> None:
    marco, address = as_(cast.marco), f"/c/{conversation.number}/hand-over/"
    form = words(marco.get(address, headers=FRAGMENT).content)
    assert "4471902" in form
    assert "Sara Conti" in form
    done = marco.post(address, {"to": f"agent-{sara.pk}", "note": "A journalist asks."}, headers=FRAGMENT)
    assert done.status_code == 200
    assert "Offered to Sara Conti." in words(done.content)
    assert "You have it until they accept" in done.headers["HX-Trigger"]
    assert HandOff.objects.get().note == "A journalist asks."


def test_without_scripts_the_dialog_is_a_page(
    cast: Cast, sara: Agent, conversation: Conversation, as_: Callable[[Agent], Client]
) -> None:
    marco, address = as_(cast.marco), f"/c/{conversation.number}/hand-over/"
    assert "<html" in marco.get(address).content.decode()
    refused = marco.post(address, {"to": "", "note": "Please."})
    assert refused.status_code == 422
    assert "Choose a colleague or a team." in words(refused.content)
    assert "Please." in words(refused.content)
    done = marco.post(address, {"to": f"agent-{sara.pk}", "note": "Please."})
    assert (done.status_code, done["Location"]) == (302, f"/c/{conversation.number}/")


def test_sara_finds_the_offer_everywhere_and_accepts(
    cast: Cast, sara: Agent, conversation: Conversation, as_: Callable[[Agent], Client]
) -> None:
    offer = ask(agent=cast.marco, conversation=conversation, to_agent=sara, note="A journalist asks.")
    browser = as_(sara)
    page = words(browser.get("/hand-offs/").content)
    assert "1 conversation is offered to you." in page
    assert "A journalist asks." in page
    banner = words(browser.get(f"/c/{conversation.number}/hand-off/").content)
    assert "Marco Villa offers you this conversation." in banner
    assert "4471902" in banner
    done = browser.post(f"/hand-offs/{offer.pk}/accept/", headers=FRAGMENT)
    assert done.status_code == 200
    conversation.refresh_from_db()
    assert conversation.assignee == sara
    assert "Nothing is offered" in words(browser.get("/hand-offs/").content)


def test_sara_refuses_with_a_reason_and_somebody_else(
    cast: Cast, sara: Agent, conversation: Conversation, as_: Callable[[Agent], Client]
) -> None:
    offer = ask(agent=cast.marco, conversation=conversation, to_agent=sara)
    browser, address = as_(sara), f"/hand-offs/{offer.pk}/refuse/"
    again = browser.post(address, {"reason": "Not mine.", "proposed": ""}, headers=FRAGMENT)
    assert again.status_code == 422
    assert "Say who should have it instead." in words(again.content)
    assert "Not mine." in again.content.decode()
    done = browser.post(
        address, {"reason": "Not mine.", "proposed": f"team-{cast.care.pk}"}, headers=FRAGMENT
    )
    assert done.headers["HX-Redirect"] == "/hand-offs/"
    offer.refresh_from_db()
    assert (offer.state, offer.reason, offer.proposed_team) == ("refused", "Not mine.", cast.care)


def test_anna_decides_what_was_handed_over_too_often(
    cast: Cast, sara: Agent, conversation: Conversation, as_: Callable[[Agent], Client]
) -> None:
    RoutingRules.objects.update_or_create(pk=1, defaults={"hand_offs_at_most": 0})
    marco, anna = as_(cast.marco), as_(cast.anna)
    address = f"/c/{conversation.number}/hand-over/"
    refused = marco.post(address, {"to": f"agent-{sara.pk}", "note": "Please."}, headers=FRAGMENT)
    assert refused.status_code == 422
    assert "A lead decides" in words(refused.content)
    assert "1 hand-off waits for you to decide." in words(anna.get("/hand-offs/").content)
    offer = HandOff.objects.get()
    assert marco.post(f"/hand-offs/{offer.pk}/allow/", headers=FRAGMENT).status_code == 403
    assert anna.post(f"/hand-offs/{offer.pk}/allow/", headers=FRAGMENT).status_code == 200
    offer.refresh_from_db()
    assert (offer.state, offer.decided_by) == ("asked", cast.anna)
    accept(agent=sara, hand_off=offer)


def test_viktor_finds_nothing(
    cast: Cast, sara: Agent, conversation: Conversation, as_: Callable[[Agent], Client]
) -> None:
    offer = ask(agent=cast.marco, conversation=conversation, to_agent=sara)
    viktor = as_(cast.viktor)
    for address in (
        f"/c/{conversation.number}/hand-over/",
        f"/c/{conversation.number}/hand-off/",
        "/c/99999/hand-off/",
    ):
        assert viktor.get(address).status_code == 404
    assert viktor.get(f"/c/{conversation.number}/told/").status_code == 404
    for verb in ("accept", "refuse", "withdraw"):
        assert viktor.post(f"/hand-offs/{offer.pk}/{verb}/").status_code == 404
    assert "Nothing is offered" in words(viktor.get("/hand-offs/").content)


def test_a_colleague_who_is_not_concerned_sees_no_banner(
    cast: Cast, sara: Agent, conversation: Conversation, as_: Callable[[Agent], Client]
) -> None:
    luca = make_agent("Luca Riva", teams=[cast.care])
    ask(agent=cast.marco, conversation=conversation, to_agent=sara, note="A journalist asks.")
    assert words(as_(luca).get(f"/c/{conversation.number}/hand-off/").content) == ""


def test_the_card_shows_what_giulia_already_said(
    cast: Cast, conversation: Conversation, as_: Callable[[Agent], Client]
) -> None:
    answer = as_(cast.marco).get(f"/c/{conversation.number}/told/", headers=FRAGMENT)
    shown = answer.content.decode()
    assert "Do not ask again" in words(answer.content)
    assert "Customer number 4471902" in words(answer.content)
    first = conversation.messages.order_by("pk")[0]
    assert f"/c/{conversation.number}/#m-{first.pk}" in shown
    cast.writes("The number is 4471905, sorry: customer number 4471905.")
    again = words(as_(cast.marco).get(f"/c/{conversation.number}/told/", headers=FRAGMENT).content)
    assert "1 said otherwise before" in again


def test_the_card_of_somebody_who_said_nothing_says_so(cast: Cast, as_: Callable[[Agent], Client]) -> None:
    conversation = cast.writes("Hello?")
    shown = words(as_(cast.marco).get(f"/c/{conversation.number}/told/").content)
    assert "No codes, numbers or attempts yet." in shown
    assert "Do not ask again" not in shown


def test_the_card_costs_the_same_however_much_was_said(cast: Cast, as_: Callable[[Agent], Client]) -> None:
    conversation = cast.writes("customer number 4471902")
    browser, costs = as_(cast.marco), []
    browser.get(f"/c/{conversation.number}/told/", headers=FRAGMENT)  # what is read once a process is read
    for said in (1, 30):
        for place in range(said):
            cast.writes(f"order number A-{22915 + place}")
        with CaptureQueriesContext(connection) as context:
            browser.get(f"/c/{conversation.number}/told/", headers=FRAGMENT)
        costs.append(len(context))
    assert costs[0] == costs[1] <= 14
