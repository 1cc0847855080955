"""Answer a customer, leave a note, send again, upload."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ascolto.accounts.guards import role_required, signed_in
from ascolto.accounts.models import Agent
from ascolto.charter.actions import note_refused
from ascolto.collaboration.selectors.meanwhile import meanwhile
from ascolto.composing.actions.drafts import forget_draft
from ascolto.composing.forms import read_later
from ascolto.composing.leaving import dispatch_reply
from ascolto.composing.models import PlannedReply, Proposal
from ascolto.composing.reply import Reply
from ascolto.composing.telling import is_held, kept_for_later, offer_undo
from ascolto.conversations.actions import add_note, change_status, note_answered_outside
from ascolto.conversations.models import Conversation, Message, Visibility
from ascolto.conversations.opening import agent_of, is_fragment
from ascolto.delivery.actions import resend as send_again
from ascolto.delivery.moderation import moderate as moderate_message
from ascolto.desk.forms import TEXT_AT_MOST, THEN, Draft, keep_upload, read_draft
from ascolto.desk.opening import open_conversation, open_message, part_context, thread_page_context
from ascolto.desk.reading import one_message
from ascolto.desk.replies import refusal_words, toast
from ascolto.gates import Refused
from ascolto.generation.actions.used import note_used
from ascolto.generation.provenance import provenance_of
from ascolto.kit.text import clean
from ascolto.knowledge.actions.replies import note_used as note_replies_used
from ascolto.sla.actions.commitments import confirm_sent


@signed_in
@require_POST
def reply(request: HttpRequest, number: str) -> HttpResponse:
    """Send what the composer holds. The same client_key twice is one message."""
    conversation = open_conversation(request, number)
    try:
        draft = read_draft(request)
        sent = _send(agent_of(request), conversation, draft, request.POST)
    except Refused as refused:
        return _refused(request, conversation, refused)
    if not is_fragment(request):
        return redirect(reverse("desk:thread", args=[number]) + "#end")
    if not isinstance(sent, Message):
        return kept_for_later(sent)
    context = part_context(request, conversation, one_message(conversation, sent.pk))
    response = render(request, "desk/items.html", context, status=201)
    text = _after(draft.then) if draft.then else ""
    return offer_undo(response, sent, text) if is_held(sent) else toast(response, text) if text else response


def _after(then: str) -> str:
    """What is said when sending did something with the conversation too."""
    return _("Conversation resolved") if then == "resolve" else _("Sent. Now the customer has to answer.")


def _send(
    agent: Agent, conversation: Conversation, draft: Draft, posted: QueryDict
) -> Message | PlannedReply | Proposal:
    if draft.mode == Visibility.NOTE:
        return _leave_note(agent, conversation, draft)
    if agent.is_guest:
        raise Refused("guest", _("Guests may read and leave notes."), fix=_("Write a note to the agent."))
    leave_at, if_customer_writes = read_later(agent, posted)
    wanted = Reply(
        text=draft.text,
        visibility=draft.mode,
        account=draft.account,
        files=draft.attachments,
        template=draft.template,
        html=draft.html,
        provenance=provenance_of(agent, conversation, draft.text, draft.generated),
        overrides=draft.overrides,
        seen=draft.seen,
        answers=draft.answers,
        then=THEN[draft.then].value if draft.then else "",
        client_key=draft.client_key,
        leave_at=leave_at,
        if_customer_writes=if_customer_writes,
    )
    hold = timedelta(seconds=agent.undo_seconds)
    sent = dispatch_reply(agent=agent, conversation=conversation, reply=wanted, hold=hold)
    if isinstance(sent, Message):
        confirm_sent(sent, posted)
    if draft.replies:
        note_replies_used(agent, draft.replies)
    return sent


def _leave_note(agent: Agent, conversation: Conversation, draft: Draft) -> Message:
    message = add_note(
        agent=agent,
        conversation=conversation,
        text=draft.text,
        attachments=draft.attachments,
        client_key=draft.client_key,
        provenance=provenance_of(agent, conversation, draft.text, draft.generated),
    )
    note_used(message)
    forget_draft(agent=agent, conversation=conversation)
    if draft.then and not agent.is_guest:
        change_status(agent=agent, conversation=conversation, status=THEN[draft.then])
    return message


def _refused(request: HttpRequest, conversation: Conversation, refused: Refused) -> HttpResponse:
    """The reason beside the composer; the text stays where it is. What a guarantee stopped is written down."""
    text = clean(request.POST.get("text", "")[:TEXT_AT_MOST])
    note_refused(refused, agent=agent_of(request), conversation=conversation, excerpt=text)
    told = {"refused": refused, "draft_text": text.strip(), **meanwhile(request, conversation, refused)}
    if is_fragment(request):
        return render(request, "desk/refused.html", told, status=422)
    context = thread_page_context(request, conversation) | told
    return render(request, "desk/desk.html", context, status=422)


@role_required("agent")
@require_POST
def answered_outside(request: HttpRequest, number: str) -> HttpResponse:
    """Note that the customer was answered on the network's own page; what the composer holds says how."""
    conversation = open_conversation(request, number, to="reply")
    try:
        text = request.POST.get("text", "")
        note_answered_outside(agent=agent_of(request), conversation=conversation, text=text)
    except Refused as refused:
        return _refused(request, conversation, refused)
    return redirect(reverse("desk:thread", args=[number]) + "#end")


@role_required("agent")
@require_POST
def resend(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Try again to send a message that did not arrive."""
    message = open_message(request, number, pk, to="reply")
    try:
        send_again(agent=agent_of(request), message=message)
    except Refused as refused:
        if not is_fragment(request):
            return _refused(request, message.conversation, refused)
        return toast(HttpResponse(status=422), refusal_words(refused))
    if not is_fragment(request):
        return redirect(reverse("desk:thread", args=[number]))
    said = one_message(message.conversation, message.pk)
    return render(request, "desk/items.html", part_context(request, message.conversation, said))


@role_required("agent")
@require_POST
def moderate(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Hide, show, like or delete a public message on its network."""
    message = open_message(request, number, pk, to="reply")
    try:
        moderate_message(agent=agent_of(request), message=message, verb=request.POST.get("verb", ""))
    except Refused as refused:
        if not is_fragment(request):
            return _refused(request, message.conversation, refused)
        return toast(HttpResponse(status=422), refusal_words(refused))
    if not is_fragment(request):
        return redirect(reverse("desk:thread", args=[number]))
    said = one_message(message.conversation, message.pk)
    return render(request, "desk/items.html", part_context(request, message.conversation, said))


@signed_in
@require_POST
def upload(request: HttpRequest) -> JsonResponse:
    """Keep a file for the message that is being written."""
    file = request.FILES.get("file")
    if file is None:
        return JsonResponse({"error": _("No file came along.")}, status=400)
    try:
        kept = keep_upload(request, file)
    except Refused as refused:
        return JsonResponse({"error": refusal_words(refused)}, status=413)
    return JsonResponse({"id": kept.pk, "name": kept.name, "size": kept.size}, status=201)
