"""What can be said of a draft while it is written."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ascolto.conversations.models import Conversation
from ascolto.desk.card import language_name
from ascolto.understanding.engine.languages import differs, language_of_draft
from ascolto.understanding.selectors.readings import language_heard

FEWEST_LETTERS = 20  # of a draft, before its language is judged
LOOKED_AT = 2_000  # characters of its beginning
SURE_FROM = 0.7


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
