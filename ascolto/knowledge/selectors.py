"""Reads: the replies somebody may use, filled in for a conversation; answers to a typed question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, QuerySet

from ascolto.accounts.models import Agent, Company, Team
from ascolto.conversations.models import Conversation
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.knowledge.filling import values_for
from ascolto.knowledge.models import Enquiry, SavedReply, sells
from ascolto.knowledge.variables import filled
from ascolto.understanding.selectors.readings import language_heard
from ascolto.understanding.selectors.similar import Answer, Found, answers_among

PATIENCE = timedelta(seconds=3)  # after which nobody will answer: the understanding part is not there
MOST_OFFERED = 500
FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Offered:
    """A reply as it would stand in the composer."""

    id: int
    title: str
    shortcut: str
    language: str
    text: str
    is_translated: bool  # it is in the customer's language
    folder: str = ""
    used_count: int = 0

    @property
    def is_commercial(self) -> bool:
        """Whether it sells: then it does not leave while the customer has an open problem."""
        return sells(self.text)


@dataclass(frozen=True, slots=True)
class Enquired:
    """What became of a typed question."""

    id: int
    state: str  # waiting, answered, unavailable
    answers: list[Answer]


def visible_replies(agent: Agent) -> QuerySet[SavedReply]:
    """The replies of everybody, of the agent's teams and their own; leads see those of all teams, guests none."""
    if not agent.is_active or agent.is_guest:
        return SavedReply.objects.none()
    if agent.is_lead:
        return SavedReply.objects.filter(Q(owner=None) | Q(owner=agent))
    shared = Q(owner=None) & (Q(team=None) | Q(team__in=agent.teams.values("pk")))
    return SavedReply.objects.filter(shared | Q(owner=agent))


def list_replies(
    agent: Agent, *, words: str = "", archived: bool = False, team: int | None = None
) -> QuerySet[SavedReply]:
    """The replies in which every one of the words is found: in title, shortcut or a text."""
    rows = visible_replies(agent).filter(archived_at__isnull=not archived)
    if team is not None:
        rows = rows.filter(team=team or None)
    for word in clean(words, 200).split()[:8]:
        word = word.lstrip("/") or word
        found = Q(title__icontains=word) | Q(shortcut__icontains=word) | Q(texts__text__icontains=word)
        rows = rows.filter(pk__in=SavedReply.objects.filter(found).values("pk"))
    return rows.select_related("team", "owner", "changed_by").prefetch_related("texts")


def replies_for(agent: Agent, conversation: Conversation, *, words: str = "") -> list[Offered]:
    """The replies for a conversation, in the customer's language where there is one, with variables filled in; by title.

    A personal reply takes the place of a team's with the same shortcut, and that of everybody's. What is used most comes first where words
    were typed. The caller asked whether the agent may see the conversation.
    """
    customer = conversation.customer
    wanted = (customer.language or language_heard(conversation.pk))[:2]
    values: dict[str, dict[str, str]] = {}
    order = [language for language in (wanted, Company.current().language, FALLBACK) if language]
    offered: dict[str, tuple[int, Offered]] = {}
    for reply in list_replies(agent, words=words)[:MOST_OFFERED]:
        texts = {text.language: text.text for text in reply.texts.all()}
        if not texts:
            continue
        language = next((one for one in order if one in texts), min(texts))
        if language not in values:
            values[language] = values_for(agent, conversation, language)
        made = Offered(
            reply.pk,
            reply.title,
            reply.shortcut,
            language,
            filled(texts[language], values[language]),
            language == wanted,
            reply.folder,
            reply.used_count,
        )
        closeness = 2 if reply.owner_id else 1 if reply.team_id else 0
        if reply.shortcut not in offered or closeness > offered[reply.shortcut][0]:
            offered[reply.shortcut] = closeness, made
    return sorted((one for _, one in offered.values()), key=lambda one: _place(one, words))


def _place(offered: Offered, words: str) -> tuple[bool, int, str, int]:
    """A shortcut that begins as it was typed comes first."""
    typed = words.strip().lstrip("/").casefold()
    is_called = bool(typed) and offered.shortcut.startswith(typed)
    return not is_called, -offered.used_count if typed else 0, offered.title.casefold(), offered.id


def teams_to_write_for(agent: Agent) -> list[Team]:
    """The teams whose replies the agent may write."""
    return list(Team.objects.all() if agent.is_lead else agent.teams.all())


def enquiry_of(agent: Agent, pk: int) -> Enquired:
    """What became of a question of this agent, each answer asked anew whether they may see it. Raises Enquiry.DoesNotExist."""
    enquiry = Enquiry.objects.get(pk=pk, agent=agent)
    if enquiry.answered_at is None:
        late = now() - enquiry.asked_at > PATIENCE
        return Enquired(pk, "unavailable" if late else "waiting", [])
    found = [
        Found(kind, target, score, meaning, tuple(words))
        for kind, target, score, meaning, words in enquiry.found
    ]
    return Enquired(pk, "answered", answers_among(agent, found))
