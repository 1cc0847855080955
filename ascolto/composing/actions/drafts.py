"""Drafts: kept while somebody writes, the same on every device, given to a colleague, thrown away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop

from ascolto.accounts.models import Agent
from ascolto.composing.models import Draft, OtherDraft
from ascolto.conversations.actions.withdrawing import Withdrawn, pass_files_on
from ascolto.conversations.models import Attachment, Conversation, Visibility
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean

TEXT_AT_MOST = 200_000
OTHERS_AT_MOST = 10
SERVER = "server"  # the "window" whose text gave way when somebody chose their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What the composer holds."""

    mode: str
    text: str
    way: str = ""
    files: Sequence[Attachment] = ()
    template: dict[str, Any] | None = None
    seen: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing worth keeping."""
        return not (self.text.strip() or self.files or self.template)


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save. `conflict`: another window had written something else; both texts are kept."""

    draft: Draft | None
    conflict: bool = False


@transaction.atomic
def save_draft(
    *,
    agent: Agent,
    conversation: Conversation,
    content: Content,
    version: int = 0,
    tab: str = "",
    insist: bool = False,
) -> Saved:
    """Keep what somebody writes. `version`: the draft as their window `tab` knows it; when another window changed it since, its text
    stays and this one is kept beside it, unless they `insist`: then the other one is kept beside.

    Raises Refused for a text that is too long and for readers that do not exist.
    """
    content = _checked(content)
    row = _locked(agent, conversation)
    if row is None:
        return Saved(None) if content.is_empty else _begin(agent, conversation, content, version, tab)
    if version != row.version and not _is_same(row, content):
        if not insist:
            if not content.is_empty:
                _keep_other(row, tab, content.text)
            return Saved(row, conflict=True)
        _keep_other(row, SERVER, row.text)
    if content.is_empty and not row.others.exists():
        row.delete()
        return Saved(None)
    _write(row, content)
    return Saved(row)


def _checked(content: Content) -> Content:
    if content.mode not in Visibility.values:
        raise Refused(
            "unknown_visibility",
            gettext_noop("It is not clear who should read it."),
            fix=gettext_noop("Choose a reader."),
        )
    if len(content.text) > TEXT_AT_MOST:
        raise Refused(
            "too_long", gettext_noop("The text is far too long."), fix=gettext_noop("Attach it as a file.")
        )
    return Content(
        mode=content.mode,
        text=clean(content.text),
        way=clean(content.way, 60),
        files=content.files,
        template=content.template,
        seen=content.seen,
    )


def _locked(agent: Agent, conversation: Conversation) -> Draft | None:
    rows = Draft.objects.select_for_update(of=("self",)).filter(agent=agent, conversation=conversation)
    return rows.first()


def _begin(agent: Agent, conversation: Conversation, content: Content, version: int, tab: str) -> Saved:
    try:
        with transaction.atomic():
            row = Draft.objects.create(agent=agent, conversation=conversation, mode=content.mode, version=0)
    except IntegrityError:  # another window began at the same moment
        return save_draft(agent=agent, conversation=conversation, content=content, version=version, tab=tab)
    _write(row, content)
    return Saved(row)


def _is_same(row: Draft, content: Content) -> bool:
    files = {file.pk for file in content.files}
    return (row.text, row.mode, row.template) == (
        content.text,
        content.mode,
        content.template,
    ) and files == set(row.files.values_list("pk", flat=True))


def _write(row: Draft, content: Content) -> None:
    row.mode, row.way, row.text = content.mode, content.way, content.text
    row.template, row.seen = content.template, content.seen
    row.version, row.updated_at = row.version + 1, now()
    row.save()
    row.files.set(content.files)


def _keep_other(row: Draft, tab: str, text: str) -> None:
    if not text.strip() or (text == row.text and tab != SERVER):
        return
    OtherDraft.objects.update_or_create(
        draft=row, tab=clean(tab, 40) or "?", defaults={"text": text, "at": now()}
    )
    old = row.others.values_list("pk", flat=True)[OTHERS_AT_MOST:]
    OtherDraft.objects.filter(pk__in=list(old)).delete()


@transaction.atomic
def forget_draft(*, agent: Agent, conversation: Conversation) -> bool:
    """It was sent, or thrown away. Whether there was one. Its files stay uploads of their owner."""
    gone, _ = Draft.objects.filter(agent=agent, conversation=conversation).delete()
    return bool(gone)


@transaction.atomic
def share_draft(*, agent: Agent, conversation: Conversation, shared: bool = True) -> Draft:
    """Let colleagues see a draft of one's own and go on with it, or not any more. Raises Refused when there is none."""
    row = _locked(agent, conversation)
    if row is None:
        raise Refused(
            "no_draft", gettext_noop("There is no draft yet."), fix=gettext_noop("Write something first.")
        )
    if row.is_shared != shared:
        row.is_shared = shared
        row.save(update_fields=["is_shared"])
        _tell("draft.shared", agent, row, shared=shared)
    return row


@transaction.atomic
def take_over_draft(*, agent: Agent, draft: Draft) -> Draft:
    """Go on with a colleague's shared draft: it is one's own now, with its files. What one had written is kept beside it.

    Raises Refused when it is not shared any more.
    """
    theirs = Draft.objects.select_for_update(of=("self",)).filter(pk=draft.pk, is_shared=True).first()
    if theirs is None:
        raise Refused(
            "not_shared",
            gettext_noop("This draft is not shared any more."),
            fix=gettext_noop("Ask your colleague."),
        )
    if theirs.agent_id == agent.pk:
        return theirs
    mine = _locked(agent, theirs.conversation)
    files = list(theirs.files.all())
    if mine is not None:
        _keep_other(mine, SERVER, mine.text)
        files += list(mine.files.all())
    else:
        mine = Draft.objects.create(agent=agent, conversation=theirs.conversation, version=0)
    pass_files_on(files=files, to=agent)
    content = Content(
        mode=theirs.mode,
        text=theirs.text,
        way=theirs.way,
        files=files,
        template=theirs.template,
        seen=theirs.seen,
    )
    _write(mine, content)
    _tell("draft.taken_over", agent, mine, from_agent=theirs.agent_id)
    theirs.delete()
    return mine


def give_back(*, agent: Agent, conversation: Conversation, content: Content, way: str = "") -> Draft:
    """Words that did not leave are a draft again; what their author wrote meanwhile is kept beside them."""
    with transaction.atomic():
        row = _locked(agent, conversation)
        files = list(content.files)
        if row is None:
            row = Draft.objects.create(agent=agent, conversation=conversation, version=0)
        elif not _is_same(row, content):
            _keep_other(row, SERVER, row.text)
            files += [file for file in row.files.all() if file.pk not in {each.pk for each in files}]
        again = Content(
            mode=content.mode,
            text=content.text,
            way=way or content.way,
            files=files,
            template=content.template,
            seen=content.seen,
        )
        _write(row, again)
        return row


def give_back_withdrawn(gone: Withdrawn) -> None:
    """An answer was taken back before it left (conversations.actions.withdrawing)."""
    template = gone.extra.get("template")
    content = Content(
        mode=gone.visibility,
        text=gone.text,
        way=f"{gone.visibility}:{gone.account}" if gone.account else "",
        files=gone.files,
        template=template if isinstance(template, dict) else None,
    )
    give_back(agent=gone.agent, conversation=gone.conversation, content=content)


def _tell(event_type: str, agent: Agent, row: Draft, **data: Any) -> None:
    conversation = row.conversation
    emit(
        event_type,
        actor=actor_of(agent),
        conversation=conversation.pk,
        customer=conversation.customer_id,
        account=conversation.account_id,
        draft=row.pk,
        **data,
    )
