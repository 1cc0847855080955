"""Stories of promises: when an answer is due and why, what keeps a promise and what does not, and what happens when it is broken.

Anna sets the hours in the settings; everybody reads the deadline where the desk shows it.
"""

from __future__ import annotations

from django.test import Client

from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Conversation, Message
from tests.stories.screen import read
from tests.stories.town import Town, fresh, happened, sent, shown


def why(town: Town, talk: Conversation) -> str:
    """What "Why this deadline?" says to Marco."""
    return town.screen(town.marco).part(f"/c/{talk.number}/promise/").words


def test_giulia_writes_on_friday_at_ten_to_six_and_monday_is_a_holiday_so_tuesday_it_is(town: Town) -> None:
    town.opens_office("1 h")
    town.at("2027-10-29 17:50")  # Friday; Monday is All Saints'
    talk = town.complains(town.giulia)
    assert shown(talk.due_at) == "2027-11-02 09:50"
    told = why(town, talk)
    assert "17:50–18:00: 10 min counted" in told
    assert "1 Nov: public holiday: All Saints' Day" in told
    assert "Due: Tuesday 2 November 2027, 09:50" in told
    assert "Giulia Ferri" in town.screen(town.marco).open("/").words
    assert town.screen(town.viktor).is_shut(f"/c/{talk.number}/promise/")


def test_marco_answers_in_time_and_a_machine_in_between_kept_no_promise(town: Town) -> None:
    town.opens_office("1 h")
    town.at("2026-06-11 10:00")
    talk = town.complains(town.giulia)
    town.at("2026-06-11 10:10")
    add_reply(agent=None, conversation=talk, text="Abbiamo ricevuto il messaggio.")  # a bot's acknowledgement
    town.works()
    assert fresh(talk).due_at is not None
    assert "First answer running" in why(town, talk)
    town.at("2026-06-11 10:40")
    town.answers(town.marco, talk)
    assert fresh(talk).due_at is None
    told = why(town, talk)
    assert "First answer kept" in told
    assert "10:40: in time, by Marco Villa Waited 40 min" in told


def test_nobody_answers_so_leads_are_called_and_giulia_is_told_once_and_honestly(town: Town) -> None:
    town.opens_office("1 h")
    anna = town.screen(town.anna)
    choices = next(anna.open("/settings/promises/").all("form", action="/settings/promises/choices/"))
    assert "Saved" in anna.press(choices, delay_notice="on", plain=True).words
    town.at("2026-06-11 10:00")
    talk = town.complains(town.giulia)
    town.at("2026-06-11 10:46")
    assert "In danger 1" in anna.open("/wall/").words
    town.at("2026-06-11 11:00:01")
    town.passes(minutes=90, steps=9)
    assert "1 promise of an answer is broken." in anna.open("/").words, "leads are told on every screen"
    [text] = sent(talk)
    assert text.startswith("Messaggio automatico di Telvia: avevamo promesso una risposta entro le 11:00")
    assert fresh(talk).due_at is not None, "a notice is no answer"
    assert happened(talk, "sla.") == [
        "sla.warned",
        "sla.escalated",
        "sla.breached",
        "sla.escalated",
        "sla.notice_sent",
    ]
    shown_to_anna = anna.open("/charter/?g=promises-kept&period=today").words
    assert talk.number in shown_to_anna or "Giulia" in shown_to_anna
    town.answers(town.marco, talk, "Eccomi, mi scuso per l'attesa.")
    assert Message.objects.filter(conversation=talk, direction="out", agent=None).count() == 1


def test_marco_promises_to_write_by_six_is_reminded_breaks_it_and_writes_at_seven(town: Town) -> None:
    town.opens_office("8 h")
    town.at("2026-06-11 10:00")
    talk = town.complains(town.giulia)
    draft = town.screen(town.marco).draft(
        talk.number, "Verifico con i tecnici. Le scrivo entro le 18, novità o no."
    )
    assert "Promise:" in draft.advice.one(id="draft-promise").words
    assert draft.sends(promise=True).status == 201
    town.works()
    card = f"/c/{talk.number}/commitments/"
    assert "Le scrivo entro le 18" in town.screen(town.marco).part(card).words
    assert shown(fresh(talk).promised_for) == "2026-06-11 18:00"
    town.at("2026-06-11 17:50")
    assert happened(talk, "commitment.")[-1] == "commitment.due"
    town.at("2026-06-11 18:01")
    assert happened(talk, "commitment.")[-1] == "commitment.broken"
    told = town.screen(town.davide).part(card).words
    assert "not kept" in told, "the next agent knows what was promised"
    town.at("2026-06-11 19:00")
    town.answers(town.marco, talk, "Eccomi: il guasto è in centrale, il tecnico ci lavora stanotte.")
    told = town.screen(town.davide).part(card).words
    assert "not kept" in told
    assert "written 19:00" in told


def test_a_formal_complaint_has_a_code_and_thirty_days_and_is_withdrawn_with_a_reason(town: Town) -> None:
    town.opens_office("1 h")
    choices = next(
        town.screen(town.paola).open("/settings/promises/").all("form", action="/settings/promises/choices/")
    )
    assert "Saved" in town.screen(town.paola).press(choices, pack="it-agcom", plain=True).words
    town.at("2026-06-11 10:00")
    talk = town.complains(town.giulia, "Faccio reclamo formale: da tre settimane senza linea.")
    marco, address = town.screen(town.marco), f"/c/{talk.number}/complaint/"
    registered = marco.press(marco.part(address).form("Register"), "Register").page.words
    assert talk.number in registered
    assert "Saturday 11 July 2026" in registered
    town.works()
    assert "Complaint running" in why(town, talk)
    form = marco.part(address).form("Withdraw")
    assert marco.press(form, "Withdraw", reason="").status == 422
    withdrawn = marco.press(form, "Withdraw", reason="Giulia ha solo chiesto a che punto siamo.")
    assert withdrawn.status == 200
    town.works()
    assert "withdrawn" in marco.part(address).words
    assert "Complaint running" not in why(town, talk)
    assert happened(talk, "complaint.") == ["complaint.registered", "complaint.withdrawn"]
    assert town.screen(town.viktor).is_shut(address)


def test_promising_less_for_mail_needs_a_reason_and_everybody_may_read_it(town: Town) -> None:
    town.opens_office("1 h")
    anna, everybody = town.screen(town.anna), Client()
    assert everybody.get("/our-charter/").status_code == 404
    form = anna.open("/settings/promises/new/").form("Promise it")
    terms = {"channel": "email", "first_response": "8 h", "next_response": "8 h", "calendar": "Office 1 h"}
    refused = anna.press(form, **terms)
    assert "reason" in refused.words.lower()
    reason = "Due persone sole leggono la posta fino a settembre."
    assert "Promised from now on" in anna.press(form, plain=True, reason=reason, **terms).words
    town.at("2026-06-11 10:00")
    assert shown(town.complains(town.giulia, inbox=town.email).due_at) == "2026-06-11 18:00"
    assert shown(town.complains(town.rita, inbox=town.whatsapp).due_at) == "2026-06-11 11:00"
    assert reason in anna.open("/charter/?g=parity").words
    assert everybody.get("/our-charter/").status_code == 404
    assert not anna.open("/settings/charter/").has("button", name="is_public"), (
        "an administrator decides that"
    )
    paola = town.screen(town.paola)
    paola.press(paola.open("/settings/charter/").form("Let everybody read it"), "Let everybody", plain=True)
    page = everybody.get("/our-charter/", headers={"Accept-Language": "en"})
    assert page.status_code == 200
    told = read(page.content.decode()).words
    assert reason in told
    assert "Telvia" in told
    assert "Giulia" not in told


def test_resolved_and_reopened_there_are_new_clocks_and_the_old_ones_stay_as_they_were(town: Town) -> None:
    town.opens_office("1 h", resolution="2 d")
    town.at("2026-06-11 10:00")
    talk = town.complains(town.giulia)
    town.at("2026-06-11 10:20")
    town.answers(town.marco, talk, "Sistemato dalla centrale.")
    marco = town.screen(town.marco)
    resolve = next(
        f for f in marco.open(f"/c/{talk.number}/").all("form") if f.attrs.get("class") == "resolve-form"
    )
    assert marco.press(resolve, "Resolve").status == 200
    town.works()
    before = why(town, talk)
    assert "First answer kept" in before
    town.at("2026-06-12 10:00")
    again = town.complains(town.giulia, "È caduta di nuovo!")
    assert again.number == talk.number
    assert shown(again.due_at) == "2026-06-12 11:00"
    told = why(town, talk)
    assert "First answer kept" in told
    assert told.count("Resolution") == 2
