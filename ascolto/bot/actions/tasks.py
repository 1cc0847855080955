"""A person gives the bot a part of the work: collect photos, a serial number, an address. The conversation stays theirs, and comes back."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop as _

from ascolto.accounts.models import Agent
from ascolto.bot import live, running
from ascolto.bot.models import Dialogue
from ascolto.bot.titles import titled
from ascolto.conversations.access import refuse_unless
from ascolto.conversations.actions import assign, give_to_bot, leave_to_people
from ascolto.conversations.models import Conversation, Status, Visibility
from ascolto.conversations.reach import reach_of
from ascolto.gates import Refused


@transaction.atomic
def give_task(*, agent: Agent, conversation: Conversation, flow: str) -> Dialogue:
    """Let a flow (a published part) talk to this customer; who gives it has the conversation again when it is done. Raises Refused."""
    refuse_unless(agent, "conversations.reply")
    here = live.at_hand()
    version = here.version_of(flow)
    if version is None or not here.flows_now()[flow].is_called:
        raise Refused("no_such_task", _("The assistant has no such task."), fix=_("Choose another one."))
    current = Conversation.objects.select_for_update(of=("self",)).get(pk=conversation.pk)
    _check(current, agent)
    account = reach_of(current, visibility=Visibility.PRIVATE).account
    if current.assignee_id is None:
        assign(agent=agent, conversation=current, assignee=agent, how="taken")
    for dialogue in Dialogue.objects.filter(conversation=current, status=Dialogue.Status.RUNNING):
        running.silence(dialogue)
    give_to_bot(agent=agent, conversation=current, why=flow)
    return running.begin_task(current.pk, flow, version.id, account, agent)


def _check(current: Conversation, agent: Agent) -> None:
    if current.status == Status.RESOLVED:
        raise Refused("resolved", _("This conversation is resolved."), fix=_("Open it again first."))
    if current.assignee_id not in (None, agent.pk):
        raise Refused("not_yours", _("Somebody else has this conversation."), fix=_("Take it first."))
    if current.is_room:
        raise Refused("a_room", _("The assistant does not speak in rooms."), fix=_("Ask for it yourself."))


@transaction.atomic
def take_back(*, agent: Agent, conversation: Conversation) -> bool:
    """Stop the bot here: a person goes on. Whether it changed anything. Raises Refused."""
    refuse_unless(agent, "conversations.reply")
    rows = Dialogue.objects.select_for_update().filter(
        conversation=conversation, status=Dialogue.Status.RUNNING
    )
    held = list(rows)
    for dialogue in held:
        running.silence(dialogue)
    return leave_to_people(conversation=conversation, why="taken") or bool(held)


def tasks() -> list[tuple[str, str]]:
    """The flows that can be given as a task: (name, title in the reader's language), by title."""
    here = live.at_hand()
    found = [
        (slug, flow) for slug, flow in here.flows_now().items() if flow.is_called and here.version_of(slug)
    ]
    return sorted(((slug, titled(flow) or slug) for slug, flow in found), key=lambda pair: pair[1])
