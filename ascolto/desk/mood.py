"""What a conversation is like now, ready to be drawn: marks of its row, and the line of its head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ascolto.desk.languages import LANGUAGES, language_name
from ascolto.desk.understood import FACES, Chip, alike_chip, anger_chip, urgency_chip
from ascolto.understanding import wording
from ascolto.understanding.selectors.mood import Meant, Mood, MoodLine
from ascolto.understanding.selectors.readings import Alike, active_topics

WIDTH, HEIGHT, EDGE = 84, 24, 3
FEWEST_POINTS = 3  # messages from which a line says more than a face
MOST_TOPICS = 200
CHANGE = 0.3  # of strength, from which the mood counts as better or worse


@dataclass(frozen=True, slots=True)
class Spark:
    """A small line: `path` and the last point in a box of 84 by 24; `words` say the same."""

    path: str
    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a conversation says of its mood."""

    chips: Sequence[Chip]
    spark: Spark | None
    alike: str = ""  # how many say the same now
    alike_href: str = ""  # where they are


def marks_of(mood: Mood | None, labels: Sequence[str] = ()) -> list[Chip]:
    """The small marks of a row: only what makes somebody look; the face without its word, a topic unless a label says it."""
    if mood is None:
        return []
    face = face_of(mood)
    found = [
        anger_chip() if mood.is_angry else None,
        urgency_chip(mood.urgency),
        face if mood.sentiment != "neutral" and not mood.is_angry else None,
        None if mood.topic.casefold() in {label.casefold() for label in labels} else _topic(mood),
        alike_chip(mood.people_alike),
    ]
    return [chip for chip in found if chip is not None]


def head_of(line: MoodLine | None, *, alike: Alike | None = None) -> Head | None:
    """What the head shows; nothing before anything was read. `alike`: who says the same lately."""
    if line is None:
        return None
    mood = line.now
    found = [
        anger_chip() if mood.is_angry else None,
        urgency_chip(mood.urgency),
        face_of(mood),
        _topic(mood),
        None if mood.needs_answer else Chip(wording.answer_name("needs_answer", "no"), "check"),
    ]
    spark = _spark(line) if len(line.strengths) >= FEWEST_POINTS else None
    chips = [chip for chip in found if chip is not None]
    if alike is None:
        return Head(chips, spark)
    text = ngettext(
        "%(count)s person says the same in the last hour",
        "%(count)s people say the same in the last hour",
        alike.people,
    ) % {"count": alike.people}
    return Head(chips, spark, text, f"{reverse('desk:queue')}?view=all&lookalike={alike.id}")


def face_of(mood: Mood) -> Chip | None:
    """The face of a mood; none where the feeling has none."""
    if mood.sentiment not in FACES:
        return None
    face, icon = FACES[mood.sentiment]
    is_guess = "sentiment" in mood.unsure
    return Chip(wording.feeling_word(mood.sentiment, is_guess=is_guess), icon, face=face, is_guess=is_guess)


def _topic(mood: Mood) -> Chip | None:
    return Chip(mood.topic, "tag", is_guess="topic" in mood.unsure) if mood.topic else None


def _spark(line: MoodLine) -> Spark:
    values = [max(-1.0, min(1.0, strength)) for strength in line.strengths]
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    middle, reach = HEIGHT / 2, HEIGHT / 2 - EDGE
    points = [(EDGE + n * step, middle - value * reach) for n, value in enumerate(values)]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return Spark(path, round(points[-1][0], 1), round(points[-1][1], 1), _words(values, line.now))


def _words(values: Sequence[float], mood: Mood) -> str:
    """The line in a sentence."""
    third = max(1, len(values) // 3)
    change = sum(values[-third:]) / third - sum(values[:third]) / third
    trend = (
        _("getting better") if change > CHANGE else _("getting worse") if change < -CHANGE else _("steady")
    )
    count = len(values)
    text = ngettext("Mood over %(count)s message", "Mood over %(count)s messages", count) % {"count": count}
    now = wording.feeling_word(mood.sentiment, is_guess=False).lower()
    return _("%(text)s: %(trend)s, now %(now)s") % {"text": text, "trend": trend, "now": now}


# a field of the filters: its name in the address, its label, what leaves it open, what is chosen, its choices
FilterField = tuple[str, str, str, str, list[tuple[str, str]]]


def meant_choices(meant: Meant) -> list[FilterField]:
    """What a list can be narrowed by, of what was understood; topics and languages as far as there are any."""
    chosen = meant.as_words()
    urgent = [(key, str(wording.URGENCIES[key])) for key in ("high", "urgent")]
    topics = [(str(topic.pk), topic.name) for topic in active_topics()[:MOST_TOPICS]]
    languages = [(code, language_name(code)) for code in LANGUAGES if len(code) == 2]
    fields = [
        ("intent", _("What it is"), _("Anything"), _pairs(wording.INTENTS)),
        ("sentiment", _("Feeling"), _("Every feeling"), _pairs(wording.SENTIMENTS)),
        ("urgency", _("Urgency"), _("Any"), urgent),
        ("topic", _("Topic"), _("Every topic"), topics),
        ("language", _("Language"), _("Every language"), languages),
        (
            "needs_answer",
            _("Needs an answer"),
            _("All of them"),
            [("yes", _("Yes")), ("no", _("No answer needed"))],
        ),
    ]
    return [(key, label, every, chosen[key], choices) for key, label, every, choices in fields if choices]


def _pairs(names: Mapping[str, wording.Words]) -> list[tuple[str, str]]:
    return [(key, str(words)) for key, words in names.items()]
