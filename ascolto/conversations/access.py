"""Who may see and do what: the one rule behind list, search, export, live stream and API."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from ascolto.accounts.models import Agent
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.models import Conversation, Participant
from ascolto.gates import Refused


@dataclass(frozen=True, slots=True)
class Sight:
    """What an agent may see, as plain values: for queries and for filtering the live stream without any."""

    agent_id: int
    everything: bool
    accounts: frozenset[int]  # inboxes whose conversations are visible
    teams: frozenset[int]
    conversations: frozenset[int]  # those the agent was asked into

    def allows(
        self, *, conversation: int, account: int | None, assignee: int | None, team: int | None
    ) -> bool:
        """Whether a conversation with these properties is visible."""
        return (
            self.everything
            or conversation in self.conversations
            or (account is not None and account in self.accounts)
            or (assignee == self.agent_id and not self.is_guest)
            or (team is not None and team in self.teams)
        )

    @property
    def is_guest(self) -> bool:
        return not self.everything and not self.accounts and not self.teams

    def condition(self) -> Q:
        """The same rule for the database."""
        if self.everything:
            return Q()
        rule = Q(pk__in=self.conversations) if self.conversations else Q(pk__in=[])
        if self.is_guest:
            return rule
        rule |= Q(assignee_id=self.agent_id)
        if self.accounts:
            rule |= Q(account_id__in=self.accounts)
        if self.teams:
            rule |= Q(team_id__in=self.teams)
        return rule


NOTHING = frozenset[int]()


def sight_of(agent: Agent) -> Sight:
    """What this agent may see now. Leads see everything; agents the inboxes of their teams and those of nobody's;
    guests only conversations they were asked into."""
    if not agent.is_active:
        return Sight(agent.pk, False, NOTHING, NOTHING, NOTHING)
    if agent.is_lead:
        return Sight(agent.pk, True, NOTHING, NOTHING, NOTHING)
    asked = frozenset(Participant.objects.filter(agent=agent).values_list("conversation_id", flat=True))
    if agent.is_guest:
        return Sight(agent.pk, False, NOTHING, NOTHING, asked)
    teams = frozenset(agent.teams.values_list("pk", flat=True))
    accounts = ChannelAccount.objects.filter(Q(teams__isnull=True) | Q(teams__in=teams)).values_list(
        "pk", flat=True
    )
    return Sight(agent.pk, False, frozenset(accounts), teams, asked)


def sights_of(agents: Iterable[Agent]) -> dict[int, Sight]:
    """What each of these may see now, by id: the rule of `sight_of`, in three queries however many they are."""
    found = list(agents)
    teams: dict[int, set[int]] = {}
    for pk, team in Agent.teams.through.objects.filter(agent__in=found).values_list("agent_id", "team_id"):
        teams.setdefault(pk, set()).add(team)
    asked: dict[int, set[int]] = {}
    for pk, conversation in Participant.objects.filter(agent__in=found).values_list(
        "agent_id", "conversation_id"
    ):
        asked.setdefault(pk, set()).add(conversation)
    inboxes: dict[int, set[int | None]] = {}
    for inbox, of_team in ChannelAccount.objects.values_list("pk", "teams"):
        inboxes.setdefault(inbox, set()).add(of_team)
    accounts: dict[frozenset[int], frozenset[int]] = {}  # most people share them with their team
    sights = {}
    for agent in found:
        if not agent.is_active or agent.is_lead or agent.is_guest:
            invited = frozenset(asked.get(agent.pk, ())) if agent.is_active and agent.is_guest else NOTHING
            sights[agent.pk] = Sight(agent.pk, agent.is_active and agent.is_lead, NOTHING, NOTHING, invited)
            continue
        mine = frozenset(teams.get(agent.pk, ()))
        if mine not in accounts:
            accounts[mine] = frozenset(pk for pk, of in inboxes.items() if None in of or of & mine)
        sights[agent.pk] = Sight(agent.pk, False, accounts[mine], mine, frozenset(asked.get(agent.pk, ())))
    return sights


def sees_every_account(sight: Sight) -> bool:
    """Whether no inbox is hidden from the agent: then a query needs no condition at all."""
    return sight.everything or (
        bool(sight.accounts) and not ChannelAccount.objects.exclude(pk__in=sight.accounts).exists()
    )


def visible_condition(agent: Agent) -> Q:
    """What the agent may see as a condition, for whoever asks several times in one request."""
    sight = sight_of(agent)
    return Q() if sees_every_account(sight) else sight.condition()


def visible_conversations(agent: Agent) -> QuerySet[Conversation]:
    """The conversations the agent may see."""
    sight = sight_of(agent)
    if sees_every_account(sight):
        return Conversation.objects.all()
    return Conversation.objects.filter(sight.condition())


def access_conversation(
    agent: Agent, pk: int, *, to: str = "read", among: QuerySet[Conversation] | None = None
) -> Conversation:
    """The conversation, when the agent may `read`, `note`, `reply` or `manage` it.

    `among`: visible_conversations(agent), when the caller has it already.

    Raises Conversation.DoesNotExist when it is not there or not visible, Refused when seeing is all that is allowed.
    """
    conversation = (
        (visible_conversations(agent) if among is None else among)
        .select_related("customer__group", "account", "assignee", "team", "previous")
        .get(pk=pk)
    )
    if to in {"reply", "manage"}:
        refuse_unless(agent, f"conversations.{to}")
    return conversation


_REFUSALS = {
    "conversations.reply": "Your role reads and leaves notes, but does not answer customers.",
    "conversations.manage": "Your role does not assign, resolve or label conversations.",
}


def refuse_unless(agent: Agent, permission: str) -> None:
    """The one look at what somebody may do in a conversation they see: behind screens, API and what was planned.

    Raises Refused.
    """
    if agent.may(permission):
        return
    if agent.is_guest:
        raise Refused("guest", "Guests may read and leave notes.", fix="Write a note to the agent.")
    reason = _REFUSALS.get(permission, "Your role does not do this.")
    raise Refused("not_allowed", reason, fix="Ask somebody whose role does.")


def refuse_merged(conversation: Conversation) -> None:
    """What became part of another one changes no more. Raises Refused."""
    if conversation.merged_into_id is not None:
        fix = "Open the other one, or take the merge back."
        raise Refused("merged", "This conversation goes on in another one.", fix=fix)
