"""The company's topics: made, changed, laid aside and taken up again. Messages keep the topic they were given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ascolto.accounts.actions.checks import checked_name
from ascolto.accounts.models import Agent
from ascolto.conversations.models import Label
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.kit.text import clean
from ascolto.understanding.models import Topic, TopicExample

MOST_TOPICS = 200
MOST_HINTS, LONGEST_HINT = 100, 80
MOST_EXAMPLES, LONGEST_EXAMPLE = 200, 1000
_WORD = re.compile(r"[^\W_]")  # a name of signs alone says nothing, and "-" means that none fits


@transaction.atomic
def create_topic(
    *,
    by: Agent | None,
    name: str,
    description: str = "",
    hints: Iterable[str] = (),
    examples: Iterable[str] = (),
    label: Label | None = None,
) -> Topic:
    """A new topic. Raises ValidationError."""
    if Topic.objects.filter(is_active=True).count() >= MOST_TOPICS:
        raise ValidationError(
            _("There are %(limit)s topics already: lay one aside first.") % {"limit": MOST_TOPICS}
        )
    topic = Topic(
        name=_checked_name(name),
        description=_checked_description(description),
        hints="\n".join(_checked_hints(hints)),
        label=label,
    )
    _save(topic)
    _store_examples(topic, _checked_examples(examples))
    changes = changes_between({}, _told(topic))
    emit(
        "topic.changed", actor=actor_of(by), topic=topic.pk, name=topic.name, fields=["name"], changes=changes
    )
    return topic


@transaction.atomic
def change_topic(
    *,
    by: Agent | None,
    topic: Topic,
    name: str,
    description: str,
    hints: Iterable[str],
    examples: Iterable[str],
    label: Label | None,
) -> list[str]:
    """Make a topic be this; returns the names of what changed. Raises ValidationError."""
    wanted = {
        "name": _checked_name(name), "description": _checked_description(description),
        "hints": "\n".join(_checked_hints(hints)), "label_id": label.pk if label else None,
    }  # fmt: skip
    told = _checked_examples(examples)
    before = _told(topic)
    changed = [field for field, value in wanted.items() if getattr(topic, field) != value]
    for field in changed:
        setattr(topic, field, wanted[field])
    if changed:
        _save(topic)
    if list(topic.examples.values_list("text", flat=True)) != told:
        topic.examples.all().delete()
        _store_examples(topic, told)
        changed.append("examples")
    fields = [field.removesuffix("_id") for field in changed]
    if fields:
        topic.label = label
        changes = changes_between(before, _told(topic))
        emit(
            "topic.changed",
            actor=actor_of(by),
            topic=topic.pk,
            name=topic.name,
            fields=fields,
            changes=changes,
        )
    return fields


def _told(topic: Topic) -> dict[str, Any]:
    """What the log says about a topic."""
    return {
        "name": topic.name,
        "description": topic.description,
        "hints": topic.hints.splitlines(),
        "label": topic.label and topic.label.name,
        "examples": list(topic.examples.values_list("text", flat=True)),
    }


@transaction.atomic
def switch_topic(*, by: Agent | None, topic: Topic, is_active: bool) -> None:
    """Lay a topic aside (nothing new is given it; what has it keeps it) or take it up again."""
    if topic.is_active == is_active:
        return
    topic.is_active = is_active
    topic.save(update_fields=["is_active"])
    changes = {"is_active": [not is_active, is_active]}
    emit(
        "topic.changed",
        actor=actor_of(by),
        topic=topic.pk,
        name=topic.name,
        fields=["is_active"],
        changes=changes,
    )


def _save(topic: Topic) -> None:
    if Topic.objects.filter(name__iexact=topic.name).exclude(pk=topic.pk).exists():
        raise ValidationError({"name": _("A topic with this name exists already.")})
    try:
        with transaction.atomic():
            topic.save()
    except IntegrityError:
        raise ValidationError({"name": _("A topic with this name exists already.")}) from None


def _store_examples(topic: Topic, examples: Sequence[str]) -> None:
    TopicExample.objects.bulk_create([TopicExample(topic=topic, text=text) for text in examples])


def _checked_name(name: str) -> str:
    name = checked_name(name, limit=80)
    if not _WORD.search(name):
        raise ValidationError({"name": _("Write a name with letters.")})
    return name


def _checked_description(description: str) -> str:
    description = " ".join(clean(description, 2000).split())
    if len(description) > 300:
        raise ValidationError({"description": _("Write at most %(limit)s characters.") % {"limit": 300}})
    return description


def _checked_hints(hints: Iterable[str]) -> list[str]:
    return _checked_lines("hints", hints, MOST_HINTS, LONGEST_HINT)


def _checked_examples(examples: Iterable[str]) -> list[str]:
    return _checked_lines("examples", examples, MOST_EXAMPLES, LONGEST_EXAMPLE)


def _checked_lines(field: str, lines: Iterable[str], most: int, longest: int) -> list[str]:
    """Each line once, on one line, in the order given. Raises ValidationError."""
    plain = (" ".join(clean(line, longest + 1000).split()) for line in lines)
    kept = list(dict.fromkeys(line for line in plain if line))
    if len(kept) > most:
        raise ValidationError({field: _("At most %(limit)s at once.") % {"limit": most}})
    if any(len(line) > longest for line in kept):
        raise ValidationError({field: _("A line has at most %(limit)s characters.") % {"limit": longest}})
    return kept
