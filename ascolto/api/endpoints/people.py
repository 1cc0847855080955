"""Who asks, and the colleagues and teams that conversations are given to."""

from __future__ import annotations

from ascolto.accounts.models import Team
from ascolto.accounts.selectors import assignable_agents
from ascolto.api import answers, documents
from ascolto.api.routing import Answer, Call

LAST_PAGE = documents.Meta(None)


def get_me(call: Call) -> Answer:
    """The agent and the token behind this request."""
    token = call.credential.token
    shown = documents.Token(token.pk, token.name, sorted(token.scopes), token.created_at)
    return Answer(documents.Me(answers.agent(call.agent), shown))


def list_agents(call: Call) -> Answer:
    """Everybody to whom a conversation can be given, in one page. Guests see only themselves."""
    people = assignable_agents().prefetch_related("teams")
    if call.agent.is_guest:
        people = type(call.agent).objects.filter(pk=call.agent.pk).prefetch_related("teams")
    return Answer(documents.AgentList([answers.agent(person) for person in people], LAST_PAGE))


def list_teams(call: Call) -> Answer:
    """Every team, in one page; none for guests."""
    teams = Team.objects.none() if call.agent.is_guest else Team.objects.all()
    return Answer(documents.TeamList([documents.Reference(t.pk, t.name) for t in teams], LAST_PAGE))
