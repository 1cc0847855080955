"""A company's own topics: known from the first minute by what is said of them, better with examples, never forced on what fits none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ascolto.conversations.models import Label
from ascolto.events.models import Event
from ascolto.testing.factories import make_customer, make_inbox, receive
from ascolto.understanding.actions.starters import NoSuchSet, load_set, sets
from ascolto.understanding.actions.versions import live_version
from ascolto.understanding.engine.reader import Reader
from ascolto.understanding.models import Correction, ModelVersion, Topic, TopicExample
from ascolto.understanding.training.bench import Workbench
from ascolto.understanding.training.company import topics_changed
from ascolto.understanding.training.matters import learn_matters
from ascolto.understanding.training.nightly import Nightly
from ascolto.understanding.training.running import due, train

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session")
def bench(reader: Any) -> Workbench:
    return Workbench(reader.encoder)


def learn(bench: Workbench) -> ModelVersion:
    outcome = next(train(["topic"], progress=lambda head, share: None, bench=bench))
    assert outcome.version is not None, outcome.why
    return outcome.version


def reader_of(bench: Workbench) -> Reader:
    head = bench.head_of(ModelVersion.objects.get(state="live"), "topic")
    assert head is not None
    return Reader(bench.encoder, {**bench.shipped, "topic": head})


def topic_of(reader: Reader, text: str) -> str:
    topic = reader.read(text).topic
    return topic.label if topic else "-"


def test_a_ready_made_set_works_at_once(bench: Workbench) -> None:
    load_set("telecom.it", by=None)
    assert topics_changed()
    assert learn(bench).why == "the first version of these topics"
    assert not topics_changed()
    reader = reader_of(bench)
    assert topic_of(reader, "Buongiorno, quest'ultima bolletta ha un importo che non mi torna") == "Bolletta"
    assert (
        topic_of(reader, "da ieri sera siamo senza internet, modem con la spia rossa") == "Linea che non va"
    )
    assert topic_of(reader, "vorrei disdire la linea di casa di mia madre") == "Disdetta e recesso"
    assert topic_of(reader, "Grazie mille, gentilissimi!") == "-"
    assert topic_of(reader, "👍") == "-"


def test_every_ready_made_set_is_whole() -> None:
    trades = ("bank", "shop", "telecom", "utility")
    assert {one.name for one in sets()} == {
        f"{trade}.{language}" for trade in trades for language in ("en", "it")
    }
    for one in sets():
        assert len(one.topics) >= 11
        for topic in one.topics:
            assert topic.description
            assert len(topic.hints) >= 3
            assert 5 <= len(topic.examples) <= 8
    with pytest.raises(NoSuchSet, match=r"telecom\.it"):
        load_set("zoo", by=None)


def test_a_set_adds_only_what_is_not_there_and_says_so() -> None:
    Topic.objects.create(name="Bolletta", description="ours")
    added = load_set("telecom.it", by=None)
    assert "Bolletta" not in {topic.name for topic in added}
    assert Topic.objects.get(name="Bolletta").description == "ours"
    assert Event.objects.filter(type="topic.changed").count() == len(added)
    assert load_set("telecom.it", by=None) == []


def test_a_topic_known_only_by_its_hints_is_found(bench: Workbench) -> None:
    Topic.objects.create(
        name="Lampioni",
        description="Lampioni spenti o rotti",
        hints="lampione\nilluminazione pubblica",
    )
    Topic.objects.create(
        name="Rifiuti",
        description="Raccolta dei rifiuti",
        hints="rifiuti\ncassonetto\nspazzatura",
    )
    learn(bench)
    reader = reader_of(bench)
    assert topic_of(reader, "C'è un lampione spento in via Verdi") == "Lampioni"
    assert topic_of(reader, "Il cassonetto trabocca da una settimana") == "Rifiuti"
    assert topic_of(reader, "Ok, grazie") == "-"


def test_history_under_a_label_and_corrections_teach(bench: Workbench) -> None:
    inbox, label = make_inbox("webhook"), Label.objects.create(name="biciclette")
    bikes = Topic.objects.create(name="Biciclette", label=label)
    TopicExample.objects.create(topic=Topic.objects.create(name="Autobus"), text="L'autobus 14 non passa mai")
    for place in ("stazione", "piazza", "lungomare", "municipio"):
        asker = make_customer(f"Giulia {place}")
        received = receive(inbox, f"Vorrei noleggiare una bici gialla alla {place}", customer=asker)
        received.conversation.labels.add(label)
    corrected = receive(inbox, "Il motorino elettrico del monopattino fischia")
    Correction.objects.create(message=corrected, field="topic", became="Biciclette")
    learnt = learn_matters(bench, lambda share: None)
    assert (learnt.card["history"], learnt.card["corrections"]) == (4, 1)
    learn(bench)
    assert topic_of(reader_of(bench), "Come si noleggia una bici?") == bikes.name
    assert topic_of(reader_of(bench), "il monopattino elettrico fischia") == bikes.name


def test_without_topics_nothing_is_learnt(bench: Workbench) -> None:
    outcome = next(train(["topic"], progress=lambda head, share: None, bench=bench))
    assert outcome.version is None
    assert "no topics" in outcome.why
    assert due() == []


def test_a_changed_topic_is_due_and_goes_live(bench: Workbench) -> None:
    load_set("shop.en", by=None)
    learn(bench)
    Topic.objects.create(name="Gift wrapping", hints="gift wrap\nwrapping\nribbon")
    assert due() == ["topic"]
    second = learn(bench)
    assert (second.why, live_version("topic")) == ("the topics changed", second)
    assert due() == []


class Child:
    """A training that is running until it is told to end."""

    def __init__(self) -> None:
        self.code: int | None = None

    def poll(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        self.code = -15

    def wait(self, timeout: float | None = None) -> int:
        return self.code or 0


NOON, NIGHT = datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 3, 2, tzinfo=UTC)


def test_corrections_are_learnt_at_night_once_and_one_at_a_time() -> None:
    inbox, children = make_inbox("webhook"), []
    nightly = Nightly(spawn=lambda: children.append(Child()) or children[-1])  # type: ignore[func-returns-value,arg-type,return-value]
    for number in range(20):
        Correction.objects.create(
            message=receive(inbox, f"Il lampione {number} è spento"), field="intent", became="question"
        )
    assert not nightly.consider(NOON)
    assert nightly.consider(NIGHT)
    assert not nightly.consider(NIGHT + timedelta(minutes=5))
    children[0].code = 0
    assert not nightly.consider(NIGHT + timedelta(minutes=10))
    assert nightly.consider(NIGHT + timedelta(days=1))
    nightly.stop()
    assert children[1].code == -15


def test_changed_topics_are_learnt_at_any_hour_when_nobody_changes_them_any_more() -> None:
    children: list[Child] = []
    nightly = Nightly(spawn=lambda: children.append(Child()) or children[-1])  # type: ignore[func-returns-value,arg-type,return-value]
    topic = Topic.objects.create(name="Lampioni", hints="lampione")
    assert not nightly.consider(NOON)
    TopicExample.objects.create(topic=topic, text="Il lampione è spento")
    assert not nightly.consider(NOON)
    assert nightly.consider(NOON)
    children[0].code = 1
    assert not nightly.consider(NOON)  # what failed is not begun again and again
