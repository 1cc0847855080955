"""Rules act: once, in their order, told as theirs; what a guarantee refuses is not done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from ascolto.automation import worker
from ascolto.automation.actions import change_rule, create_rule, restore_version, switch_rule
from ascolto.automation.models import RuleRun, RuleTimer
from ascolto.automation.tests.conftest import label, make_rule, says
from ascolto.conversations.actions import add_reply, assign, set_labels, snooze
from ascolto.conversations.models import Conversation, Message
from ascolto.events.log import latest_position, move_cursor
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.kit.clock import at, now
from ascolto.testing.factories import Cast, make_agent, make_customer, make_inbox, receive
from ascolto.testing.readings import make_reading

pytestmark = pytest.mark.django_db(transaction=True)


def labels(conversation: Conversation) -> list[str]:
    return sorted(conversation.labels.values_list("name", flat=True))


def test_giulia_writes_and_the_rule_labels_and_assigns_it(cast: Cast) -> None:
    rule = make_rule(
        cast,
        "message_received",
        label("bill"),
        {"kind": "assign_team", "team": str(cast.care.pk)},
        message={"words": ["invoice", "bill"]},
    )
    talk = cast.writes("My BILL is wrong.")
    other = cast.writes("The line is dead.", customer=make_customer("Sara Riva"))
    worker.catch_up()
    talk.refresh_from_db()
    assert labels(talk) == ["bill"]
    assert talk.team == cast.care
    assert labels(other) == []
    event = Event.objects.get(type="conversation.labelled")
    assert (event.actor_kind, event.actor_id) == ("rule", rule.pk)
    run = RuleRun.objects.get()
    assert (run.outcome, run.depth, [step["outcome"] for step in run.steps]) == ("done", 0, ["done", "done"])


def test_an_event_that_is_read_again_changes_nothing(cast: Cast) -> None:
    make_rule(cast, "message_received", {"kind": "note", "text": "Look, {customer}."})
    start = latest_position()
    cast.writes()
    worker.catch_up()
    move_cursor(worker.CURSOR, start)
    worker.catch_up()
    assert Message.objects.filter(visibility="note").count() == 1
    assert Message.objects.get(visibility="note").text == "Look, Giulia Ferri."


def test_rules_go_in_their_order_and_the_next_one_sees_what_the_last_one_did(cast: Cast) -> None:
    make_rule(cast, "message_received", label("bill"), name="First", message={"words": ["bill"]})
    from ascolto.conversations.models import Label

    bill = Label.objects.create(name="bill")
    make_rule(
        cast,
        "message_received",
        {"kind": "priority", "priority": 30},
        name="Second",
        conditions={"all": [{"field": "label", "op": "any_of", "value": [bill.pk]}]},
    )
    talk = cast.writes("The bill, please.")
    worker.catch_up()
    talk.refresh_from_db()
    assert talk.priority == 30


def test_a_rule_that_stops_leaves_the_event_to_nobody_else(cast: Cast) -> None:
    make_rule(cast, "message_received", label("first"), name="First", stops=True)
    make_rule(cast, "message_received", label("second"), name="Second")
    talk = cast.writes()
    worker.catch_up()
    assert labels(talk) == ["first"]


def test_a_rule_that_is_off_does_nothing_and_on_again_it_does(cast: Cast) -> None:
    rule = make_rule(cast, "message_received", label("seen"))
    switch_rule(by=cast.anna, rule=rule, on=False)
    talk = cast.writes()
    worker.catch_up()
    assert labels(talk) == []
    switch_rule(by=cast.anna, rule=rule, on=True)
    cast.writes("Hello again.")
    worker.catch_up()
    assert labels(talk) == ["seen"]


def test_an_automatic_answer_says_so_and_stops_no_clock(cast: Cast) -> None:
    make_rule(cast, "message_received", {"kind": "reply", "text": "Thank you {customer}.", "send": True})
    talk = cast.writes()
    worker.catch_up()
    sent = Message.objects.get(direction="out")
    assert sent.is_automatic
    assert sent.agent is None
    assert sent.text.startswith("Thank you Giulia Ferri.\n\nAutomatic message.")
    talk.refresh_from_db()
    assert talk.waiting_since is not None
    cast.writes("And?")
    worker.catch_up()
    assert Message.objects.filter(direction="out").count() == 1, "the same rule writes once an hour"


@pytest.mark.guarantee("right-timing", "refused")
def test_no_offer_of_a_rule_leaves_while_a_problem_is_open(cast: Cast) -> None:
    offer = "Upgrade to Fibre Max now and get 50% off for only 19.90 euros a month!"
    make_rule(cast, "message_received", {"kind": "reply", "text": offer, "send": True}, label("offered"))
    talk = cast.writes(
        "My line has been dead for three days, this is a complaint!",
    )
    worker.catch_up()
    assert not Message.objects.filter(direction="out").exists()
    run = RuleRun.objects.get()
    assert (run.outcome, run.steps[0]["guarantee"]) == ("refused", "right-timing")
    assert labels(talk) == ["offered"], "what was not refused is done"
    assert Event.objects.filter(type="rule.refused", conversation_id=talk.pk).exists()


def test_rules_do_not_write_what_nobody_reads(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        create_rule(by=cast.anna, name="Hi", says=says("created", {"kind": "reply", "text": "Hello."}))


def test_a_rule_has_no_me(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="me"):
        create_rule(by=cast.anna, name="Hi", says=says("created", {"kind": "assign_person", "person": "me"}))


def test_a_rule_that_labels_what_it_waits_for_is_refused(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="start itself"):
        create_rule(by=cast.anna, name="Loop", says=says("labelled", label("Bill"), detail={"label": "bill"}))
    create_rule(by=cast.anna, name="Chain", says=says("labelled", label("paid"), detail={"label": "bill"}))


def test_two_rules_that_start_each_other_come_to_an_end(cast: Cast) -> None:
    take = {"kind": "remove_labels", "labels": ["a", "b"]}
    make_rule(cast, "labelled", take, label("b"), name="A", detail={"label": "a"})
    make_rule(cast, "labelled", take, label("a"), name="B", detail={"label": "b"})
    talk = cast.writes()
    set_labels(agent=cast.marco, conversation=talk, names=["a"])
    worker.catch_up()
    outcomes = list(RuleRun.objects.order_by("pk").values_list("rule__name", "depth", "outcome", "why"))
    assert [line[2] for line in outcomes].count("done") == 2
    assert outcomes[-1][2:] == ("held", "again")


def test_a_chain_of_rules_ends_after_three(cast: Cast) -> None:
    for number in range(6):
        make_rule(
            cast, "labelled", label(f"l{number + 1}"), name=f"R{number}", detail={"label": f"l{number}"}
        )
    talk = cast.writes()
    set_labels(agent=cast.marco, conversation=talk, names=["l0"])
    worker.catch_up()
    assert labels(talk) == ["l0", "l1", "l2", "l3"]
    assert RuleRun.objects.get(outcome="held").why == "too_deep"


def test_a_rule_that_acts_too_often_is_paused_and_leads_are_told(cast: Cast) -> None:
    from ascolto.automation.alerting import alert_for

    rule = make_rule(cast, "message_received", label("x"), most_per_hour=3)
    for number in range(6):
        cast.writes(customer=make_customer(f"Customer{number} Test"))
    worker.catch_up()
    rule.refresh_from_db()
    assert rule.paused_at is not None
    assert RuleRun.objects.count() == 3
    assert alert_for(cast.anna) is not None
    assert alert_for(cast.marco) is None
    switch_rule(by=cast.anna, rule=rule, on=True)
    assert alert_for(cast.anna) is None


def test_a_rule_that_fails_undoes_itself_and_is_paused_after_five(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ascolto.automation.steps import STEPS

    rule = make_rule(cast, "message_received", label("x"), {"kind": "priority", "priority": 30})

    class Broken(type(STEPS["priority"])):  # type: ignore[misc]
        def apply(self, scene, values):  # type: ignore[no-untyped-def]
            raise RuntimeError("a fault of ours")

    monkeypatch.setitem(STEPS, "priority", Broken())
    talks = [cast.writes(customer=make_customer(f"Customer{n} Test")) for n in range(7)]
    worker.catch_up()
    rule.refresh_from_db()
    assert rule.paused_at is not None
    assert not any(labels(talk) for talk in talks)
    assert RuleRun.objects.filter(outcome="failed").count() == 5


def test_who_waits_too_long_is_noticed_once(cast: Cast) -> None:
    make_rule(cast, "unanswered", label("late"), detail={"hours": 4})
    talk = cast.writes()
    quick = cast.writes("Hello.", customer=make_customer("Sara Riva"))
    worker.catch_up()
    assert RuleTimer.objects.count() == 2
    add_reply(agent=cast.marco, conversation=quick, text="Done.")
    with at(now() + timedelta(hours=3)):
        worker.catch_up()
        assert labels(talk) == []
    with at(now() + timedelta(hours=5)):
        worker.catch_up()
        worker.catch_up()
    assert labels(talk) == ["late"]
    assert labels(quick) == []
    assert RuleRun.objects.count() == 1


def test_a_rule_switched_on_later_leaves_what_is_late_already(cast: Cast) -> None:
    talk = cast.writes(at=now() - timedelta(hours=10))
    soon = cast.writes(at=now() - timedelta(hours=3), customer=make_customer("Sara Riva"))
    make_rule(cast, "unanswered", label("late"), detail={"hours": 4})
    with at(now() + timedelta(hours=2)):
        worker.catch_up()
    assert labels(talk) == []
    assert labels(soon) == ["late"]


def test_a_snooze_that_ends_is_told(cast: Cast) -> None:
    make_rule(cast, "snooze_ended", {"kind": "priority", "priority": 30})
    talk = cast.writes()
    snooze(agent=cast.marco, conversation=talk, until=now() + timedelta(hours=1))
    worker.catch_up()
    with at(now() + timedelta(hours=2)):
        worker.catch_up()
    talk.refresh_from_db()
    assert talk.priority == 30


def test_few_stars_are_noticed(cast: Cast) -> None:
    make_rule(cast, "rated", label("bad review"), detail={"stars": 2})
    talk = receive(cast.inbox, "Awful.", customer=cast.giulia, extra={"rating": 1}).conversation
    fine = receive(
        cast.inbox, "Great.", customer=make_customer("Sara Riva"), extra={"rating": 5}
    ).conversation
    worker.catch_up()
    assert (labels(talk), labels(fine)) == (["bad review"], [])


def test_what_asks_for_the_meaning_waits_until_it_is_understood(cast: Cast) -> None:
    rule = make_rule(
        cast,
        "message_received",
        label("angry"),
        conditions={"all": [{"field": "sentiment", "op": "is", "value": ["negative"]}]},
    )
    talk = cast.writes("This is terrible.")
    worker.catch_up()
    assert labels(talk) == []
    make_reading(Message.objects.get(conversation=talk), sentiment="negative")
    worker.catch_up()
    assert labels(talk) == ["angry"]
    assert rule.runs.count() == 1  # type: ignore[attr-defined]


def test_versions_are_kept_and_brought_back(cast: Cast) -> None:
    rule = make_rule(cast, "message_received", label("one"))
    change_rule(by=cast.anna, rule=rule, says=says("message_received", label("two")))
    assert change_rule(by=cast.anna, rule=rule, says=says("message_received", label("two"))) == []
    restore_version(by=cast.anna, rule=rule, number=1)
    assert rule.version is not None
    assert (rule.version.number, rule.version.restores) == (3, 1)
    talk = cast.writes()
    worker.catch_up()
    assert labels(talk) == ["one"]
    told = Event.objects.filter(type="rule.changed").order_by("pk").first()
    assert told is not None
    assert "“two”" in told.data["changes"]["sentence"][1]


def test_marco_may_not_write_rules(cast: Cast) -> None:
    with pytest.raises(Refused):
        create_rule(by=cast.marco, name="Mine", says=says("created", label("x")))
    rule = make_rule(cast, "created", label("x"))
    for act in (
        lambda: change_rule(by=cast.marco, rule=rule, name="Other"),
        lambda: switch_rule(by=cast.viktor, rule=rule, on=False),
        lambda: restore_version(by=cast.marco, rule=rule, number=1),
    ):
        with pytest.raises(Refused):
            act()


def test_what_a_rule_does_to_nobody_starts_no_rule(cast: Cast) -> None:
    """Giving back to nobody is no "given to somebody"."""
    make_rule(cast, "assigned", label("given"))
    talk = cast.writes()
    assign(agent=cast.marco, conversation=talk, assignee=cast.marco)
    worker.catch_up()
    assert labels(talk) == ["given"]
    set_labels(agent=cast.marco, conversation=talk, names=[])
    assign(agent=cast.marco, conversation=talk, assignee=None)
    worker.catch_up()
    assert labels(talk) == []


def test_a_person_who_left_is_no_fault(cast: Cast) -> None:
    gone = make_agent("Paola Gallo", teams=[cast.care])
    make_rule(cast, "message_received", {"kind": "assign_person", "person": str(gone.pk)})
    gone.is_active = False
    gone.save()
    cast.writes()
    worker.catch_up()
    assert RuleRun.objects.get().outcome == "refused"


def test_another_inbox_is_another_matter(cast: Cast) -> None:
    inbox = make_inbox("email")
    make_rule(
        cast,
        "message_received",
        label("mail"),
        conditions={"all": [{"field": "channel", "op": "is", "value": ["email"]}]},
    )
    talk, mail = cast.writes(), cast.writes(inbox=inbox, customer=make_customer("Sara Riva"))
    worker.catch_up()
    assert (labels(talk), labels(mail)) == ([], ["mail"])
