"""Macros: looked at before, done step by step, taken back; nothing leaves that nobody read."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from ascolto.accounts.models import Role
from ascolto.automation.actions import change_macro, create_macro, run_macro, run_macro_on, undo_macro
from ascolto.automation.actions.using import preview_macro
from ascolto.automation.models import Macro, MacroRun
from ascolto.automation.selectors import list_macros, visible_macros
from ascolto.automation.tests.conftest import label
from ascolto.collaboration.models import Department, DepartmentRequest, Problem, ProblemLink
from ascolto.conversations.actions import add_reply, assign, set_labels
from ascolto.conversations.models import Conversation, Message
from ascolto.gates import Refused
from ascolto.knowledge.actions.replies import create_reply
from ascolto.testing.factories import Cast, make_agent, make_customer
from ascolto.views.bulk import VERBS

pytestmark = pytest.mark.django_db
OFFER = "Upgrade to Fibre Max now and get 50% off for only 19.90 euros a month!"


def make(cast: Cast, *steps: dict[str, Any], **given: Any) -> Macro:
    return create_macro(
        by=given.pop("by", cast.marco), name=given.pop("name", "Bill"), steps=list(steps), **given
    )


def labels(conversation: Conversation) -> list[str]:
    return sorted(conversation.labels.values_list("name", flat=True))


def test_marco_does_several_things_by_one_key_and_takes_them_back(cast: Cast) -> None:
    talk = cast.writes()
    macro = make(
        cast,
        label("bill", "refund"),
        {"kind": "assign_person", "person": "me"},
        {"kind": "priority", "priority": 30},
        {"kind": "snooze", "when": "in 3 days"},
        {"kind": "status", "status": "pending"},
        {"kind": "add_follower", "person": str(cast.anna.pk)},
        {"kind": "label_customer", "labels": ["pays late"]},
    )
    ran = run_macro(agent=cast.marco, macro=macro, conversation=talk)
    talk.refresh_from_db()
    assert (talk.assignee, talk.priority, talk.status, labels(talk)) == (
        cast.marco,
        30,
        "pending",
        ["bill", "refund"],
    )
    assert talk.snoozed_until is not None
    assert [line["outcome"] for line in ran.done] == ["done"] * 7
    assert ran.run is not None
    assert ran.can_undo
    assert undo_macro(agent=cast.marco, run=ran.run) == 7
    talk.refresh_from_db()
    assert (talk.assignee, talk.priority, talk.status, labels(talk)) == (None, 20, "open", [])
    assert talk.snoozed_until is None
    assert not talk.followers.exists()  # type: ignore[attr-defined]
    assert not cast.giulia.labels.exists()  # type: ignore[attr-defined]
    with pytest.raises(Refused):
        undo_macro(agent=cast.marco, run=ran.run)
    macro.refresh_from_db()
    assert macro.times_used == 1


def test_what_somebody_changed_since_stays(cast: Cast) -> None:
    talk = cast.writes()
    ran = run_macro(
        agent=cast.marco,
        macro=make(cast, {"kind": "assign_person", "person": "me"}, label("bill")),
        conversation=talk,
    )
    assign(agent=cast.anna, conversation=talk, assignee=cast.anna)
    set_labels(agent=cast.anna, conversation=talk, names=["bill", "vip"])
    assert ran.run is not None
    undo_macro(agent=cast.marco, run=ran.run)
    talk.refresh_from_db()
    assert (talk.assignee, labels(talk)) == (cast.anna, ["vip"])


def test_an_answer_waits_in_the_composer_until_somebody_read_it(cast: Cast) -> None:
    talk = cast.writes()
    macro = make(
        cast, {"kind": "reply", "text": "Hello {customer}, I am {agent}.", "send": True}, label("answered")
    )
    ran = run_macro(agent=cast.marco, macro=macro, conversation=talk)
    assert ran.draft is not None
    assert ran.draft["text"] == "Hello Giulia Ferri, I am Marco Villa."
    assert not Message.objects.filter(direction="out").exists()
    run_macro(agent=cast.marco, macro=macro, conversation=talk, confirmed=True, key="k")
    sent = Message.objects.get(direction="out")
    assert (sent.agent, sent.is_automatic) == (cast.marco, False)
    run_macro(agent=cast.marco, macro=macro, conversation=talk, confirmed=True, key="k")
    assert Message.objects.filter(direction="out").count() == 1


def test_a_saved_reply_is_in_the_language_of_the_customer(cast: Cast) -> None:
    reply = create_reply(
        by=cast.anna,
        title="Hello",
        shortcut="hello",
        texts={"en": "Hello {customer}.", "it": "Ciao {customer}."},
    )
    talk = cast.writes()
    type(cast.giulia).objects.filter(pk=cast.giulia.pk).update(language="it")
    talk.refresh_from_db()
    macro = make(cast, {"kind": "reply", "reply": str(reply.pk)})
    ran = run_macro(agent=cast.marco, macro=macro, conversation=talk)
    assert ran.draft is not None
    assert ran.draft["text"] == "Ciao Giulia Ferri."


@pytest.mark.guarantee("right-timing", "refused")
def test_no_offer_of_a_macro_leaves_while_a_problem_is_open(cast: Cast) -> None:
    talk = cast.writes("My line has been dead for three days, this is a complaint!")
    macro = make(cast, label("offered"), {"kind": "reply", "text": OFFER, "send": True})
    first = preview_macro(agent=cast.marco, macro=macro, conversation=talk)[0]
    assert first.effect.refused is not None, "what is refused comes first"
    assert first.effect.refused.guarantee == "right-timing"
    ran = run_macro(agent=cast.marco, macro=macro, conversation=talk, confirmed=True)
    assert [line["outcome"] for line in ran.done] == ["done", "refused"]
    assert not Message.objects.filter(direction="out").exists()


def test_a_preview_changes_nothing(cast: Cast) -> None:
    talk = cast.writes()
    department = Department.objects.create(name="Billing")
    problem = Problem.objects.create(title="Outage")
    macro = make(
        cast,
        label("x"),
        {"kind": "mark_spam"},
        {"kind": "note", "text": "Look at {number}."},
        {"kind": "reply", "text": "Hi."},
        {
            "kind": "ask_department",
            "department": str(department.pk),
            "question": "Is {number} paid?",
            "hold": True,
        },
        {"kind": "link_problem", "problem": str(problem.pk)},
        {"kind": "unassign"},
        {"kind": "remove_labels", "labels": ["y"]},
        {"kind": "assign_team", "team": str(cast.care.pk)},
        {"kind": "add_participant", "person": str(cast.anna.pk)},
    )
    version = talk.version
    tried = preview_macro(agent=cast.marco, macro=macro, conversation=talk)
    talk.refresh_from_db()
    assert (talk.version, labels(talk), talk.is_spam) == (version, [], False)
    assert len(tried) == 10
    changes = {one.planned.step.kind: one.effect.changes for one in tried}
    assert changes["unassign"] is False
    assert changes["remove_labels"] is False
    assert not Message.objects.filter(direction="out").exists()


def test_departments_and_problems(cast: Cast) -> None:
    talk = cast.writes()
    department, problem = Department.objects.create(name="Billing"), Problem.objects.create(title="Outage")
    macro = make(
        cast,
        {"kind": "ask_department", "department": str(department.pk), "question": "Is {number} paid?"},
        {"kind": "link_problem", "problem": str(problem.pk)},
    )
    ran = run_macro(agent=cast.marco, macro=macro, conversation=talk)
    assert DepartmentRequest.objects.get().question == f"Is {talk.number} paid?"
    assert ProblemLink.objects.filter(problem=problem, conversation=talk).exists()
    assert ran.run is not None
    undo_macro(agent=cast.marco, run=ran.run)
    assert not ProblemLink.objects.exists()


def test_on_many_each_is_done_or_told_why_not(cast: Cast) -> None:
    talks = [cast.writes(customer=make_customer(f"Customer{n} Test")) for n in range(3)]
    macro = make(cast, label("bill"), {"kind": "reply", "text": "Hello.", "send": True})
    result = run_macro_on(cast.marco, macro, [*(talk.pk for talk in talks), 999_999])
    assert result.changed == [talk.pk for talk in talks]
    assert [one.code for one in result.not_run] == ["not_found"]
    assert result.drafts == 3
    assert not Message.objects.filter(direction="out").exists(), "nobody read them"
    macro.refresh_from_db()
    assert macro.times_used == 3


def test_the_verb_of_many_can_be_undone(cast: Cast) -> None:
    talk, verb = cast.writes(), VERBS["macro"]
    arguments = verb.read(cast.marco, {"macro": str(make(cast, label("bill")).pk)})
    was = verb.before(talk)
    assert verb.act(cast.marco, talk, arguments)
    assert labels(talk) == ["bill"]
    assert verb.back is not None
    verb.back(cast.marco, talk, was)
    assert labels(talk) == []
    with pytest.raises(Refused):
        verb.read(cast.viktor, {"macro": str(Macro.objects.get().pk)})


def test_viktor_sees_nothing_and_uses_nothing(cast: Cast) -> None:
    talk = cast.writes()
    mine = make(cast, label("a"), name="Mine")
    ours = make(cast, label("b"), name="Ours", scope="team", team=cast.care)
    with pytest.raises(Refused):
        make(cast, label("c"), name="All", scope="everybody")
    everybody = make(cast, label("c"), name="All", scope="everybody", by=cast.anna)
    assert set(visible_macros(cast.viktor)) == {everybody}
    assert set(visible_macros(cast.marco)) == {mine, ours, everybody}
    assert set(list_macros(cast.anna)) == {ours, everybody}
    for macro in (mine, ours):
        with pytest.raises(Macro.DoesNotExist):
            run_macro(agent=cast.viktor, macro=macro, conversation=talk)
        with pytest.raises(Refused):
            change_macro(by=cast.viktor, macro=macro, name="Stolen")
    with pytest.raises(Refused):
        change_macro(by=cast.anna, macro=mine, name="Taken over")
    result = run_macro_on(cast.viktor, everybody, [talk.pk])
    assert [one.code for one in result.not_run] == ["not_found"]
    guest = make_agent("Gina Gast", Role.GUEST)
    assert not visible_macros(guest).exists()


def test_steps_that_name_nothing_are_refused(cast: Cast) -> None:
    for steps in (
        [],
        [{"kind": "nothing"}],
        [{"kind": "assign_person", "person": "999999"}],
        [{"kind": "assign_team", "team": "x"}],
        [{"kind": "add_labels", "labels": " , "}],
        [{"kind": "add_labels", "labels": ["x" * 61]}],
        [{"kind": "note", "text": "{nobody}"}],
        [{"kind": "reply"}],
        [{"kind": "snooze", "when": "the day after never"}],
        [{"kind": "status", "status": "gone"}],
        [{"kind": "priority", "priority": 99}],
        [{"kind": "mark_spam"}] * 13,
        "text",
        [None],
    ):
        with pytest.raises(ValidationError):
            make(cast, *[]) if not steps else create_macro(by=cast.marco, name="X", steps=steps)


def test_who_changed_it_meanwhile_is_not_undone_by_another(cast: Cast) -> None:
    talk = cast.writes()
    ran = run_macro(agent=cast.marco, macro=make(cast, label("bill")), conversation=talk)
    assert ran.run is not None
    with pytest.raises(Refused):
        undo_macro(agent=cast.anna, run=ran.run)
    add_reply(agent=cast.marco, conversation=talk, text="Done.")
    assert MacroRun.objects.get().undone_at is None


def test_nobody_uses_a_saved_reply_that_they_may_not_see(cast: Cast) -> None:
    ours = create_reply(by=cast.marco, title="Ours", shortcut="ours", texts={"en": "Secret."}, team=cast.care)
    step = {"kind": "reply", "reply": str(ours.pk)}
    with pytest.raises(ValidationError):
        create_macro(by=cast.viktor, name="Steal", steps=[step])
    macro = make(cast, step, scope="everybody", by=cast.anna)
    talk = cast.writes()
    talk.team = cast.viktor.teams.get()  # type: ignore[attr-defined]
    talk.save()
    ran = run_macro(agent=cast.viktor, macro=macro, conversation=talk)
    assert [line["code"] for line in ran.refused] == ["reply_gone"]
    assert ran.draft is None


def test_a_sent_answer_is_taken_back_while_it_waits(cast: Cast) -> None:
    type(cast.marco).objects.filter(pk=cast.marco.pk).update(undo_seconds=10)
    cast.marco.refresh_from_db()
    talk = cast.writes()
    macro = make(cast, {"kind": "reply", "text": "Hello.", "send": True})
    ran = run_macro(agent=cast.marco, macro=macro, conversation=talk, confirmed=True)
    assert ran.run is not None
    assert ran.can_undo
    undo_macro(agent=cast.marco, run=ran.run)
    assert not Message.objects.filter(direction="out", removed_at=None, delivery="queued").exists()
