"""What people correct makes versions of the company's own; what would make them worse is refused; everything can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ascolto.channels.models import ChannelAccount
from ascolto.conversations.models import Message
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.testing.factories import make_agent, make_inbox, receive
from ascolto.understanding import worker
from ascolto.understanding.actions import versions
from ascolto.understanding.actions.correct import correct, withdraw
from ascolto.understanding.actions.versions import (
    AnotherLearns,
    NoSuchVersion,
    keep_learnt,
    live_version,
    make_live,
    roll_back,
)
from ascolto.understanding.models import Correction, ModelVersion, Reading
from ascolto.understanding.serving import Serving
from ascolto.understanding.training import lessons
from ascolto.understanding.training.bench import Workbench
from ascolto.understanding.training.lessons import TooFewCorrections, learn_corrections
from ascolto.understanding.training.running import train
from ascolto.understanding.training.taught import due_heads, new_corrections, taught

pytestmark = pytest.mark.django_db

PLACES = ("Arezzo", "Bari", "Como", "Enna", "Forlì", "Gela", "Imola", "Jesi", "Lecco", "Matera", "Nuoro", "Olbia", "Pisa", "Rieti",
          "Savona", "Terni", "Udine", "Varese", "Zara", "Trani", "Cuneo", "Asti", "Lodi", "Prato")  # fmt: skip


def asks(place: str) -> str:
    """A request of this company's customers that reads like a mere statement."""
    return f"Il lampione numero {len(place)}{ord(place[0])} di {place} è spento"


@pytest.fixture(scope="session")
def bench(reader: Any) -> Workbench:
    return Workbench(reader.encoder)


@pytest.fixture
def inbox() -> ChannelAccount:
    return make_inbox("webhook")


def teach(inbox: ChannelAccount, pairs: Sequence[tuple[str, str]], field: str = "intent") -> list[Message]:
    messages = []
    for text, label in pairs:
        message = receive(inbox, text)
        Correction.objects.create(message=message, field=field, was="", became=label)
        messages.append(message)
    return messages


def outcome_of(head: str, bench: Workbench) -> Any:
    return next(train([head], progress=lambda name, share: None, bench=bench))


def test_marcos_corrections_become_a_version_that_serves(inbox: ChannelAccount, bench: Workbench) -> None:
    teach(inbox, [(asks(place), "question") for place in PLACES])
    outcome = outcome_of("intent", bench)
    assert outcome.version.state == ModelVersion.State.LIVE, outcome.why
    assert "no worse" in outcome.why
    learnt = bench.head_of(ModelVersion.objects.get(), "intent")
    assert learnt is not None
    new = bench.seen([asks("Siracusa"), asks("Novara")])
    assert [learnt.answer(seen).label for seen in new] == ["question", "question"]
    assert [event.data["state"] for event in Event.objects.filter(type="model.learnt")] == ["live"]
    assert Event.objects.get(type="model.made_live").data["previous"] == 0


def test_the_serving_reader_takes_the_version_and_gives_it_back(
    inbox: ChannelAccount, bench: Workbench
) -> None:
    serving = Serving(bench.encoder)
    before = serving.reader().read(asks("Siracusa")).intent
    teach(inbox, [(asks(place), "question") for place in PLACES])
    outcome_of("intent", bench)
    serving._looked_at = float("-inf")
    meaning = serving.reader().read(asks("Siracusa"))
    assert (meaning.intent.label, meaning.versions["intent"]) == ("question", "intent-1")
    roll_back(head="intent", by=None)
    serving._looked_at = float("-inf")
    assert serving.reader().read(asks("Siracusa")).intent.probabilities == before.probabilities


def test_a_poisoned_set_is_refused_and_the_old_version_serves(
    inbox: ChannelAccount, bench: Workbench
) -> None:
    angry = "Da {n} settimane la linea non va e nessuno risponde, {place} è al buio: siete una vergogna!!!"
    teach(inbox, [(angry.format(n=n + 2, place=place), "thanks") for n, place in enumerate(PLACES)])
    outcome = outcome_of("intent", bench)
    assert outcome.version.state == ModelVersion.State.REFUSED
    assert outcome.why
    assert live_version("intent") is None
    assert not Event.objects.filter(type="model.made_live").exists()


def test_corrections_that_contradict_each_other_are_refused(inbox: ChannelAccount, bench: Workbench) -> None:
    labels = ("question", "praise", "idea", "complaint", "other", "spam", "thanks")
    teach(inbox, [(asks(place), labels[n % len(labels)]) for n, place in enumerate(PLACES * 2)])
    assert outcome_of("intent", bench).version.state == ModelVersion.State.REFUSED


@pytest.mark.django_db(transaction=True)  # the log shows what is committed
def test_withdrawn_corrections_and_messages_taken_back_teach_nothing(
    inbox: ChannelAccount, reader: Any
) -> None:
    first, second, third = (receive(inbox, asks(place)) for place in PLACES[:3])
    worker.read_waiting(reader)
    Reading.objects.update(intent="other", corrected=[])
    for message in (first, second, third):
        correct(message=message, field="intent", value="question", by=None)
    withdraw(message=first, field="intent", by=None)
    Message.objects.filter(pk=second.pk).update(removed_at=now())
    assert [(one.message, one.label) for one in taught("intent")] == [(third.pk, "question")]


def test_the_last_word_on_a_message_counts(inbox: ChannelAccount) -> None:
    message = receive(inbox, asks("Arezzo"))
    for label in ("complaint", "question"):
        Correction.objects.create(message=message, field="intent", became=label)
    assert [one.label for one in taught("intent")] == ["question"]


def test_a_few_corrections_wait_for_more(inbox: ChannelAccount, bench: Workbench) -> None:
    teach(inbox, [(asks(place), "question") for place in PLACES[:5]])
    with pytest.raises(TooFewCorrections, match="5 corrections"):
        learn_corrections("intent", bench, lambda share: None)
    outcome = outcome_of("intent", bench)
    assert outcome.version is None
    assert not ModelVersion.objects.exists()


def test_what_is_new_is_counted_since_the_last_training(inbox: ChannelAccount, bench: Workbench) -> None:
    teach(inbox, [(asks(place), "question") for place in PLACES])
    assert due_heads(["intent", "anger"], at_least=20) == ["intent"]
    outcome_of("intent", bench)
    assert new_corrections("intent") == 0
    Correction.objects.filter(message=Message.objects.first()).update(withdrawn_at=now())
    assert new_corrections("intent") == 1


def test_a_second_version_is_held_fairly_against_the_first(inbox: ChannelAccount, bench: Workbench) -> None:
    teach(inbox, [(asks(place), "question") for place in PLACES])
    outcome_of("intent", bench)
    teach(inbox, [(f"La panchina di {place} è rotta", "question") for place in PLACES])
    second = outcome_of("intent", bench).version
    assert (second.number, second.state) == (2, ModelVersion.State.LIVE)
    assert ModelVersion.objects.get(number=1).state == ModelVersion.State.RETIRED


def test_a_training_killed_in_the_middle_leaves_everything_as_it_was(
    inbox: ChannelAccount, bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    teach(inbox, [(asks(place), "question") for place in PLACES])

    def killed(*args: Any, **more: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(versions, "_switch", killed)
    with pytest.raises(KeyboardInterrupt):
        outcome_of("intent", bench)
    assert not ModelVersion.objects.exists()
    assert not Event.objects.filter(type__startswith="model.").exists()
    monkeypatch.undo()
    assert outcome_of("intent", bench).version.number == 1


def test_two_trainings_do_not_run_at_once(bench: Workbench) -> None:
    first = train(["intent"], progress=lambda name, share: None, bench=bench)
    next(first)
    with pytest.raises(AnotherLearns, match="Another training"):
        next(train(["intent"], progress=lambda name, share: None, bench=bench))
    first.close()


def test_a_verdict_against_a_version_that_serves_no_more_is_void(
    inbox: ChannelAccount, bench: Workbench
) -> None:
    teach(inbox, [(asks(place), "question") for place in PLACES])
    learnt = learn_corrections("intent", bench, lambda share: None)
    outcome_of("intent", bench)
    with pytest.raises(AnotherLearns):
        keep_learnt(learnt)


def stored(head: str, number: int, state: str = "retired", *, weights: bytes | None = b"-") -> ModelVersion:
    live_since = now() if state in {"live", "retired"} else None
    return ModelVersion.objects.create(
        head=head, number=number, state=state, weights=weights, live_since=live_since
    )


def test_anna_rolls_back_to_the_version_before_and_to_the_shipped_one() -> None:
    anna = make_agent()
    stored("anger", 1)
    stored("anger", 2, "live")
    assert roll_back(head="anger", by=anna).number == 1
    assert ModelVersion.objects.get(state="live").made_live_by == anna
    said = Event.objects.filter(type="model.made_live").latest("pk")
    assert (said.actor_id, said.data["version"], said.data["previous"]) == (anna.pk, 1, 2)
    assert roll_back(head="anger", by=anna, to=0).number == 0
    with pytest.raises(NoSuchVersion, match="none before it"):
        roll_back(head="anger", by=anna)


def test_a_refused_version_can_serve_by_a_persons_will() -> None:
    stored("anger", 1, "refused")
    assert make_live(head="anger", number=1, by=None, why="we know better").state == ModelVersion.State.LIVE


def test_only_the_last_versions_keep_their_weights(inbox: ChannelAccount, bench: Workbench) -> None:
    stored("intent", 1, "live")
    for number in range(2, 14):
        stored("intent", number)
    teach(inbox, [(asks(place), "question") for place in PLACES])
    ModelVersion.objects.filter(number=1).update(state="retired")
    outcome_of("intent", bench)
    kept = set(ModelVersion.objects.exclude(weights=None).values_list("number", flat=True))
    assert kept == set(range(5, 15))
    with pytest.raises(NoSuchVersion, match="not kept"):
        make_live(head="intent", number=1, by=None, why="")


def test_nonsense_is_told_in_a_line() -> None:
    for arguments in (["rollback", "intent", "7"], ["rollback", "intent"], ["evaluate", "--file", "x.tsv"], ["train", "weather"],
                      ["topics", "--load", "zoo.it"], ["reread", "--days", "0"]):  # fmt: skip
        with pytest.raises(CommandError):
            call_command("understanding", *arguments, stdout=StringIO())


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("understanding", *arguments, stdout=out)
    return out.getvalue()


def test_the_commands_tell_what_happened(inbox: ChannelAccount, tmp_path: Path) -> None:
    teach(inbox, [(asks(place), "question") for place in PLACES])
    assert "intent     shipped; 24 corrections since the last training" in told("status")
    assert "intent     version 1 serves: no worse" in told("train", "--due", "--quiet")
    assert "Nothing is due" in told("train", "--due")
    file = tmp_path / "ours.tsv"
    file.write_text(
        "text\tlabel\n" + "\n".join(f"{asks(place)}\tquestion" for place in PLACES[:6]), encoding="utf-8"
    )
    report = told("evaluate", "intent", "--file", str(file))
    assert "intent-1" in report
    assert "accuracy 1.000" in report
    compared = told("compare", "intent", "shipped", "1", "--samples", "3")
    assert "macro-f1" in compared
    assert "→ question: Il lampione" in compared
    assert "the shipped version serves" in told("rollback", "intent")
    assert "1  retired" in told("status")


@pytest.mark.django_db(transaction=True)  # the log shows what is committed
def test_messages_are_read_again_with_what_serves_now(inbox: ChannelAccount, reader: Any) -> None:
    message = receive(inbox, "Grazie mille!")
    worker.read_waiting(reader)
    Reading.objects.filter(message=message).update(intent="spam", sentiment="negative", corrected=[])
    correct(message=message, field="sentiment", value="neutral", by=None)
    assert "1 messages" in told("reread", "--days", "1")
    reading = Reading.objects.get(message=message)
    assert (reading.intent, reading.sentiment, reading.corrected) == ("thanks", "neutral", ["sentiment"])


def test_labels_that_the_model_does_not_know_are_passed_over(inbox: ChannelAccount, bench: Workbench) -> None:
    teach(inbox, [(asks(place), "weather") for place in PLACES])
    with pytest.raises(TooFewCorrections):
        learn_corrections("intent", bench, lambda share: None)
    assert lessons.learnt_from([]) == []
