"""What was understood: of the customer's last message, or (urgency, anger) of whatever nobody answered yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import get_language_info, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from ascolto.accounts.models import Agent
from ascolto.conversations.fields import (
    Asker,
    Choice,
    Closed,
    Coded,
    Condition,
    Field,
    Referred,
    Words,
    YesNo,
)
from ascolto.conversations.models import Direction
from ascolto.understanding.models import Intent, Reading, Sentiment, Topic, Urgency
from ascolto.understanding.selectors.mood import ANGRY_FROM
from ascolto.understanding.selectors.readings import active_topics
from ascolto.views.fields.state import MOST_OFFERED, flag, negated
from ascolto.views.sentences import inside

GROUP: Words = _("What it means")
SENTIMENTS = (
    Choice(Sentiment.NEGATIVE.value, _("Negative"), pgettext_lazy("sound", "negative")),
    Choice(Sentiment.NEUTRAL.value, _("Neutral"), pgettext_lazy("sound", "neutral")),
    Choice(Sentiment.POSITIVE.value, _("Positive"), pgettext_lazy("sound", "positive")),
)
URGENCIES = (
    Choice(Urgency.LOW.label, _("Can wait"), pgettext_lazy("urgency", "low")),
    Choice(Urgency.NORMAL.label, _("Normal"), pgettext_lazy("urgency", "normal")),
    Choice(Urgency.HIGH.label, _("Urgent"), pgettext_lazy("urgency", "high")),
    Choice(Urgency.URGENT.label, _("Very urgent"), pgettext_lazy("urgency", "very high")),
)
INTENTS = (
    Choice(Intent.QUESTION.value, _("Question"), pgettext_lazy("what is written", "questions")),
    Choice(Intent.COMPLAINT.value, _("Complaint"), pgettext_lazy("what is written", "complaints")),
    Choice(Intent.PRAISE.value, _("Praise"), pgettext_lazy("what is written", "praise")),
    Choice(Intent.IDEA.value, _("Idea"), pgettext_lazy("what is written", "ideas")),
    Choice(Intent.CANCELLATION.value, _("Wants to leave"), pgettext_lazy("what is written", "cancellations")),
    Choice(Intent.SPAM.value, _("Spam"), pgettext_lazy("what is written", "advertising")),
    Choice(Intent.THANKS.value, _("Thanks"), pgettext_lazy("what is written", "mere thanks")),
    Choice(Intent.OTHER.value, _("Something else"), pgettext_lazy("what is written", "something else")),
)
LANGUAGES = ("ar", "de", "en", "es", "fr", "it", "nl", "pl", "pt", "ro", "ru", "sq", "tr", "uk", "zh")
_URGENCY_NUMBERS = {choice.label: choice.value for choice in Urgency}
_heard = Reading.objects.filter(
    message__conversation=OuterRef("pk"), message__direction=Direction.IN, message__removed_at=None
)
_last = _heard.filter(message__occurred_at=OuterRef("last_inbound_at"))
_unanswered = _heard.filter(message__occurred_at__gte=OuterRef("waiting_since"))
_angry = Q(waiting_since__isnull=False) & Q(Exists(_unanswered.filter(anger__gte=ANGRY_FROM)))


def _of_last(column: str) -> Condition:
    return lambda operator, value, asker: negated(
        Q(Exists(_last.filter(**{f"{column}__in": value}))), operator
    )


def _topic(operator: str, value: tuple[int | str, ...], asker: Asker) -> Q:
    found = Q(Exists(_last.filter(topic_id__in=[one for one in value if isinstance(one, int)])))
    if "none" in value:
        found |= Q(~Exists(_last.filter(topic__isnull=False)))
    return negated(found, operator)


def _urgency(operator: str, value: tuple[str, ...], asker: Asker) -> Q:
    urgent = _unanswered.filter(urgency__in=[_URGENCY_NUMBERS[one] for one in value])
    return negated(Q(waiting_since__isnull=False) & Q(Exists(urgent)), operator)


def _topics_offered(agent: Agent | None) -> Iterable[Choice]:
    yield Choice("none", _("No topic"))
    if agent is not None:
        for topic in active_topics()[:MOST_OFFERED]:
            yield Choice(topic.pk, topic.name)


def _topic_names(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Topic.objects.filter(pk__in=ids).values_list("pk", "name"))


def language_name(code: str) -> str:
    """A language in the reader's own; its code where nobody named it."""
    try:
        info: dict[str, Any] = dict(get_language_info({"zh": "zh-hans"}.get(code, code)))
    except KeyError:
        return code
    return str(info["name_translated"])


def _languages_offered(agent: Agent | None) -> Iterable[Choice]:
    codes = {*LANGUAGES, *(code for code, _name in settings.LANGUAGES)}
    named = [(code, language_name(code)) for code in codes]
    return [Choice(code, name, inside(name)) for code, name in sorted(named, key=lambda one: one[1])]


FIELDS = (
    Field(
        "intent",
        _("What it is"),
        Closed(tuple(Intent.values)),
        {"is": _("are meant as %(values)s"), "is_not": _("are not meant as %(values)s")},
        _of_last("intent"),
        GROUP,
        lambda agent: INTENTS,
    ),
    Field(
        "topic",
        _("Topic"),
        Referred(("none",)),
        {"is": _("are about %(values)s"), "is_not": _("are not about %(values)s")},
        _topic,
        GROUP,
        _topics_offered,
        _topic_names,
        {("is", "none"): _("have no known topic"), ("is_not", "none"): _("have a known topic")},
    ),
    Field(
        "sentiment",
        _("Feeling"),
        Closed(tuple(Sentiment.values)),
        {"is": _("sound %(values)s"), "is_not": _("do not sound %(values)s")},
        _of_last("sentiment"),
        GROUP,
        lambda agent: SENTIMENTS,
    ),
    Field(
        "urgency",
        _("Urgency"),
        Closed(tuple(str(choice.label) for choice in Urgency)),
        {"is": _("have %(values)s urgency"), "is_not": _("do not have %(values)s urgency")},
        _urgency,
        GROUP,
        lambda agent: URGENCIES,
    ),
    Field(
        "anger",
        _("Angry"),
        YesNo(),
        {"yes": _("come from somebody angry"), "no": _("do not come from somebody angry")},
        flag(_angry),
        GROUP,
    ),
    Field(
        "language",
        _("Language"),
        Coded("[a-z]{2,3}(-[a-z]{2,8})?"),
        {"is": _("are written in %(values)s"), "is_not": _("are not written in %(values)s")},
        _of_last("language"),
        GROUP,
        _languages_offered,
    ),
)
