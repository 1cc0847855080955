"""What a person reads who goes on after the bot: why, what the customer told, how they feel, what was tried."""

from __future__ import annotations

from collections.abc import Mapping

from ascolto.accounts.models import Company
from ascolto.bot.flow import Slot
from ascolto.bot.slots import shown
from ascolto.bot.state import State

# In the company's language: a note is written once, and read by everybody.
WHY: dict[str, dict[str, str]] = {
    "asked": {"it": "Il cliente ha chiesto una persona.", "en": "The customer asked for a person."},
    "anger": {"it": "Il cliente è arrabbiato.", "en": "The customer is angry."},
    "not_understood": {
        "it": "L'assistente non ha capito due volte di seguito.",
        "en": "The assistant did not understand twice in a row.",
    },
    "flow": {
        "it": "Il flusso prevede una persona a questo punto.",
        "en": "The flow wants a person at this point.",
    },
    "too_long": {"it": "Il dialogo era troppo lungo.", "en": "The dialogue took too long."},
    "about_bot": {
        "it": "Il cliente si è lamentato dell'assistente.",
        "en": "The customer complained about the assistant.",
    },
    "no_answer": {
        "it": "Non c'era una risposta abbastanza certa.",
        "en": "There was no answer that was certain enough.",
    },
    "broken": {"it": "Il flusso non sapeva come continuare.", "en": "The flow did not know how to go on."},
    "silent": {
        "it": "Il cliente non ha più risposto all'assistente.",
        "en": "The customer stopped answering the assistant.",
    },
    "task": {
        "it": "Il compito affidato all'assistente è concluso.",
        "en": "The task given to the assistant is done.",
    },
    "task_asked": {
        "it": "Il cliente preferisce una persona: il compito non è concluso.",
        "en": "The customer would rather have a person: the task is not done.",
    },
    "refused": {
        "it": "L'assistente non poteva inviare la sua risposta.",
        "en": "The assistant could not send its answer.",
    },
}
WORDS: dict[str, dict[str, str]] = {
    "title": {"it": "Dall'assistente automatico", "en": "From the automatic assistant"},
    "topic": {"it": "Argomento", "en": "Topic"},
    "mood": {"it": "Umore", "en": "Mood"},
    "angry": {"it": "arrabbiato", "en": "angry"},
    "negative": {"it": "negativo", "en": "negative"},
    "path": {"it": "Passi fatti", "en": "Steps taken"},
    "do_not_ask": {
        "it": "Già detto, da non chiedere di nuovo:",
        "en": "Told already, not to be asked again:",
    },
}
MOST_STEPS = 12
LONGEST_SHOWN = 300


def note_of(state: State, slots: Mapping[str, Slot], why: str) -> str:
    """The note, in the company's language; word for word what the customer told."""
    language = "it" if Company.current().language.startswith("it") else "en"
    words = {name: versions[language] for name, versions in WORDS.items()}
    lines = [f"{words['title']}: {WHY.get(why, WHY['flow'])[language]}"]
    if state.topic:
        lines.append(f"{words['topic']}: {state.topic}")
    if state.sentiment in ("angry", "negative"):
        lines.append(f"{words['mood']}: {words[state.sentiment]}")
    if state.slots:
        lines.append(words["do_not_ask"])
        told = ((name, shown(slots.get(name), value, language)) for name, value in state.slots.items())
        lines += [f"- {name.replace('_', ' ')}: {value[:LONGEST_SHOWN]}" for name, value in told]
    if state.trail:
        lines.append(
            f"{words['path']}: {' → '.join(step.partition('/')[2] for step in state.trail[-MOST_STEPS:])}"
        )
    return "\n".join(lines)
