"""Versions of the models: a candidate is stored with its verdict in one transaction; one is live; any kept can come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from ascolto.accounts.models import Agent
from ascolto.events.log import actor_of, emit
from ascolto.kit.clock import now
from ascolto.understanding.models import ModelVersion

KEPT = 10  # versions of a head whose weights are kept
SHIPPED = 0  # the number of the version that came with the product
HEADS = ("sentiment", "anger", "urgency", "intent", "answer", "topic")
State = ModelVersion.State


class NoSuchVersion(LookupError):
    """There is no such version, or its weights are not kept any more."""


class AnotherLearns(RuntimeError):
    """Two trainings of the same head ended at once; this one was the later."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What came out of a training: the weights, what is known about them, and whether they may serve."""

    head: str
    encoder: str
    weights: bytes
    is_better: bool  # no worse than the one that is live
    why: str
    card: Mapping[str, Any] = field(default_factory=dict)
    replaces: str = (
        ""  # the version that it was held against; if that is not live any more the verdict is void
    )


def live_version(head: str) -> ModelVersion | None:
    """The version of a head that serves; None: the shipped one (or, for topics, none)."""
    return ModelVersion.objects.filter(head=head, state=State.LIVE).defer("weights").first()


@transaction.atomic
def keep_learnt(learnt: Learnt) -> ModelVersion:
    """Store a version with its verdict: live at once, or refused. Raises AnotherLearns, and then nothing is stored."""
    live = _locked_live(learnt.head)
    if learnt.replaces != (str(live) if live else ""):
        raise AnotherLearns(f"Another version of “{learnt.head}” went live meanwhile.")
    highest = ModelVersion.objects.filter(head=learnt.head).aggregate(Max("number"))["number__max"]
    try:
        with transaction.atomic():
            version = ModelVersion.objects.create(
                head=learnt.head, number=(highest or 0) + 1, encoder=learnt.encoder, weights=learnt.weights,
                card=dict(learnt.card), why=learnt.why[:300], state=State.CANDIDATE if learnt.is_better else State.REFUSED,
            )  # fmt: skip
    except IntegrityError as error:
        raise AnotherLearns(f"Another training of “{learnt.head}” ended meanwhile.") from error
    if learnt.is_better:
        _switch(version, live, by=None, why=learnt.why)
    emit("model.learnt", head=version.head, version=version.number, state=version.state, why=version.why)
    _forget_old(learnt.head)
    return version


@transaction.atomic
def make_live(*, head: str, number: int, by: Agent | None, why: str) -> ModelVersion:
    """Let a kept version serve; number 0 is the shipped one. Raises NoSuchVersion. What is live already stays so."""
    live = _locked_live(head)
    version = _kept(head, number)
    if version.state != State.LIVE:
        _switch(version, live, by=by, why=why)
    return version


def roll_back(*, head: str, by: Agent | None, to: int | None = None, why: str = "") -> ModelVersion:
    """Go back to a version, or without a number to the one that served before. Raises NoSuchVersion."""
    number = _before(head) if to is None else to
    return make_live(head=head, number=number, by=by, why=why or "rolled back by a person")


def _before(head: str) -> int:
    live = live_version(head)
    if live is None or live.number == SHIPPED:
        raise NoSuchVersion(f"The shipped version of “{head}” serves: there is none before it.")
    earlier = (
        ModelVersion.objects.filter(head=head, state=State.RETIRED)
        .exclude(live_since=None)
        .exclude(weights=None)
    )
    last = earlier.filter(live_since__lt=live.live_since).order_by("-live_since").defer("weights").first()
    return last.number if last else SHIPPED


def _kept(head: str, number: int) -> ModelVersion:
    if head not in HEADS:
        raise NoSuchVersion(f"There is no model “{head}”: {', '.join(HEADS)}.")
    if number == SHIPPED:
        return ModelVersion.objects.get_or_create(
            head=head, number=SHIPPED, defaults={"state": State.RETIRED}
        )[0]
    version = ModelVersion.objects.filter(head=head, number=number).first()
    if version is None:
        raise NoSuchVersion(f"There is no version {number} of “{head}”.")
    if version.weights is None:
        raise NoSuchVersion(
            f"The weights of {version} are not kept any more (only those of the last {KEPT})."
        )
    return version


def _locked_live(head: str) -> ModelVersion | None:
    return (
        ModelVersion.objects.select_for_update().filter(head=head, state=State.LIVE).defer("weights").first()
    )


def _switch(version: ModelVersion, live: ModelVersion | None, *, by: Agent | None, why: str) -> None:
    if live is not None:
        live.state = State.RETIRED
        live.save(update_fields=["state"])
    version.state, version.live_since, version.made_live_by, version.why = State.LIVE, now(), by, why[:300]
    version.save(update_fields=["state", "live_since", "made_live_by", "why"])
    emit(
        "model.made_live",
        actor=actor_of(by),
        head=version.head,
        version=version.number,
        previous=live.number if live else SHIPPED,
        why=version.why,
    )


def _forget_old(head: str) -> None:
    """Weights of all but the last KEPT versions go; their cards stay, as history."""
    newest = (
        ModelVersion.objects.filter(head=head)
        .exclude(weights=None)
        .order_by("-number")
        .values_list("pk", flat=True)
    )
    old = list(newest[KEPT:])
    ModelVersion.objects.filter(pk__in=old).exclude(state=State.LIVE).update(weights=None)
