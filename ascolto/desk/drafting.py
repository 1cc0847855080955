"""What can be said of a draft while it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markupsafe import Markup

from ascolto.accounts.models import Agent
from ascolto.channels.marks import has_marks
from ascolto.channels.models import ChannelAccount
from ascolto.charter.drafts import findings
from ascolto.conversations.models import Conversation, Visibility
from ascolto.conversations.signing import signature_of, signed
from ascolto.desk.filling import read_template
from ascolto.desk.forms import read_seen, read_way
from ascolto.desk.languages import language_name
from ascolto.desk.leaving import written
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.sla.commitments import promises_in
from ascolto.sla.dated import Dated
from ascolto.understanding.engine.languages import differs, language_of_draft
from ascolto.understanding.selectors.readings import language_heard

FEWEST_LETTERS = 20  # of a draft, before its language is judged
LOOKED_AT = 2_000  # characters of its beginning
SURE_FROM = 0.7
JUDGED = 20_000  # characters that guarantees and promises look at while somebody writes


@dataclass(frozen=True, slots=True)
class Advice:
    """What is said beside a draft: its `text` as it was looked at."""

    text: str
    language: str = ""  # a warning, or nothing
    findings: Sequence[Refused] = ()
    promise: Dated | None = None  # the first date that it promises
    preview: Preview | None = None  # as it will leave, where somebody looks at that


@dataclass(frozen=True, slots=True)
class Preview:
    """A draft as the customer will see it. `html` is made of our own tags; `loses`: its marks do not arrive."""

    html: Markup
    text: str
    signature: str
    loses: bool


def advise(request: HttpRequest, conversation: Conversation) -> Advice:
    """What should be known of the composer's draft before it is sent. Of a note: nothing, the customer never reads it."""
    data, agent = request.POST, request.user
    assert isinstance(agent, Agent)
    mode, text = data.get("mode", ""), clean(data.get("text", "")[:JUDGED]).strip()
    if mode not in {Visibility.PRIVATE, Visibility.PUBLIC}:
        return Advice(text)
    try:
        account = read_way(data.get(f"way-{mode}", ""))
    except Refused:
        return Advice(text)
    template = _template(data, account) if mode == Visibility.PRIVATE else None
    found = findings(agent, conversation, text, mode, account, template, seen=read_seen(data))
    dates = promises_in(text, now()) if text else []
    preview = (
        preview_of(agent, text, account, mode) if data.get("preview") == "1" and account and text else None
    )
    return Advice(text, language_warning(conversation, text), found, dates[0] if dates else None, preview)


def preview_of(agent: Agent, typed: str, account: ChannelAccount, mode: str) -> Preview:
    """The draft as its channel will show it, with the name below."""
    said, signature = written(typed, account), signature_of(agent, account.kind, mode)
    is_signed = signed(said.text, signature) == said.text
    return Preview(
        html=Markup(said.html),  # noqa: S704 - channels/marks.py escapes what was typed
        text=said.text,
        signature="" if is_signed else signature,
        loses=not account.capabilities.marks and has_marks(typed),
    )


def _template(data: QueryDict, account: ChannelAccount | None) -> dict[str, object] | None:
    """The template as far as it is filled in: what is missing is said when it is sent."""
    try:
        filled = read_template(data, account)
    except Refused:
        return {"name": data.get("template", "")[:512]}
    return filled.values if filled else None


def language_warning(conversation: Conversation, text: str) -> str:
    """That a draft is in another language than the customer's; empty where it is not, or where nobody knows."""
    text = text[:LOOKED_AT]
    if sum(character.isalpha() for character in text) < FEWEST_LETTERS:
        return ""
    customer = (language_heard(conversation.pk) or conversation.customer.language or "").lower()[:2]
    if not customer:
        return ""
    draft = language_of_draft(text, customer)
    if draft.probability < SURE_FROM or draft.is_mixed or not differs(customer, draft.code):
        return ""
    names = {"draft": _in_sentence(draft.code), "customer": _in_sentence(customer)}
    return _("This draft seems to be in %(draft)s; the customer writes in %(customer)s.") % names


def _in_sentence(code: str) -> str:
    """A language inside a sentence: Italian writes its name small."""
    name = language_name(code)
    return name.lower() if (get_language() or "").startswith("it") else name
