"""What was answered to the like before, ready to be drawn beside the draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.accounts.models import Agent
from ascolto.conversations.models import Conversation, Direction, Message
from ascolto.kit.text import excerpt
from ascolto.knowledge.models import Verdict
from ascolto.understanding.selectors.similar import Answer, similar_answers

KINDS: dict[str, tuple[str | Promise, str]] = {  # kind: its name and icon
    "conversation": (gettext_lazy("Conversation"), "messages-square"),
    "saved_reply": (gettext_lazy("Saved reply"), "message-square-text"),
    "article": (gettext_lazy("Article"), "book-open"),
}
LONGEST_QUESTION = 160
LIKELY_FROM = 0.5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An earlier answer: `question` is what it was said to, `sure` how sure it is that it fits, `why` what speaks for it."""

    kind: str
    target: int
    label: str
    icon: str
    title: str
    href: str
    question: str
    text: str
    sure: str
    why: str
    is_confident: bool


def message_to_answer(conversation: Conversation) -> Message | None:
    """What the customer said last: that is what needs an answer."""
    rows = Message.objects.filter(conversation=conversation, direction=Direction.IN, removed_at=None)
    return rows.order_by("-occurred_at", "-pk").first()


def make_suggestions(agent: Agent, message: Message) -> list[Suggestion]:
    """The answers that the agent may see, the best first, without those they called unhelpful."""
    refused = Verdict.objects.filter(message=message, agent=agent, said=Verdict.Said.REFUSED)
    gone = set(refused.values_list("kind", "target"))
    found = similar_answers(agent, message)
    return [_suggestion(one) for one in found if (one.shown.kind, one.shown.target) not in gone]


def _suggestion(answer: Answer) -> Suggestion:
    shown = answer.shown
    label, icon = KINDS.get(shown.kind, (shown.kind.replace("_", " "), "message-square-text"))
    return Suggestion(
        kind=shown.kind,
        target=shown.target,
        label=str(label),
        icon=icon,
        title=shown.title,
        href=reverse("desk:thread", args=[shown.number]) if shown.number else "",
        question=excerpt(shown.question, LONGEST_QUESTION),
        text=shown.text,
        sure=_sure(answer),
        why=" · ".join(_reasons(answer.words, means_the_same=answer.means_the_same)),
        is_confident=answer.is_confident,
    )


def _sure(answer: Answer) -> str:
    """How sure it is that it fits."""
    word = _("fits") if answer.is_confident else _("may fit") if answer.score >= LIKELY_FROM else _("a guess")
    percent = min(99, max(1, round(answer.score * 100)))
    return _("%(word)s · %(percent)s%%") % {"word": word, "percent": percent}


def _reasons(words: Sequence[str], *, means_the_same: bool) -> list[str]:
    told = [_("it asks the same")] if means_the_same else []
    if words:
        quoted = ", ".join(f"‘{word}’" for word in words[:4])
        told.append(_("words in common: %(words)s") % {"words": quoted})
    return told
