"""The screens of rehearsals, tests, trials and comparisons: nothing is kept that nobody asked to keep."""

from __future__ import annotations

import io
import json
import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ascolto.accounts.models import Agent
from ascolto.bot import trying
from ascolto.bot.actions import create_flow, publish, set_post
from ascolto.bot.actions.trials import start_trial
from ascolto.bot.models import BotPost, Dialogue, FlowVersion, Rehearsal, TrialRun
from ascolto.bot.tests.samples import CARE, make_writer
from ascolto.conversations.models import Message
from ascolto.events.models import Event
from ascolto.testing.factories import Cast, make_cast, make_customer

pytestmark = pytest.mark.django_db(transaction=True)
WHAT_IF = {"what-if": "1", "language": "en", "open": "1", "look_up": "missing", "call": "failed"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def rosa(cast: Cast) -> Agent:
    return make_writer()


@pytest.fixture
def version(cast: Cast, rosa: Agent) -> FlowVersion:
    return publish(by=rosa, version=create_flow(by=rosa, text=CARE))


@pytest.fixture
def page(rosa: Agent, client: Client) -> Client:
    client.force_login(rosa)
    return client


def kept_in(html: str) -> str:
    found = re.search(r'name="kept" value="([^"]*)"', html)
    assert found is not None
    return unescape(found[1])


class Talk:
    """The form, sent again and again as a browser without scripts does."""

    def __init__(self, client: Client, skin: str = "chat") -> None:
        self.client, self.address = client, reverse("bot:rehearse", args=["care"])
        self.html, self.keys = client.get(self.address).content.decode(), ""
        self.send(skin=skin)

    def send(self, **given: str) -> str:
        keys = re.search(r'name="keys" value="([^"]*)"', self.html)
        form = {**WHAT_IF, "kept": kept_in(self.html), "keys": keys[1] if keys else "", **given}
        answer = self.client.post(self.address, form)
        assert answer.status_code == 200
        self.html = unescape(answer.content.decode())
        return self.html


def test_rosa_talks_to_a_flow_and_nothing_happens_in_the_house(page: Client, version: FlowVersion) -> None:
    before = (Message.objects.count(), Dialogue.objects.count(), Event.objects.count())
    talk = Talk(page)
    html = talk.send(do="begin")
    assert "automatic assistant" in html
    assert 'value="welcome.bill"' in html
    html = talk.send(choice="welcome.bill")
    assert "The bill is in your account." in html
    assert "The dialogue ends; the matter is settled." in html
    html = talk.send(do="back")
    html = talk.send(text="I want to talk to an agent please")
    assert "A person goes on: the customer asked for one." in html
    html = talk.send(do="anew")
    assert "The bill is in your account." not in html
    assert (Message.objects.count(), Dialogue.objects.count(), Event.objects.count()) == before
    assert not Rehearsal.objects.exists()


def test_the_same_steps_on_every_channel(page: Client, version: FlowVersion) -> None:
    talk = Talk(page)
    talk.send(do="begin")
    html = talk.send(choice="welcome.fault")
    assert html.count("care/code") >= 1
    html = talk.send(skin="sms")
    assert "1. A fault" in html
    html = talk.send(skin="phone")
    assert "For a fault press 1." in html
    assert "Key 1" in html
    html = talk.send(skin="whatsapp")
    assert 'data-skin="whatsapp"' in html


def test_keys_gather_until_the_hash_and_zero_reaches_a_person(page: Client, version: FlowVersion) -> None:
    talk = Talk(page, "phone")
    talk.send(do="begin")
    html = talk.send(key="1")
    assert "Type the number, then #." in html
    for key in "123456":
        html = talk.send(key=key)
    assert "Keys so far: 123456" in html
    html = talk.send(key="#")
    assert "A person of Care goes on: the flow says so." in html
    talk = Talk(page, "phone")
    talk.send(do="begin")
    assert "A person goes on: the customer asked for one." in talk.send(key="0")


def test_what_is_supposed_counts_from_the_next_step_on(page: Client, version: FlowVersion) -> None:
    talk = Talk(page)
    talk.send(do="begin", holding="The network is down in Bologna.")
    assert "The network is down in Bologna." in talk.html
    html = talk.send(text="operator", open="", opens="tomorrow at nine")
    assert "Nobody is here right now" in html
    assert "tomorrow at nine" in html
    angry = Talk(page).send(do="begin", text="Again!", mood="angry")
    assert "automatic assistant" in angry


@pytest.mark.parametrize(
    "kept", ["x", "a:b:c", "\u202e" * 50, "0" * 500_000, "\ud800", "eyJmbG93IjoiY2FyZSJ9:1abc:zzz", "\x00"]
)
def test_what_comes_back_tampered_begins_anew(page: Client, version: FlowVersion, kept: str) -> None:
    form = {**WHAT_IF, "kept": kept.encode("utf-8", "replace").decode(), "text": "Hello", "do": "say"}
    answer = page.post(reverse("bot:rehearse", args=["care"]), form)
    assert answer.status_code == 200
    assert "was not ours" in answer.content.decode()


def test_what_was_signed_for_one_flow_is_nothing_for_another(
    page: Client, rosa: Agent, version: FlowVersion
) -> None:
    other = CARE.replace("flow: care", "flow: other")
    create_flow(by=rosa, text=other)
    talk = Talk(page)
    talk.send(do="begin")
    answer = page.post(
        reverse("bot:rehearse", args=["other"]), {"kept": kept_in(talk.html), "do": "say", "text": "1"}
    )
    assert "was not ours" in answer.content.decode()


@pytest.mark.parametrize(
    "text", ["x" * 300_000, "\u200b" * 3000, "\u202eabc", "Z\u0351\u0352" * 900, "😀" * 10_000, "a\x00b"]
)
def test_hostile_words_are_only_words(page: Client, version: FlowVersion, text: str) -> None:
    talk = Talk(page)
    talk.send(do="begin", text=text)
    talk.send(
        text=text, known=text, values=text, holding=text, topic=text, choice=text[:50], moment=text[:50]
    )
    assert kept_in(talk.html)


def test_a_text_that_was_not_saved_can_be_rehearsed(page: Client, version: FlowVersion) -> None:
    draft = CARE.replace("What do you need?", "How can we help?")
    address = reverse("bot:rehearse", args=["care"])
    html = page.post(address, {"draft": draft, "do": "begin", **WHAT_IF}).content.decode()
    assert "How can we help?" in html
    assert "A text that is not saved" in html
    html = page.post(address, {"text": draft}).content.decode()  # as the form of the text sends it
    assert "A text that is not saved" in html
    assert 'id="do-begin"' in html
    html = page.post(address, {"draft": "no: flow", "do": "begin", **WHAT_IF}).content.decode()
    assert "cannot be read as a flow" in html


def test_a_fragment_comes_for_htmx(page: Client, version: FlowVersion) -> None:
    answer = page.post(
        reverse("bot:rehearse", args=["care"]), {"do": "begin", **WHAT_IF}, headers={"HX-Request": "true"}
    )
    html = answer.content.decode()
    assert "<html" not in html
    assert 'id="rehearsal-said"' in html


def test_rosa_keeps_a_test_runs_it_takes_it_away_and_brings_it_back(
    page: Client, version: FlowVersion
) -> None:
    talk = Talk(page)
    talk.send(do="begin")
    talk.send(choice="welcome.bill")
    form = {**WHAT_IF, "kept": kept_in(talk.html), "do": "keep", "name": ""}
    refused = page.post(talk.address, form)
    assert "Give the test a name." in refused.content.decode()
    assert page.post(talk.address, {**form, "name": "The bill"}).status_code == 302
    row = Rehearsal.objects.get()
    assert row.expected == [["care/welcome"], ["care/bill", "care/bye", "end"]]
    html = page.get(reverse("bot:tests", args=["care"])).content.decode()
    assert "All go as they went, with version 1." in html
    Rehearsal.objects.update(expected=[["care/welcome"], ["care/code"]])
    html = unescape(page.get(reverse("bot:tests", args=["care"])).content.decode())
    assert "After step 2 it should come to “care/code”, and comes to “care/bill”." in html
    page.post(reverse("bot:test", args=["care", row.pk]), {"do": "again"})
    row.refresh_from_db()
    assert row.expected[1][0] == "care/bill"
    paper = page.get(reverse("bot:tests-file", args=["care"]))
    page.post(reverse("bot:test", args=["care", row.pk]), {"do": "remove"})
    assert not Rehearsal.objects.exists()
    page.post(reverse("bot:tests-file", args=["care"]), {"file": io.BytesIO(paper.content)})
    assert [one["name"] for one in json.loads(paper.content)["rehearsals"]] == ["The bill"]
    assert Rehearsal.objects.get().name == "The bill"
    assert "All go as they went" in page.get(reverse("bot:tests", args=["care"])).content.decode()
    broken = page.post(
        reverse("bot:tests-file", args=["care"]), {"file": io.BytesIO(b"\xff\x00[")}, follow=True
    )
    assert "This is no file of tests." in broken.content.decode()


def test_a_trial_is_asked_for_watched_and_read(page: Client, cast: Cast, version: FlowVersion) -> None:
    cast.writes("I want an operator", customer=make_customer("Giulia Verdi"))
    answer = page.post(reverse("bot:trials", args=["care"]), {"days": "30"})
    row = TrialRun.objects.get()
    assert answer["Location"] == reverse("bot:trial", args=["care", row.pk])
    assert "How far it is" in page.get(answer["Location"]).content.decode()
    while trying.go_on():
        pass
    html = page.get(answer["Location"]).content.decode()
    assert "To a person" in html
    assert "the customer asked for one" in html
    table = page.get(reverse("bot:trial-csv", args=["care", row.pk])).getvalue().decode("utf-8-sig")
    assert "to_a_person" in table
    assert "person,1,1.0,1," in table
    page.post(reverse("bot:trials", args=["care"]), {"days": "7"})
    other = TrialRun.objects.first()
    assert other is not None
    page.post(reverse("bot:trial", args=["care", other.pk]))
    other.refresh_from_db()
    assert other.state == "stopped"
    assert "It was stopped after" in page.get(reverse("bot:trial", args=["care", other.pk])).content.decode()


def test_of_the_examples_everybody_sees_their_own(cast: Cast, version: FlowVersion) -> None:
    """Who may see the bot but not this inbox sees the numbers without the customers."""
    cast.writes("I want an operator", customer=make_customer("Giulia Verdi"))
    row = start_trial(by=None, version=version)
    while trying.go_on():
        pass
    address = reverse("bot:trial", args=["care", row.pk])
    anna, viktor = Client(), Client()
    anna.force_login(cast.anna)
    viktor.force_login(cast.viktor)
    assert "Giulia Verdi" in anna.get(address).content.decode()
    assert viktor.get(address).status_code == 403


def test_two_flows_are_compared_in_plain_words(
    page: Client, cast: Cast, rosa: Agent, version: FlowVersion
) -> None:
    second = publish(by=rosa, version=create_flow(by=rosa, text=CARE.replace("flow: care", "flow: other")))
    post = set_post(by=rosa, account=cast.inbox, flow=version.flow, rival=second.flow, share=20)
    assert post is not None
    assert cast.inbox.name in page.get(reverse("bot:comparisons")).content.decode()
    address = reverse("bot:comparison", args=[post.pk])
    html = page.get(address).content.decode()
    assert "Too early to tell" in html
    page.post(address)
    post.refresh_from_db()
    assert post.stopped_why == "Rosa Conti stopped it."
    assert "Rosa Conti stopped it." in page.get(address).content.decode()


def test_leads_look_and_only_who_writes_flows_changes_anything(
    cast: Cast, version: FlowVersion, client: Client
) -> None:
    client.force_login(cast.anna)
    talk = Talk(client)
    talk.send(do="begin")
    assert "Keep as test" not in talk.html
    form = {**WHAT_IF, "kept": kept_in(talk.html), "do": "keep", "name": "Mine"}
    assert "You may not change the bot." in client.post(talk.address, form).content.decode()
    client.post(reverse("bot:trials", args=["care"]), {"days": "30"})
    assert not TrialRun.objects.exists()
    assert client.get(reverse("bot:tests-file", args=["care"])).status_code == 403
    marco = Client()
    marco.force_login(cast.marco)
    for name in ("rehearse", "tests", "trials"):
        assert marco.get(reverse(f"bot:{name}", args=["care"])).status_code == 403
    assert marco.get(reverse("bot:comparisons")).status_code == 403
    assert BotPost.objects.count() == 0


def test_the_list_of_comparisons_and_trials_asks_a_constant_number_of_questions(
    page: Client, version: FlowVersion, rosa: Agent
) -> None:
    counts = []
    for many in (1, 6):
        for _ in range(many):
            start_trial(by=rosa, version=version)
        address = reverse("bot:trials", args=["care"])
        page.get(address)
        with CaptureQueriesContext(connection) as asked:
            page.get(address)
        counts.append(len(asked))
    assert counts[0] == counts[1]
