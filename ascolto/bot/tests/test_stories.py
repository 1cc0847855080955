"""Dialogues with the ready-made flows, as they happen: what is said, what is done, where they end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ascolto.bot import engine
from ascolto.bot.flow import Flow
from ascolto.bot.reading import read_flow
from ascolto.bot.slots import read_slot
from ascolto.bot.state import (
    Answered,
    CallBackPromised,
    CallWanted,
    Ended,
    Failed,
    Found,
    HandedOff,
    Heard,
    LookUpWanted,
    Marked,
    Missing,
    Requested,
    Situation,
    Source,
    State,
    Turn,
    Understood,
)

FOLDER = Path(__file__).parents[1] / "flows"
ROME = ZoneInfo("Europe/Rome")
MORNING = datetime(2026, 11, 23, 11, 0, tzinfo=ROME)  # a Monday
CODE, PHONE = "TV123456", "+393471234567"
OPEN = Situation(
    "chat",
    MORNING,
    language="it",
    company="Telvia",
    is_open={"": True},
    wait="circa 4 minuti",
    promise=lambda within: "oggi alle 15:00",
)
CLOSED = replace(OPEN, is_open={"": False}, wait="", opens="domani alle 8:00")
ENGLISH = replace(OPEN, language="en", wait="about 4 minutes", promise=lambda within: "today at 15:00")
GIULIA = {"customer_code": CODE, "phone": PHONE}  # what is known of her


def _flows() -> dict[str, Flow]:
    flows = [read_flow(path.read_text("utf-8"))[0] for path in sorted(FOLDER.glob("*.yaml"))]
    return {flow.slug: flow for flow in flows if flow is not None}


FLOWS = _flows()


class Talk:
    """A dialogue in the making. Strings are what Giulia writes; outcomes are what the product finds out."""

    def __init__(self, first: str | Heard = "", situation: Situation = OPEN, **more: Any) -> None:
        self.situation = replace(situation, **more)
        self.turn = engine.begin(FLOWS, "care", _heard(first), self.situation)
        self.turns = [self.turn]

    def then(self, *steps: str | Heard | Found | Missing | Answered | Failed) -> Talk:
        for step in steps:
            state = State.from_json(self.turn.state.to_json())  # as it travels
            if isinstance(step, Found | Missing | Answered | Failed):
                self._next(engine.resume(FLOWS, state, step, self.situation))
            else:
                self._next(engine.hear(FLOWS, state, _heard(step), self.situation))
        return self

    def _next(self, turn: Turn) -> None:
        self.turn = turn
        self.turns.append(turn)

    @property
    def now(self) -> str:
        """What is said in this turn."""
        return " ".join(said.text for said in self.turn.says)

    @property
    def all(self) -> str:
        return " ".join(said.text for turn in self.turns for said in turn.says)

    @property
    def at(self) -> str:
        return f"{self.turn.state.flow}/{self.turn.state.node}"

    @property
    def offers(self) -> list[str]:
        return [choice.title for choice in self.turn.choices]

    @property
    def wants(self) -> LookUpWanted | CallWanted | None:
        return self.turn.wanted

    def done(self, kind: type) -> list[Any]:
        """What was done of this kind."""
        return [effect for turn in self.turns for effect in turn.effects if isinstance(effect, kind)]

    @property
    def handed(self) -> list[str]:
        return [effect.why for effect in self.done(HandedOff)]


def _heard(said: str | Heard) -> Heard:
    return said if isinstance(said, Heard) else Heard(said)


def pressed(talk: Talk, title: str) -> Heard:
    """The press of a button that is shown."""
    return Heard(choice=next(one.id for one in talk.turn.choices if one.title == title))


# --- a fault -----------------------------------------------------------------------------------------------------------------


def test_giulias_internet_is_down_and_what_is_known_is_not_asked() -> None:
    talk = Talk("ciao, il mio internet non funziona da ieri", known=GIULIA)
    assert talk.wants == CallWanted(
        "line-test", {"customer_code": CODE, "service": "internet"}, timedelta(seconds=5)
    )
    assert "codice cliente" not in talk.all
    assert "Che cosa non funziona" not in talk.all
    assert talk.now.startswith("Ciao, sono l'assistente automatico di Telvia.")
    assert talk.now.endswith("Controllo la tua linea, ci vuole qualche secondo.")


def test_one_step_after_the_other_and_it_works() -> None:
    talk = Talk("internet non va", known=GIULIA).then(Answered({"status": "working"}))
    assert "Spegni il modem" in talk.now
    assert "cavo" not in talk.now
    talk.then("no, non funziona ancora")
    assert "cavo" in talk.now
    talk.then("sì ora va")
    assert talk.now == "Ottimo, sono contento che funzioni. Ti serve altro?"
    assert not talk.done(Requested)
    talk.then("No, grazie")
    assert talk.done(Ended) == [Ended(resolves=True)]


def test_nothing_helps_and_the_engineers_get_everything_once() -> None:
    talk = Talk("internet non va", known=GIULIA).then(Answered({"status": "working"}), "no", "no")
    assert talk.turn.asks == "files"
    talk.then(Heard(files=2))
    assert "Grazie, ho ricevuto 2 foto." in talk.now
    (request,) = talk.done(Requested)
    assert request.department == "Field engineers"
    for told in (
        CODE,
        "Internet",
        "Prova della linea: funziona",
        "Foto: 2",
        "347 123 4567",
        "Dopo il riavvio: No",
    ):
        assert told in request.text
    assert talk.done(CallBackPromised) == [CallBackPromised(PHONE, timedelta(hours=4))]
    assert "Ti chiamiamo al +39 347 123 4567 entro oggi alle 15:00." in talk.now
    assert talk.now.endswith("non dovrai ripeterti. Attesa prevista: circa 4 minuti.")
    assert talk.handed == ["flow"]


def test_one_photo_is_one() -> None:
    talk = Talk("internet non va", known=GIULIA).then(
        Answered({"status": "working"}), "no", "no", Heard(files=1)
    )
    assert "Grazie, ho ricevuto la foto." in talk.now
    english = Talk("my internet is down", ENGLISH, known=GIULIA)
    english.then(Answered({"status": "working"}), "no", "no", Heard(files=3))
    assert "Thank you, I have 3 photos." in english.now


def test_who_has_no_photo_goes_on_without() -> None:
    talk = Talk("internet non va", known=GIULIA).then(
        Answered({"status": "working"}), "no", "no", "non posso"
    )
    assert "foto" not in talk.now
    assert "Foto: –" in talk.done(Requested)[0].text
    assert talk.handed == ["flow"]


def test_a_line_that_does_not_respond_needs_no_more_checks() -> None:
    talk = Talk("non va il telefono", known=GIULIA).then(Answered({"status": "down"}))
    assert "serve un tecnico" in talk.now
    assert "modem" not in talk.now
    assert "Telefono" in talk.done(Requested)[0].text


def test_a_fault_in_the_area_is_told_without_a_time_that_nobody_knows() -> None:
    talk = Talk("internet non va", known=GIULIA).then(Answered({"status": "outage"}))
    assert "C'è un guasto nella tua zona." in talk.now
    assert "un orario certo non ce l'ho ancora" in talk.now
    talk.then("Sì, avvisatemi")
    assert [one.department for one in talk.done(Requested)] == ["Field engineers"]
    assert talk.done(Ended) == [Ended(resolves=False)]


@pytest.mark.parametrize(
    "outcome", [Failed(), Answered({}), Answered({"status": "banana"}), Answered({"other": "down"})]
)
def test_a_line_test_that_failed_stops_nobody(outcome: Failed | Answered) -> None:
    talk = Talk("internet non va", known=GIULIA).then(outcome)
    assert talk.now.startswith("Il controllo non ha risposto")
    assert "Spegni il modem" in talk.now


def test_who_has_no_code_is_not_asked_again_and_no_line_is_tested() -> None:
    talk = Talk("internet non va").then("non ce l'ho")
    assert talk.wants is None
    assert "Spegni il modem" in talk.now
    assert talk.turn.state.slots["customer_code"] == "-"


def test_a_known_problem_is_told_first_and_honestly() -> None:
    talk = Talk("internet non va", known=GIULIA, has_problem=True)
    assert "C'è già un problema aperto che ti riguarda" in talk.now
    assert talk.offers[:2] == ["Aspetto notizie", "È un'altra cosa"]
    waits = Talk("internet non va", known=GIULIA, has_problem=True).then("aspetto")
    assert waits.done(Ended) == [Ended(resolves=False)]
    talk.then("2")
    assert talk.now == "Che cosa non funziona?"  # another thing: what was said of the first does not count
    assert talk.then("telefono").wants is not None


def test_during_an_incident_the_holding_statement_comes_first() -> None:
    talk = Talk("buongiorno", holding="A Foligno la rete è ferma: ci stiamo lavorando.")
    says = [said.text for said in talk.turn.says]
    assert says[0].startswith("Ciao, sono l'assistente automatico")
    assert says[1] == "A Foligno la rete è ferma: ci stiamo lavorando."
    assert says[2].startswith("Come posso aiutarti?")


def test_on_the_telephone_no_photos_are_asked_and_the_number_that_calls_is_known() -> None:
    talk = Talk(Heard(), channel="phone", known={"phone": PHONE})
    assert talk.now.endswith("Come posso aiutarti?")
    assert "premi zero" in talk.now
    talk.then(Heard(digits="1"), Heard(digits="1"))
    assert "digita le sue cifre" in talk.now
    talk.then(Heard(digits="123456"))
    assert talk.wants == CallWanted(
        "line-test", {"customer_code": "123456", "service": "internet"}, timedelta(seconds=5)
    )
    talk.then(Failed(), Heard(digits="2"), Heard(digits="2"))
    assert "foto" not in talk.all
    assert talk.handed == ["flow"]


# --- a person, always ----------------------------------------------------------------------------------------------------------


def test_giulia_is_angry_and_gets_a_person() -> None:
    angry = Understood(language="it", language_probability=1.0, sentiment="negative", anger=0.9)
    talk = Talk(Heard("Sono tre giorni senza linea, VERGOGNA", understood=angry), known=GIULIA)
    assert talk.handed == ["anger"]
    assert "Mi dispiace per questa situazione." in talk.now
    assert "Attesa prevista: circa 4 minuti." in talk.now


@pytest.mark.parametrize("situation", [OPEN, ENGLISH])
def test_operatore_in_the_middle_of_a_free_text_is_heard(situation: Situation) -> None:
    words = "guardi non ho tempo, vorrei parlare con un operatore per favore"
    if situation is ENGLISH:
        words = "no time for this, let me talk to an agent please"
    talk = Talk("guasto" if situation is OPEN else "fault", situation).then(words)
    assert talk.handed == ["asked"]


def test_while_the_line_is_tested_a_person_can_be_had() -> None:
    talk = Talk("internet non va", known=GIULIA).then("operatore")
    assert talk.handed == ["asked"]
    assert talk.then(Answered({"status": "down"})).turn.says == ()


def test_zero_is_a_person_on_the_telephone() -> None:
    assert Talk(Heard(), channel="phone").then(Heard(digits="0")).handed == ["asked"]


def test_boh_boh_and_a_person_goes_on() -> None:
    talk = Talk().then("boh")
    assert talk.now == "Non ho capito, scusami. Scegli una di queste voci, o scrivi «operatore»."
    talk.then("boh")
    assert talk.handed == ["not_understood"]


def test_a_question_is_repeated_in_other_words_and_once() -> None:
    talk = Talk("internet non va")
    first = talk.now
    talk.then("TV???")
    assert (
        talk.now
        == "Non riesco a leggere il codice. Prova con lettere e cifre di seguito, oppure scrivi «no»."
    )
    assert talk.now not in first
    assert talk.then("eh").handed == ["not_understood"]


def test_a_complaint_about_the_bot_is_answered_once() -> None:
    talk = Talk().then("non capisci niente")
    assert "Hai ragione" in talk.now
    assert not talk.handed
    assert talk.then("sei inutile").handed == ["about_bot"]


def test_who_wants_to_cancel_the_contract_gets_a_person_at_once() -> None:
    assert Talk("voglio fare disdetta").handed == ["asked"]
    assert Talk("cancel my contract", ENGLISH).handed == ["asked"]
    assert Talk("Voglio disdire. È la terza volta che il tecnico non si presenta.").handed == ["asked"]
    assert Talk("ho già mandato la disdetta un mese fa e mi arriva ancora la bolletta").handed == []


def test_after_the_person_has_it_the_bot_is_silent() -> None:
    talk = Talk("operatore").then("guasto", "boh")
    assert [turn.says for turn in talk.turns[1:]] == [(), ()]


# --- nobody is there -----------------------------------------------------------------------------------------------------------


def test_after_hours_there_are_honest_alternatives_and_the_known_number_is_called() -> None:
    talk = Talk("operatore", CLOSED, known={"phone": PHONE})
    assert "In questo momento non c'è nessuno: torniamo domani alle 8:00." in talk.now
    assert talk.offers == ["Chiamatemi", "Un giorno preciso", "Per e-mail", "Va bene qui"]
    talk.then("chiamatemi")
    assert "A quale numero" not in talk.all
    assert talk.done(CallBackPromised) == [CallBackPromised(PHONE, timedelta(hours=2))]


def test_after_hours_a_call_back_is_not_offered_twice() -> None:
    talk = Talk("non va il telefono", CLOSED, known=GIULIA).then(Answered({"status": "down"}))
    assert talk.handed == ["flow"]
    assert talk.turn.state.done
    assert "torniamo domani alle 8:00" in talk.now
    assert len(talk.done(CallBackPromised)) == 1


def test_nobody_says_that_a_person_comes_when_nobody_is_there() -> None:
    talk = Talk("bolletta", CLOSED).then("Come pagare", "2", Found("Dall'area clienti."), "no")
    assert "ti passo" not in talk.now
    assert "torniamo domani alle 8:00" in talk.now


def test_the_hours_when_it_is_closed() -> None:
    talk = Talk("che orari fate?", CLOSED)
    assert "Adesso siamo chiusi: riapriamo domani alle 8:00." in talk.now
    talk.then("Richiamatemi")
    assert talk.turn.asks == "phone"
    talk.then("347 1234567", "no")
    assert talk.done(CallBackPromised)
    assert talk.done(Ended) == [Ended(resolves=False)]  # somebody still calls


def test_the_hours_when_it_is_open_and_the_answer_is_known() -> None:
    talk = Talk("a che ora apre lo sportello?")
    assert "Adesso ci siamo" in talk.now
    assert talk.wants == LookUpWanted("a che ora apre lo sportello?", "it")
    talk.then(Found("Dalle 9 alle 18.", (Source("article", 7, "Orari"),)))
    assert talk.turn.says[0].sources[0].id == 7
    assert talk.turn.says[0].rates
    assert "Ti serve altro?" in talk.now


def test_the_hours_when_the_answer_is_not_known() -> None:
    talk = Talk("orari").then(Missing())
    talk.then(pressed(talk, "Ho una domanda"), "siete aperti a Ferragosto?")
    assert talk.wants == LookUpWanted("siete aperti a Ferragosto?", "it")
    assert "non lo so con certezza" in talk.then(Missing()).now
    assert talk.handed == ["flow"]


# --- the bill --------------------------------------------------------------------------------------------------------------------


def test_a_question_about_the_bill_is_looked_up_as_it_was_written() -> None:
    talk = Talk("perché la bolletta è così alta?")
    assert talk.wants == LookUpWanted("perché la bolletta è così alta?", "it")
    talk.then(Found("C'è il conguaglio di ottobre."))
    assert talk.now.endswith("C'è il conguaglio di ottobre. Era quello che cercavi?")
    talk.then("sì grazie", "no")
    assert talk.done(Ended) == [Ended(resolves=True)]


def test_without_an_answer_there_is_one_question_and_then_a_person_but_nothing_is_made_up() -> None:
    talk = Talk("bolletta").then("Capire la bolletta", Missing())
    assert talk.now == "Che cosa vuoi sapere della bolletta?"
    talk.then("che cos'è la voce oneri?", Missing())
    assert "non voglio inventarla" in talk.now
    assert talk.handed == ["flow"]


def test_a_wrong_amount_is_checked_by_the_administration() -> None:
    talk = Talk("ho pagato due volte la bolletta di ottobre", known=GIULIA)
    (request,) = talk.done(Requested)
    assert request.department == "Administration"
    assert (
        request.text
        == f"Controllare la bolletta del cliente {CODE}. In parole sue: ho pagato due volte la bolletta di ottobre"
    )
    assert talk.done(Marked)[0].labels == ("fattura",)
    assert talk.handed == ["flow"]


def test_a_later_question_does_not_answer_the_first_again() -> None:
    talk = Talk("perché la bolletta è così alta?").then(
        Found("C'è il conguaglio."), "sì", "Sì, un'altra cosa"
    )
    assert talk.at == "care/welcome"
    talk.then("Orari e contatti")
    assert talk.wants is None or talk.wants == LookUpWanted("Orari e contatti", "it")


# --- moving home -------------------------------------------------------------------------------------------------------------------


def test_a_move_with_a_day_in_words() -> None:
    talk = Talk("sto per traslocare", known=GIULIA).then("via Verdi 4, Foligno", "lunedì")
    assert "lunedì 30 novembre 2026" in talk.now
    assert talk.turn.state.slots["move_day"] == "2026-11-30"
    assert "codice" not in talk.all
    talk.then("Sì, è giusto")
    (request,) = talk.done(Requested)
    assert "via Verdi 4, Foligno, a partire da lunedì 30 novembre 2026" in request.text
    assert talk.done(CallBackPromised) == [CallBackPromised(PHONE, timedelta(hours=8))]
    talk.then("no grazie")
    assert talk.done(Ended) == [Ended(resolves=False)]


def test_a_day_that_has_passed_or_is_none_is_asked_again() -> None:
    talk = Talk("trasloco", known=GIULIA).then("via Verdi 4, Foligno", "12 novembre 2020")
    assert "Non ho capito il giorno." in talk.now
    assert talk.then("il 12 dicembre").turn.state.slots["move_day"] == "2026-12-12"


def test_what_is_wrong_in_the_summary_is_corrected_by_a_person_who_knows_the_rest() -> None:
    talk = Talk("I am moving home", ENGLISH, known=GIULIA).then("4 Mill Lane, Leeds", "tomorrow", "no")
    assert "Tuesday 24 November 2026" in talk.all or "Tuesday, November 24, 2026" in talk.all
    assert talk.now.startswith("A person will correct it with you")
    assert talk.handed == ["flow"]


# --- a complaint ---------------------------------------------------------------------------------------------------------------------


def test_a_complaint_that_tells_everything_is_asked_nothing() -> None:
    words = "vorrei fare un reclamo perché mi avete addebitato due volte il mese di marzo"
    talk = Talk(words, known=GIULIA)
    assert talk.turn.state.slots["complaint_words"] == words
    assert "Ti arriva un codice per seguirlo, e la risposta entro 30 giorni." in talk.now
    assert talk.done(Marked)[0].labels == ("reclamo",)
    assert talk.handed == ["flow"]
    assert not any(said.is_question for said in talk.turn.says)


def test_a_complaint_in_one_word_is_asked_for_its_words() -> None:
    talk = Talk("reclamo", known=GIULIA)
    assert talk.now.endswith("Raccontami con parole tue che cosa è successo e che cosa ti aspetti da noi.")
    talk.then("Il tecnico non è venuto, per la terza volta.")
    assert talk.turn.state.slots["complaint_words"] == "Il tecnico non è venuto, per la terza volta."
    assert talk.handed == ["flow"]


def test_a_complaint_is_taken_without_a_code() -> None:
    talk = Talk("complaint", ENGLISH).then("Nobody came, for the third time.", "I don't have it")
    assert "Your complaint is registered in your own words." in talk.now
    assert "within 30 days" in talk.now


# --- languages, channels ---------------------------------------------------------------------------------------------------------------


def test_an_english_customer_is_answered_in_english() -> None:
    english = Understood(language="en", language_probability=0.99)
    talk = Talk(Heard("Hello, my broadband is down since this morning", understood=english))
    assert talk.turn.state.language == "en"
    assert talk.now.startswith("Hello, I am the automatic assistant of Telvia.")
    assert talk.offers[:3] == ["Internet", "Phone", "Television"]


def test_what_may_be_two_things_is_clarified_and_the_words_stay() -> None:
    talk = Talk("internet lento e la bolletta è alta")
    assert "Voglio essere sicuro" in talk.now
    assert talk.offers == ["Guasto", "Bolletta", "Altro", "Parla con una persona"]
    talk.then("2")
    assert talk.wants == LookUpWanted("internet lento e la bolletta è alta", "it")


def test_the_topic_that_was_understood_leads_where_no_word_does() -> None:
    told = Understood(topic="Linea che non va", topic_probability=0.9)
    assert Talk(Heard("da stamattina il router è morto", understood=told), known=GIULIA).at.startswith(
        "fault/"
    )
    unsure = Understood(topic="Linea che non va", topic_probability=0.4)
    talk = Talk(Heard("da stamattina il router è morto", understood=unsure), known=GIULIA)
    assert "si tratta di «Guasto»?" in talk.now


def test_numbers_are_typed_by_sms() -> None:
    talk = Talk("ciao", channel="sms", known=GIULIA).then("1", "1.", Failed(), "2)", "2")
    assert "foto" not in talk.all  # no pictures by SMS
    assert talk.handed == ["flow"]


def test_an_old_button_still_works() -> None:
    talk = Talk("ciao", known=GIULIA)
    complaint = pressed(talk, "Reclamo")
    talk.then("boh", complaint)
    assert talk.at == "complaint/words"


Step = Callable[[Talk, int], Heard]
PRESSED: Step = lambda talk, place: Heard(choice=talk.turn.choices[place - 1].id)  # noqa: E731
NUMBERED: Step = lambda talk, place: Heard(text=str(place))  # noqa: E731
KEYED: Step = lambda talk, place: Heard(digits=str(place))  # noqa: E731
WAYS: tuple[tuple[tuple[int | Failed | Answered | Found | Missing, ...], str], ...] = (
    ((1, 1, Answered({"status": "working"}), 1, 1), "it"),
    ((1, 2, Answered({"status": "outage"}), 1), "it"),
    ((1, 3, Failed(), 2, 1, 1), "en"),
    ((2, 2, 2, Found("From your account."), 1, 2, 4, 2), "en"),
    ((2, 2, 4, Missing()), "it"),
    ((4, 2, 1), "it"),
)


@pytest.mark.parametrize(("way", "language"), WAYS)
def test_the_same_choices_pass_the_same_places_on_every_channel(way: tuple[Any, ...], language: str) -> None:
    trails = []
    for channel, step in (("chat", PRESSED), ("whatsapp", NUMBERED), ("phone", KEYED)):
        talk = Talk("", OPEN if language == "it" else ENGLISH, channel=channel, known=GIULIA)
        for one in way:
            talk.then(step(talk, one) if isinstance(one, int) else one)
        trails.append(talk.turn.state.trail)
    assert trails[0] == trails[1] == trails[2]
    assert len(trails[0]) >= 4


def test_on_the_telephone_nobody_is_told_to_write_or_to_look() -> None:
    for slug, flow in FLOWS.items():
        for language in flow.languages:
            for text in _spoken(flow, language):
                folded = text.casefold()
                for sign in (
                    "http",
                    "www",
                    "scrivi ",
                    "scrivilo",
                    "scrivici",
                    "write it",
                    "write “",
                    "click",
                    "here on the page",
                ):
                    assert sign not in folded, (slug, language, text)


def _spoken(flow: Flow, language: str) -> list[str]:
    """Everything that the telephone may say, without what only asks for files."""
    slots = [slot for slot in flow.slots.values() if slot.type != "files"]
    texts = [text for node in flow.nodes.values() for text in node.texts()]
    texts += [text for slot in slots for text in (slot.ask, slot.again)]
    wordings = [text.by_language[language] for text in texts if language in text.by_language]
    return [one.variants.get("phone") or one.text for one in wordings]


# --- what counts as an answer ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("TV123456", "TV123456"),
        ("tv 123456", "TV123456"),
        ("il mio codice è TV 123 456, grazie", "TV123456"),
        ("codice 123456", "123456"),
        ("TV-123-456", "TV123456"),
        ("non lo trovo", "-"),
        ("I don't have it", "-"),
        ("dove lo trovo?", ""),
        ("12", ""),
        ("ho 2 linee, la prima è 123456", ""),
    ],
)
def test_a_code_of_any_form_is_found_in_what_people_write(said: str, code: str) -> None:
    assert read_slot(FLOWS["fault"].slots["customer_code"], Heard(said), OPEN, "it") == code


def test_the_keys_of_a_telephone_give_the_digits_and_the_mask_the_letters() -> None:
    slot = replace(FLOWS["fault"].slots["customer_code"], mask="TV999999", is_optional=False)
    assert read_slot(slot, Heard(digits="123456"), OPEN, "it") == CODE
    assert read_slot(slot, Heard(digits="12345"), OPEN, "it") == ""
    assert read_slot(replace(slot, mask="AA999999"), Heard(digits="123456"), OPEN, "it") == ""
    assert read_slot(slot, Heard("no"), OPEN, "it") == ""  # it is not optional


@pytest.mark.parametrize(
    "odd",
    [
        "a" * 1_000_000,
        "1 " * 200_000,
        "TV-" * 200_000,
        "\u200b\u200d\ufeff" * 1000,
        "\u202e123456\u202c TV",
        "e" + "\u0301" * 20_000,
        "😡" * 10_000,
        "\x00\x00guasto\x00",
        "\ud800\udfff\ud83d",
        "no, " * 50_000,
    ],
    ids=["long", "numbers", "codes", "nothing", "rtl", "zalgo", "emoji", "nul", "surrogates", "noes"],
)
@pytest.mark.parametrize("entry", ["Guasto", "Bolletta", "Trasloco", "Orari e contatti", "Reclamo"])
def test_hostile_words_end_with_a_person_or_an_answer_and_never_in_an_exception(odd: str, entry: str) -> None:
    talk = Talk(odd).then(entry)
    for _ in range(8):
        talk.then(odd, Missing() if isinstance(talk.wants, LookUpWanted) else Failed(), Heard(digits=odd))
    assert talk.turn.state.done or talk.turn.state.waits or talk.turn.state.awaiting
    assert all(len(value) <= 2_000 for value in talk.turn.state.slots.values())
