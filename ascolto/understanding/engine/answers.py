"""Does a message need an answer? What the head "answer" says, and the few cases where the words alone decide.

The answer drives the response rate, so doubt counts as yes: a message is left out only where its probability of needing none is high.
Rules decide what no learning should get wrong, in this order:

1. an automatic message ("out of office") needs none;
2. question marks alone ("??") need one;
3. thanks, consent, laughter or good wishes and nothing else ("ok grazie mille 👍") need none, nor does a greeting in the middle of a
   conversation; a greeting that begins one needs an answer;
4. thanks with a question in it ("grazie, ma quando arriva?") need one;
5. what is surely spam needs none.

Everything else is the head's.
"""

from __future__ import annotations

import re

from ascolto.understanding.engine.meaning import Because, Context, Judgement
from ascolto.understanding.engine.text import Prepared

YES, NO = "yes", "no"
YES_FROM = (
    0.2  # probability of "yes" from which it is said; the card of the head has recall and precision there
)
SPAM_FROM = 0.8
MOST_WORDS = 12  # of a text that may be nothing but thanks

_WORDS = re.compile(r"[^\W_]+")
_UNHAPPY = re.compile(r"[😒😓😔😕😖😞😟😠😡🤬😢😣😤😥😨😩😫😭😰😱🙁☹🙄💔👎👿🖕🤨🤔🆘❓❔]|:[-']?[(\[/]")


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_THANKS = _words(
    "grazie grazieee graziee grz thx thanks thank thnx tnx ty cheers ta danke dankeschön vielen merci gracias obrigado "
    "obrigada bedankt dank ringrazio thankyou tysm"
)
_CONSENT = _words(
    "ok okay oki okk okok okey va bene perfetto ottimo benissimo d'accordo daccordo accordo capito ricevuto bello super top "
    "sure alright fine great perfect understood noted gotcha got it good awesome brilliant lovely fab gut super prima parfait "
    "perfecto perfeito certo esatto chiaro chiarissimo fantastico"
)
_FILLERS = _words(
    "mille tante molte infinite davvero tantissime allora a te lei voi tutti per la il lo le i gli di un una e ed so very "
    "much a lot lots you u all again then that's thats that is for the your help aiuto risposta tutto sei siete stato stata "
    "stati gentile gentilissimo gentilissima gentilissimi disponibilità bien beaucoup muchas muchísimas schön schon für hilfe "
    "die muito muita vous je tu pour x"
)
_WISHES = _words(
    "buona buon giornata serata notte weekend domenica lavoro feste natale pasqua fine settimana a presto domani ciao saluti "
    "cordiali arrivederci bye goodbye see later have nice day evening night goodnight anche altrettanto tschüss tag noch "
    "adios adiós bonne journée soirée au revoir"
)
_LAUGHTER = re.compile(
    r"(?:a?(?:ha){2,}h?|(?:ah){2,}a?|l+o+l+|x+d+|(?:eh){2,}e?|(?:je){2,}|(?:ja){2,}|🤣+|😂+)"
)
_GREETINGS = _words(
    "ciao buongiorno buonasera buondì salve hey hi hello hiya hola bonjour bonsoir hallo moin olá ola morning evening "
    "afternoon good guten tag morgen abend buon pomeriggio giorno buona sera a tutti all there everyone"
)
_BUT = _words("ma però pero but aber mais maar")
_QUESTION_WORDS = _words(
    "quando dove come perché perche quanto quanti quale chi cosa posso potete può when where how why what which who can could "
    "wann wo wie warum quand où comment pourquoi cuándo dónde cómo qué quando onde wanneer waar hoe"
)


def needs_answer(text: Prepared, said: Judgement, intent: Judgement, context: Context) -> Judgement:
    """Whether a message needs an answer: "yes" or "no", from what the head `said` and what the message is."""
    if context.is_automatic:
        return _by_rule(NO, "automatic")
    words = _WORDS.findall(text.plain)
    if not words:
        return _of_signs(text)
    told = _of_courtesies(words, text, context)
    if told is not None:
        return told
    if intent.label == "spam" and intent.probability >= SPAM_FROM:
        return _by_rule(NO, "spam")
    return _leaning_to_yes(said)


def _of_signs(text: Prepared) -> Judgement:
    """A text without a word: question marks and unhappy faces want an answer, other signs do not."""
    if "?" in text.plain or _UNHAPPY.search(text.shown):
        return _by_rule(YES, "only_marks")
    return _by_rule(NO, "only_marks")


def _of_courtesies(words: list[str], text: Prepared, context: Context) -> Judgement | None:
    """Thanks, consent, wishes and greetings with nothing else; None where there is more."""
    thanks = any(word in _THANKS for word in words)
    if "?" in text.plain:
        return _by_rule(YES, "question_in_thanks") if words[0] in _THANKS | _CONSENT else None
    if thanks and len(words) > 2 and _QUESTION_WORDS.intersection(words[1:]) and _BUT.intersection(words):
        return _by_rule(YES, "question_in_thanks")
    if len(words) > MOST_WORDS or _UNHAPPY.search(text.shown):
        return None
    if all(word in _GREETINGS for word in words):
        return _by_rule(NO if context.is_follow_up else YES, "only_greeting")
    if all(_is_courtesy(word) for word in words) and (thanks or not _FILLERS.issuperset(words)):
        return _by_rule(NO, "only_thanks")
    return None


def _is_courtesy(word: str) -> bool:
    return (
        word in _THANKS or word in _CONSENT or word in _FILLERS or word in _WISHES
        or word in _GREETINGS or _LAUGHTER.fullmatch(word) is not None
    )  # fmt: skip


def _leaning_to_yes(said: Judgement) -> Judgement:
    yes = said.probabilities.get(YES, said.probability if said.label == YES else 1 - said.probability)
    if not said.label or said.label == YES or yes < YES_FROM:
        return said
    return Judgement(YES, yes, False, tuple(_turned(because) for because in said.because), said.probabilities)


def _turned(because: Because) -> Because:
    """Of two labels: what spoke for one speaks against the other."""
    return Because(because.kind, because.what, -because.weight)


def _by_rule(label: str, rule: str) -> Judgement:
    share = 0.98
    other = NO if label == YES else YES
    return Judgement(label, share, True, (Because("rule", rule, 1.0),), {label: share, other: 1 - share})
