"""A flow is tried on what customers really wrote first; it changes nothing, and can be stopped and killed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ascolto.bot import reading, trying
from ascolto.bot.actions import create_flow
from ascolto.bot.actions.trials import start_trial, stop_trial
from ascolto.bot.engine import begin
from ascolto.bot.landing import AT_ONCE, CLARIFIED, HANDED, MENU, WENT, landing_of
from ascolto.bot.models import Dialogue, FlowVersion, TrialRun
from ascolto.bot.state import Heard, Situation, Understood
from ascolto.bot.tests.test_rehearsing import CARE, FLOWS, NOW
from ascolto.conversations.models import Message
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_cast, make_customer
from ascolto.understanding.actions.correct import correct
from ascolto.understanding.models import Reading, Topic

HERE = Situation(channel="chat", moment=NOW, language="en")


@pytest.mark.parametrize(
    ("heard", "kind", "node"),
    [
        (Heard(), MENU, "care/menu"),
        (Heard("It is about my bill"), WENT, "care/answer"),
        (Heard("Hm", understood=Understood(topic="fault", topic_probability=0.9)), AT_ONCE, "care/code"),
        (Heard("Hm", understood=Understood(topic="fault", topic_probability=0.4)), CLARIFIED, "care/menu"),
        (Heard("operator"), HANDED, "person"),
    ],
)
def test_a_first_message_lands_somewhere(heard: Heard, kind: str, node: str) -> None:
    landing = landing_of(FLOWS, begin(FLOWS, "care", heard, HERE))
    assert landing.node == node
    assert landing.kind == (AT_ONCE if node == "care/answer" else kind)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def version(cast: Cast) -> FlowVersion:
    return create_flow(by=None, text=CARE)


def writes(cast: Cast, text: str, topic: str = "", probability: float = 0.9, **more: Any) -> Message:
    """Somebody new writes, and it is understood."""
    talk = cast.writes(text, customer=make_customer(f"Customer {Message.objects.count()}"))
    message = talk.messages.get()
    row = Topic.objects.get_or_create(name=topic)[0] if topic else None
    sure = {"topic": probability}
    Reading.objects.update_or_create(
        message=message, defaults={"language": "en", "topic": row, "probabilities": sure, **more}
    )
    return message


@pytest.mark.django_db
def test_where_people_would_have_gone(cast: Cast, version: FlowVersion) -> None:
    fault = writes(cast, "No internet.", "fault")
    writes(cast, "Hello.")
    writes(cast, "This is a disgrace!", anger=0.95)
    wrong = writes(cast, "Too much money.", "fault")
    Topic.objects.create(name="bill")
    correct(message=wrong, field="topic", value="bill", by=cast.anna)
    before = (Message.objects.count(), Dialogue.objects.count())
    run = start_trial(by=None, version=version, days=30)
    while trying.go_on():
        pass
    run.refresh_from_db()
    assert (run.state, run.total, run.done) == ("done", 4, 4)
    assert run.found["kinds"] == {AT_ONCE: 2, MENU: 1, HANDED: 1}
    assert run.found["why"] == {"anger": 1}
    assert (run.found["judged"], run.found["right"]) == (1, 0), "the bot hears what the model said then"
    assert run.found["nodes"]["care/code"]["examples"] == [fault.conversation_id, wrong.conversation_id]
    assert (Message.objects.count(), Dialogue.objects.count()) == before
    assert Event.objects.filter(type="trial.started").exists()


@pytest.mark.django_db
def test_a_trial_stops_when_it_is_told_to_and_goes_on_where_it_was(
    cast: Cast, version: FlowVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        writes(cast, f"No internet {number}.", "fault")
    monkeypatch.setattr(trying, "SECONDS", 0.0)  # one at a time
    run = start_trial(by=None, version=version)
    assert trying.go_on() == 1
    assert trying.go_on() == 1
    run.refresh_from_db()
    assert (run.state, run.done, run.total) == ("running", 2, 5)
    assert stop_trial(by=None, trial=run)
    assert not stop_trial(by=None, trial=run)
    assert trying.go_on() == 0
    again = start_trial(by=None, version=version)
    while trying.go_on():
        pass
    again.refresh_from_db()
    assert (again.done, again.found["tried"]) == (5, 5)


@pytest.mark.django_db
def test_what_was_stopped_meanwhile_stays_stopped(cast: Cast, version: FlowVersion) -> None:
    writes(cast, "No internet.", "fault")
    run = start_trial(by=None, version=version)
    row = TrialRun.objects.select_related("version__flow").get(pk=run.pk)
    stop_trial(by=None, trial=run)
    trying._portion(row)
    run.refresh_from_db()
    assert (run.state, run.done, run.found) == ("stopped", 0, {})


@pytest.mark.django_db
def test_only_the_days_that_were_asked_for_count(cast: Cast, version: FlowVersion) -> None:
    old = writes(cast, "No internet.", "fault")
    type(old.conversation).objects.filter(pk=old.conversation_id).update(created_at=now() - timedelta(days=8))
    run = start_trial(by=None, version=version, days=7)
    while trying.go_on():
        pass
    run.refresh_from_db()
    assert (run.state, run.total) == ("done", 0)


@pytest.mark.django_db
def test_a_flow_that_cannot_be_read_ends_the_trial_with_words(version: FlowVersion) -> None:
    FlowVersion.objects.filter(pk=version.pk).update(text="nothing")
    run = start_trial(by=None, version=version)
    assert trying.go_on() == 1
    run.refresh_from_db()
    assert run.state == "stopped"
    assert "cannot be read" in run.found["error"]
    assert trying.go_on() == 0


@pytest.mark.django_db
def test_a_portion_asks_a_constant_number_of_questions(cast: Cast, version: FlowVersion) -> None:
    counts = []
    for many in (2, 12):
        for number in range(many):
            writes(cast, f"No internet {number}.", "fault")
        run = start_trial(by=None, version=version)
        trying.go_on()  # what is read once is read
        TrialRun.objects.filter(pk=run.pk).update(last=0, done=0, found={}, state="running")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            trying.go_on()
        counts.append(len(asked))
    assert counts[0] == counts[1] < 16


def test_the_flow_of_these_tests_is_right() -> None:
    assert reading.read_flow(CARE)[1] == []
