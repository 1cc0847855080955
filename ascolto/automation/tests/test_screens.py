"""The screens: built with plain buttons, said as a sentence, seen by who may."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ascolto.accounts.models import Role
from ascolto.automation import rehearsing, worker
from ascolto.automation.actions import create_macro, create_rule
from ascolto.automation.models import Macro, Rehearsal, Rule
from ascolto.automation.tests.conftest import label, make_rule, says
from ascolto.conversations.models import Label
from ascolto.testing.factories import Cast, make_agent

pytestmark = pytest.mark.django_db(transaction=True)
RULE = {
    "name": "Bills",
    "when": "message_received",
    "words": "bill, invoice",
    "most_per_hour": "500",
    "join": "all",
}


@pytest.fixture
def anna(cast: Cast, client: Client) -> Client:
    client.force_login(cast.anna)
    return client


@pytest.fixture
def marco(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.marco)
    return client


def test_anna_builds_a_rule_with_plain_buttons(cast: Cast, anna: Client) -> None:
    page = anna.post(reverse("automation:new-rule"), {**RULE, "do": "step-add", "new-step": "add_labels"})
    assert b"s0-labels" in page.content
    steps = {"s0-kind": "add_labels", "s0-labels": "bill"}
    page = anna.post(
        reverse("automation:new-rule"), {**RULE, **steps, "do": "condition-add", "new-field": "channel"}
    )
    assert b'c0-field" value="channel' in page.content
    steps |= {"c0-field": "channel", "c0-op": "is", "c0-value": "webhook"}
    steps |= {"s1-kind": "priority", "s1-priority": "30"}
    page = anna.post(reverse("automation:new-rule"), {**RULE, **steps, "do": "step-up:1"})
    assert page.content.index(b'value="priority"') < page.content.index(b"s1-labels")
    said = anna.post(reverse("automation:sentence"), {**RULE, **steps}).content.decode()
    assert "When a customer writes, if the message contains “bill” or “invoice” and it is one of the" in said
    assert "then label it “bill” and set the priority to high." in said
    answer = anna.post(reverse("automation:new-rule"), {**RULE, **steps, "do": "save"})
    rule = Rule.objects.get()
    assert answer["Location"] == reverse("automation:rule", args=[rule.pk])
    assert not rule.is_enabled
    assert "switched off" in anna.get(answer["Location"]).content.decode()
    anna.post(reverse("automation:switch", args=[rule.pk]), {"do": "on"})
    rule.refresh_from_db()
    assert rule.is_enabled
    page = anna.get(reverse("automation:rules"))
    assert "Undo" in page.content.decode()


def test_what_is_wrong_is_said_where_it_is(cast: Cast, anna: Client) -> None:
    page = anna.post(reverse("automation:new-rule"), {**RULE, "name": "", "do": "save"})
    assert page.status_code == 422
    page = anna.post(
        reverse("automation:new-rule"),
        {**RULE, "s0-kind": "reply", "s0-text": "Hello", "s0-visibility": "private", "do": "save"},
    )
    assert "Nobody reads what a rule writes" in page.content.decode()
    assert not Rule.objects.exists()


def test_every_screen_of_a_rule_answers(cast: Cast, anna: Client) -> None:
    rule = make_rule(cast, "message_received", label("bill"))
    cast.writes()
    worker.catch_up()
    for name in ("rule", "log", "versions", "rehearsal"):
        page = anna.get(reverse(f"automation:{name}", args=[rule.pk]))
        assert page.status_code == 200
        assert "Bills" in page.content.decode()
    assert "Giulia Ferri" in anna.get(reverse("automation:log", args=[rule.pk])).content.decode()
    anna.post(
        reverse("automation:rule", args=[rule.pk]),
        {**RULE, "s0-kind": "add_labels", "s0-labels": "x", "do": "save"},
    )
    anna.post(reverse("automation:restore", args=[rule.pk, 1]))
    rule.refresh_from_db()
    assert rule.version is not None
    assert rule.version.restores == 1
    for do in ("up", "down", "off", "archive", "restore", "on"):
        assert anna.post(reverse("automation:switch", args=[rule.pk]), {"do": do}).status_code == 302
    assert anna.post(reverse("automation:switch", args=[rule.pk]), {"do": "explode"}).status_code == 404
    assert anna.get(reverse("automation:rules") + "?archived=1").status_code == 200


def test_a_dry_run_tells_what_would_have_been(cast: Cast, anna: Client) -> None:
    offer = "Upgrade to Fibre Max now and get 50% off for only 19.90 euros a month!"
    steps = [{"kind": "reply", "text": offer, "send": True}, label("offered")]
    rule = create_rule(
        by=cast.anna, name="Offers", says=says("message_received", *steps, message={"words": ["dead"]})
    )
    cast.writes("My line is dead!!")
    cast.writes("Still dead.")
    cast.writes("Hello?")
    anna.post(reverse("automation:rehearsal", args=[rule.pk]))
    worker.catch_up()
    run = Rehearsal.objects.get()
    assert (run.state, run.looked_at, run.events, run.conversations, run.refused) == ("done", 3, 2, 1, 1)
    page = anna.get(reverse("automation:rehearsal", args=[rule.pk])).content.decode()
    assert "2 events of 3 would have started it" in page
    assert "Giulia Ferri" in page
    assert "An offer while a problem is open" in page
    assert not Label.objects.filter(name="offered").exists(), "nothing is changed"


def test_a_dry_run_goes_on_where_it_was_killed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsing, "PORTION", 2)
    rule = create_rule(by=cast.anna, name="All", says=says("message_received", label("x")))
    for _ in range(5):
        cast.writes()
    from ascolto.automation.saying import stored_rule

    assert rule.version is not None
    saying = stored_rule(rule.version.says)
    assert saying is not None
    rehearsing.rehearse(by=cast.anna, saying=saying, rule=rule)
    assert rehearsing.go_on() == 2
    while rehearsing.go_on():
        pass
    run = Rehearsal.objects.get()
    assert (run.events, run.conversations, run.rows.get().times) == (5, 1, 5)  # type: ignore[attr-defined]


def test_a_dry_run_of_who_waits_too_long(cast: Cast) -> None:
    from datetime import timedelta

    from ascolto.automation.saying import stored_rule
    from ascolto.events.models import Event
    from ascolto.kit.clock import now

    rule = create_rule(by=cast.anna, name="Late", says=says("unanswered", label("x"), detail={"hours": 4}))
    cast.writes()
    Event.objects.update(occurred_at=now() - timedelta(hours=9))
    assert rule.version is not None
    saying = stored_rule(rule.version.says)
    assert saying is not None
    rehearsing.rehearse(by=cast.anna, saying=saying, rule=rule)
    while rehearsing.go_on():
        pass
    assert Rehearsal.objects.get().events == 1


def test_rules_travel_by_name(cast: Cast, anna: Client) -> None:
    bill = Label.objects.create(name="bill")
    make_rule(
        cast,
        "message_received",
        {"kind": "assign_team", "team": str(cast.care.pk)},
        {"kind": "assign_person", "person": str(cast.marco.pk)},
        conditions={"all": [{"field": "label", "op": "any_of", "value": [bill.pk]}]},
    )
    text = anna.get(reverse("automation:paper")).content.decode()
    assert {"name": "Care"} in [step.get("team") for step in json.loads(text)["rules"][0]["says"]["steps"]]
    anna.post(reverse("automation:paper"), {"text": text})
    first, second = Rule.objects.order_by("pk")
    assert first.version and second.version  # noqa: PT018
    assert first.version.says == second.version.says
    assert not second.is_enabled
    anna.post(reverse("automation:paper"), {"text": text.replace('"Care"', '"Nobody here"')})
    assert Rule.objects.count() == 2
    assert "Nobody here" in anna.get(reverse("automation:rules")).content.decode()


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"rules": 1}', '{"rules": [1]}', '{"rules": [{"says": []}]}', "[" * 5000]
)
def test_a_wild_file_brings_nothing(cast: Cast, anna: Client, text: str) -> None:
    assert anna.post(reverse("automation:paper"), {"text": text}).status_code == 302
    assert not Rule.objects.exists()


def test_examples_come_in_switched_off(cast: Cast, anna: Client) -> None:
    anna.post(reverse("automation:examples"))
    anna.post(reverse("automation:examples"))
    assert Rule.objects.count() == 5
    assert not Rule.objects.filter(is_enabled=True).exists()
    assert "Nobody waits four hours unnoticed" in anna.get(reverse("automation:rules")).content.decode()


def test_the_list_asks_the_same_however_many_rules_there_are(cast: Cast, anna: Client) -> None:
    def ask() -> int:
        anna.get(reverse("automation:rules"))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            anna.get(reverse("automation:rules"))
        return len(queries)

    def add(count: int) -> None:
        for number in range(count):
            name = Label.objects.create(name=f"label{Label.objects.count()}")
            conditions = {"all": [{"field": "label", "op": "any_of", "value": [name.pk]}]}
            team = {"kind": "assign_team", "team": str(cast.care.pk)}
            create_rule(by=cast.anna, name=f"R{number}", says=says("created", team, conditions=conditions))

    add(2)
    few = ask()
    add(20)
    assert ask() == few


def test_marco_uses_a_macro_from_the_menu(cast: Cast, marco: Client) -> None:
    talk = cast.writes()
    macro = create_macro(by=cast.marco, name="Bill", steps=[label("bill"), {"kind": "reply", "text": "Hi."}])
    htmx = {"HX-Request": "true"}
    menu = marco.get(reverse("automation:use", args=[talk.number]), headers=htmx).content.decode()
    assert "Bill" in menu
    assert "Label it “bill”" in menu
    found = marco.get(reverse("automation:use", args=[talk.number]) + "?q=nothing", headers=htmx)
    assert "No macro has these words" in found.content.decode()
    address = reverse("automation:use-one", args=[talk.number, macro.pk])
    preview = marco.get(address, headers=htmx).content.decode()
    assert "put this into the draft: “Hi.”" in preview
    answer = marco.post(address, {"version": talk.version}, headers=htmx)
    assert answer.status_code == 204
    told = json.loads(answer["HX-Trigger"])
    assert told["macro:draft"] == {"mode": "private", "text": "Hi."}
    assert marco.post(told["toast"]["undo"], headers=htmx).status_code == 204
    assert not talk.labels.exists()


def test_without_scripts_the_text_is_a_draft(cast: Cast, marco: Client) -> None:
    from ascolto.composing.models import Draft

    talk = cast.writes()
    macro = create_macro(by=cast.marco, name="Bill", steps=[{"kind": "reply", "text": "Hi."}])
    address = reverse("automation:use-one", args=[talk.number, macro.pk])
    assert marco.get(reverse("automation:use", args=[talk.number])).status_code == 200
    assert marco.get(address).status_code == 200
    assert marco.post(address, {"version": talk.version}).status_code == 302
    assert Draft.objects.get().text == "Hi."


def test_what_changed_since_the_preview_is_looked_at_again(cast: Cast, marco: Client) -> None:
    talk = cast.writes()
    macro = create_macro(by=cast.marco, name="Bill", steps=[label("bill")])
    address = reverse("automation:use-one", args=[talk.number, macro.pk])
    page = marco.post(address, {"version": talk.version - 1}, headers={"HX-Request": "true"})
    assert "look again" in page.content.decode()
    assert not talk.labels.exists()


def test_marco_builds_a_macro(cast: Cast, marco: Client) -> None:
    form = {"name": "Bill", "shortcut": "bill", "scope": "team", "team": str(cast.care.pk)}
    page = marco.post(reverse("automation:new-macro"), {**form, "do": "step-add", "new-step": "note"})
    assert b"s0-text" in page.content
    steps = {"s0-kind": "note", "s0-text": "Look."}
    assert marco.post(reverse("automation:macro-sentence"), steps).status_code == 200
    marco.post(reverse("automation:new-macro"), {**form, **steps, "do": "save"})
    macro = Macro.objects.get()
    assert (macro.team, macro.scope) == (cast.care, "team")
    for name in ("macros",):
        assert "Bill" in marco.get(reverse(f"automation:{name}")).content.decode()
    assert marco.get(reverse("automation:macro", args=[macro.pk])).status_code == 200
    marco.post(reverse("automation:switch-macro", args=[macro.pk]))
    assert "Bill" in marco.get(reverse("automation:macros") + "?archived=1").content.decode()
    marco.post(reverse("automation:switch-macro", args=[macro.pk]), {"restore": "1"})
    macro.refresh_from_db()
    assert macro.archived_at is None


LEADS = ("rules", "new-rule", "paper")
PEOPLE = ("macros", "new-macro")


@pytest.mark.parametrize(
    ("role", "rules", "macros"), [("guest", 403, 403), ("agent", 403, 200), ("lead", 200, 200)]
)
def test_who_may_open_what(cast: Cast, role: str, rules: int, macros: int) -> None:
    client = Client()
    client.force_login(make_agent("Somebody Else", Role(role)))
    assert {client.get(reverse(f"automation:{name}")).status_code for name in LEADS} == {rules}
    assert {client.get(reverse(f"automation:{name}")).status_code for name in PEOPLE} == {macros}


def test_viktor_finds_no_conversation(cast: Cast) -> None:
    talk, client = cast.writes(), Client()
    client.force_login(cast.viktor)
    assert client.get(reverse("automation:use", args=[talk.number])).status_code == 404


HOSTILE = [
    "x" * 1_000_000,
    "\u200b" * 500,
    "\u202eevil",
    "Z\u0324\u0311" * 2000,
    "😀" * 10_000,
    "a\0b",
    "\ud800",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_taken_calmly(cast: Cast, anna: Client, text: Any) -> None:
    form = {
        **RULE,
        "name": text,
        "words": text,
        "s0-kind": "note",
        "s0-text": text,
        "c0-field": "subject",
        "c0-op": "contains",
        "c0-value": text,
    }
    form = {key: value.encode("utf-8", "replace").decode()[:200_000] for key, value in form.items()}
    for do in (
        "save",
        "step-remove:0",
        "step-up:99",
        "condition-remove:x",
        text[:20].encode("utf-8", "replace").decode(),
    ):
        assert anna.post(reverse("automation:new-rule"), {**form, "do": do}).status_code in {200, 302, 422}
    assert anna.post(reverse("automation:sentence"), form).status_code == 200


def test_lines_of_the_thread_name_the_rule(cast: Cast, marco: Client) -> None:
    make_rule(cast, "message_received", label("bill"))
    talk = cast.writes()
    worker.catch_up()
    page = marco.get(reverse("desk:thread", args=[talk.number])).content.decode()
    assert "The rule “Bills” labelled it bill" in page
