"""Texts of notes and replies: places that are filled in, the customer's language, and the line that says "automatic"."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent, Company
from ascolto.automation.steps.step import Scene
from ascolto.conversations.models import Conversation
from ascolto.knowledge.filling import values_for
from ascolto.knowledge.models import SavedReply
from ascolto.knowledge.variables import filled, unknown_in
from ascolto.understanding.selectors.readings import language_heard

LONGEST = 5_000
FALLBACK = "en"
# Guarantee 6: what no person wrote says so, in the language of the text around it.
AUTOMATIC = {
    "en": "Automatic message. A person reads your answer.",
    "it": "Messaggio automatico. La tua risposta la legge una persona.",
    "de": "Automatische Nachricht. Deine Antwort liest ein Mensch.",
    "fr": "Message automatique. Une personne lira ta réponse.",
    "es": "Mensaje automático. Una persona leerá tu respuesta.",
}


def check_places(text: str) -> None:
    """Raise ValidationError where something in braces is filled in by nobody."""
    if unknown := unknown_in(text):
        raise ValidationError(_("Not a variable: %(names)s") % {"names": ", ".join(unknown)})


def filled_for(text: str, scene: Scene, language: str = "") -> str:
    """The text with its places filled in for this conversation; a rule has no name."""
    return filled(text, values_for(scene.agent or Agent(), scene.conversation, language))


def language_of(conversation: Conversation) -> str:
    """The customer's language in two letters: as they chose it, else as they write; empty where nobody knows."""
    return (conversation.customer.language or language_heard(conversation.pk))[:2].lower()


def reply_text(reply: SavedReply, wanted: str) -> tuple[str, str]:
    """The text of a saved reply in the wanted language, else the company's, else another one; and which that is."""
    texts = {text.language: text.text for text in reply.texts.all()}
    order = [language for language in (wanted, Company.current().language, FALLBACK) if language]
    language = next((one for one in order if one in texts), min(texts, default=""))
    return texts.get(language, ""), language


def disclosed(text: str, language: str) -> str:
    """The text with the line that says that no person wrote it; once."""
    line = AUTOMATIC.get(language[:2], AUTOMATIC[FALLBACK])
    return text if text.rstrip().endswith(line) else f"{text.rstrip()}\n\n{line}"
