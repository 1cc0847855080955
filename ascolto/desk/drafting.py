"""What can be said of a draft while it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent
from ascolto.charter.drafts import findings
from ascolto.conversations.models import Conversation, Visibility
from ascolto.desk.card import language_name
from ascolto.desk.forms import read_seen, read_template, read_way
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
    template = read_template(data) if mode == Visibility.PRIVATE else None
    found = findings(agent, conversation, text, mode, account, template, seen=read_seen(data))
    dates = promises_in(text, now()) if text else []
    return Advice(text, language_warning(conversation, text), found, dates[0] if dates else None)


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
