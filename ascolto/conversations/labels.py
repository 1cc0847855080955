"""The one taxonomy: labels are defined, renamed, merged and laid aside here.

Putting them on is `actions.set_labels` and `customer_labels`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet

from ascolto.accounts.models import Agent
from ascolto.conversations.models import Label, LabelRules, LabelWish
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean

LONGEST = 60
MOST = 1_000  # labels that are not laid aside
TONES = ("", "carta", "ok", "warn", "bad", "pub", "note", "line")


@dataclass(frozen=True, slots=True)
class Used:
    """A label, and on how many conversations and customers it is."""

    label: Label
    conversations: int
    customers: int


def offered_labels(*scopes: str) -> QuerySet[Label]:
    """What may be put on something of these scopes (without: on conversations): nothing that was laid aside."""
    wanted = [Label.Scope.EVERYTHING, *(scopes or (Label.Scope.CONVERSATIONS,))]
    return Label.objects.filter(archived_at=None, scope__in=wanted)


def used_labels(query: str = "", *, limit: int = 500) -> list[Used]:
    """Every label with its use, those laid aside last: three queries however many there are."""
    rows = Label.objects.all()
    if words := clean(query, 100).strip():
        rows = rows.filter(name__icontains=words) | rows.filter(about__icontains=words)
    labels = sorted(rows[:limit], key=lambda label: (label.archived_at is not None, label.name.casefold()))
    ids = [label.pk for label in labels]
    on_conversations = _counts(Label.conversations.through, ids)  # type: ignore[attr-defined]
    on_customers = _counts(Label.customers.through, ids)
    return [Used(label, on_conversations.get(label.pk, 0), on_customers.get(label.pk, 0)) for label in labels]


def _counts(through: Any, ids: list[int]) -> dict[int, int]:
    rows = through.objects.filter(label_id__in=ids).values_list("label_id").annotate(n=Count("pk"))
    return dict(rows)


@transaction.atomic
def create_label(*, by: Agent, name: str, tone: str = "", scope: str = "", about: str = "") -> Label:
    """A new word of the taxonomy. Raises Refused for a name that is there, or one that is no name."""
    _may(by)
    words = _free_name(name)
    if Label.objects.filter(archived_at=None).count() >= MOST:
        raise Refused("too_many_labels", "There are very many labels.", fix="Merge or lay aside some first.")
    label = Label.objects.create(name=words, **_looks(tone, scope, about))
    emit("label.created", actor=actor_of(by), label=label.pk, name=label.name)
    return label


@transaction.atomic
def change_label(
    *,
    by: Agent,
    label: Label,
    name: str | None = None,
    tone: str | None = None,
    scope: str | None = None,
    about: str | None = None,
) -> bool:
    """Rename or recolour a label, or say where and when it is used; what is left out stays. Whether it changed."""
    _may(by)
    current = Label.objects.select_for_update().get(pk=label.pk)
    before = _as_data(current)
    if name is not None:
        current.name = _free_name(name, besides=current)
    looks = _looks(
        current.tone if tone is None else tone,
        scope or current.scope,
        current.about if about is None else about,
    )
    for field, value in looks.items():
        setattr(current, field, value)
    return _save(by, current, before)


@transaction.atomic
def archive_label(*, by: Agent, label: Label, archived: bool = True) -> bool:
    """Lay a label aside: it stays where it is and is offered no more; or take it out again. Whether it changed."""
    _may(by)
    current = Label.objects.select_for_update().get(pk=label.pk)
    before = _as_data(current)
    if (current.archived_at is not None) != archived:
        current.archived_at = now() if archived else None
    return _save(by, current, before)


@transaction.atomic
def merge_labels(*, by: Agent, source: Label, target: Label) -> int:
    """Wherever `source` is, `target` is instead; the source is laid aside. Returns on how many conversations and customers.

    Raises Refused for one and the same.
    """
    _may(by)
    if source.pk == target.pk:
        raise Refused("same_label", "A label cannot be merged into itself.")
    moved = 0
    for through, column in (
        (Label.conversations.through, "conversation_id"),  # type: ignore[attr-defined]
        (Label.customers.through, "customer_id"),
    ):
        rows = through.objects.filter(label_id=source.pk)
        there = through.objects.filter(label_id=target.pk).values(column)
        rows.filter(**{f"{column}__in": there}).delete()
        moved += rows.update(label_id=target.pk)
    Label.objects.filter(pk=source.pk).update(archived_at=now())
    emit("label.merged", actor=actor_of(by), label=source.pk, name=source.name, into=target.name, count=moved)
    return moved


# Names that nobody defined


def is_closed() -> bool:
    """Whether only those who define labels may bring in new ones."""
    return LabelRules.objects.filter(is_closed=True).exists()


@transaction.atomic
def close_taxonomy(*, by: Agent, closed: bool) -> bool:
    """Let only those who define labels bring in new ones, or everybody. Whether it changed."""
    _may(by)
    row, _made = LabelRules.objects.select_for_update().get_or_create(pk=1)
    if row.is_closed == closed:
        return False
    row.is_closed = closed
    row.save(update_fields=["is_closed"])
    emit(
        "label.rules_changed",
        actor=actor_of(by),
        fields=["is_closed"],
        changes={"is_closed": [not closed, closed]},
    )
    return True


def names_allowed(
    agent: Agent | None, conversation: int, names: Iterable[str]
) -> tuple[list[str], list[str]]:
    """Of names that are no labels yet: those that become one, and those that this person may only wish for (noted)."""
    unknown = list(names)
    if not unknown or agent is None or agent.may("labels.manage") or not is_closed():
        return unknown, []
    LabelWish.objects.bulk_create(
        [LabelWish(name=name, conversation_id=conversation, by=agent) for name in unknown],
        ignore_conflicts=True,
    )
    return [], unknown


def wishes() -> list[LabelWish]:
    """Labels that somebody wished for, the newest first."""
    return list(LabelWish.objects.select_related("by").order_by("-at")[:100])


@transaction.atomic
def grant_wish(*, by: Agent, wish: LabelWish, granted: bool) -> bool:
    """Make the label that was wished for and put it where it was wished, or say no. Whether the wish was there."""
    _may(by)
    if not LabelWish.objects.filter(pk=wish.pk).exists():
        return False
    alike = list(LabelWish.objects.filter(name=wish.name).values_list("conversation_id", flat=True))
    LabelWish.objects.filter(name=wish.name).delete()
    if granted:
        label = Label.objects.filter(name=wish.name).first() or create_label(by=by, name=wish.name)
        label.conversations.add(*alike)  # type: ignore[attr-defined]
    return True


def _may(by: Agent) -> None:
    if not by.may("labels.manage"):
        raise Refused("not_allowed", "Your role does not define labels.", fix="Ask a lead.")


def _free_name(name: str, besides: Label | None = None) -> str:
    words = clean(" ".join(name[:1000].split()), 1000)
    if not words or len(words) > LONGEST or "," in words:
        raise Refused("label_name", "A label has 1 to 60 characters and no comma.")
    same = Label.objects.filter(name__iexact=words)
    if (same.exclude(pk=besides.pk) if besides else same).exists():
        raise Refused(
            "label_there", "There is a label of this name.", fix="Merge the two, or choose another name."
        )
    return words


def _looks(tone: str, scope: str, about: str) -> dict[str, str]:
    if tone not in TONES or (scope and scope not in Label.Scope.values):
        raise Refused("label_looks", "This colour or scope is not known.")
    return {
        "tone": tone,
        "scope": scope or Label.Scope.EVERYTHING,
        "about": clean(" ".join(about[:1000].split()), 200),
    }


def _as_data(label: Label) -> dict[str, Any]:
    told = {name: getattr(label, name) for name in ("name", "tone", "scope", "about")}
    return {**told, "archived": label.archived_at is not None}


def _save(by: Agent, label: Label, before: dict[str, Any]) -> bool:
    changes = changes_between(before, _as_data(label))
    if not changes:
        return False
    label.save()
    emit(
        "label.changed",
        actor=actor_of(by),
        label=label.pk,
        name=label.name,
        fields=list(changes),
        changes=changes,
    )
    return True
