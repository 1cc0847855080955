"""Stories of hands: who gets a conversation and why, who keeps it, how it is handed over, and how a lead steps in.

The router works beside the desk as in the product; what people decide they decide on their screens.
"""

from __future__ import annotations

from ascolto.conversations.models import Conversation
from ascolto.events.models import Event
from tests.stories.town import Town, fresh, happened, holder, shown


def reasons(town: Town, talk: Conversation) -> str:
    """What Anna reads when she asks why somebody has it."""
    return town.screen(town.anna).part(f"/c/{talk.number}/assigned/").words


def works_until(town: Town, hours: str) -> None:
    """Anna writes down when Marco works on Wednesdays."""
    anna, address = town.screen(town.anna), f"/settings/routing/people/{town.marco.pk}/"
    saved = anna.press(anna.open(address).form("Save the hours"), "Save the hours", plain=True, day_2=hours)
    assert hours.split("-")[0] in str(
        [node.attrs.get("value") for node in saved.page.all("input", name="day_2")]
    )
    town.works()


def resolves(town: Town, talk: Conversation) -> None:
    """Marco presses "Resolve"."""
    marco = town.screen(town.marco)
    page = marco.open(f"/c/{talk.number}/")
    button = next(form for form in page.all("form") if form.attrs.get("class") == "resolve-form")
    assert marco.press(button, "Resolve").status == 200
    town.works()


def offers(town: Town, talk: Conversation, whom: str, note: str = "Serve il reparto tecnico.") -> str:
    """Marco offers his conversation; what he reads then."""
    return _offers(town, town.marco, talk, whom, note)


def _offers(town: Town, giver: object, talk: Conversation, whom: str, note: str) -> str:
    screen = town.screen(giver)  # type: ignore[arg-type]
    form = screen.part(f"/c/{talk.number}/hand-over/").form("Offer it")
    answer = screen.press(form, "Offer it", to=whom, note=note)
    town.works()
    return answer.words


def answers_offer(town: Town, agent: object, talk: Conversation, button: str, **fields: str) -> str:
    """Whoever is offered a conversation presses a button of the banner."""
    screen = town.screen(agent)  # type: ignore[arg-type]
    form = screen.part(f"/c/{talk.number}/hand-off/").form(button)
    answer = screen.press(form, button, **fields)
    town.works()
    return answer.words


def test_giulia_writes_on_a_second_channel_and_it_is_one_problem_one_promise_and_the_same_marco(
    town: Town,
) -> None:
    town.opens_office("1 h")
    town.at("2026-06-11 10:00")
    town.sits(town.marco)
    talk = town.complains(town.giulia, inbox=town.whatsapp)
    assert holder(talk) == "Marco"
    town.sits(town.davide)
    town.passes(minutes=20)
    again = town.complains(town.giulia, "Vi ho scritto anche qui: nessuno risponde?", town.email)
    assert again.number == talk.number
    assert holder(again) == "Marco"
    assert shown(again.due_at) == "2026-06-11 11:00", "a second message moves no promise"
    page = town.screen(town.marco).open(f"/c/{talk.number}/")
    assert "Vi ho scritto anche qui" in page.words
    assert len(list(page.all("option"))) >= 2, "he may answer on either channel"
    town.answers(town.marco, talk, "Il tecnico è passato: ora funziona.")
    resolves(town, talk)
    town.at("2026-07-02 10:00")
    later = town.complains(town.giulia, "Ora la fattura è sbagliata.", town.email)
    assert later.number != talk.number
    assert holder(later) == "Marco", "who knows her has her again"
    told = reasons(town, later)
    assert "Knows this customer already" in told
    assert "only one" not in told, "Davide could have taken it as well"
    assert shown(later.due_at) == "2026-07-02 11:00", "mail is promised what WhatsApp is promised"


def test_marcos_shift_ends_and_what_waits_goes_to_davide_with_its_clock_and_the_reasons(town: Town) -> None:
    works_until(town, "8-13")
    town.at("2026-06-10 12:50")
    town.sits(town.marco)
    talk = town.complains(town.giulia)
    answered = town.complains(town.rita)
    assert (holder(talk), holder(answered)) == ("Marco", "Marco")
    town.answers(town.marco, answered)
    before = (talk.waiting_since, talk.due_at)
    town.passes(minutes=11, steps=11)
    assert holder(talk) == ""
    assert (fresh(talk).waiting_since, fresh(talk).due_at) == before
    assert holder(answered) == "Marco", "nobody waits there"
    town.sits(town.davide)
    assert holder(talk) == "Davide"
    assert (fresh(talk).waiting_since, fresh(talk).due_at) == before
    told = reasons(town, talk)
    assert "Why Davide Serra?" in told
    assert "Marco Villa" in told, "who had it before stands there"
    assert Event.objects.get(type="routing.returned").data["reason"] == "off_shift"


def test_while_davide_has_a_break_his_customer_is_kept_for_him_until_the_promise_is_in_danger(
    town: Town,
) -> None:
    town.opens_office("1 h")
    town.at("2026-06-11 10:00")
    town.sits(town.davide)
    talk = town.complains(town.giulia)
    town.at("2026-06-11 10:05")
    town.answers(town.davide, talk)
    town.screen(town.davide).stands("away")
    town.sits(town.marco)
    town.at("2026-06-11 10:10")
    town.complains(town.giulia, "Non è cambiato niente.")
    town.passes(minutes=40)
    assert holder(talk) == "Davide"
    town.passes(minutes=10)
    assert holder(talk) == "Marco"
    assert (
        "they were away and the promise was in danger"
        in town.screen(town.anna).open(f"/c/{talk.number}/").words
    )


def test_a_call_takes_all_of_marco_and_three_chats_fit_into_davide(town: Town) -> None:
    town.sits(town.marco)
    call = town.complains(town.giulia, "Chiamata in corso", town.telephone)
    assert holder(call) == "Marco"
    chats = [town.asks(customer, "Una domanda…", town.chat) for customer in town.strangers(4)]
    assert [holder(chat) for chat in chats] == [""] * 4
    town.sits(town.davide)
    assert sorted(holder(chat) for chat in chats) == ["", "Davide", "Davide", "Davide"]
    wall = town.screen(town.anna).open("/wall/").words
    assert "3 in hand" in wall
    resolves(town, call)
    town.works()
    assert [holder(chat) for chat in chats].count("Marco") == 1


def test_viktor_never_gets_and_never_sees_what_is_not_his(town: Town) -> None:
    town.sits(town.viktor)
    talk = town.complains(town.giulia)
    town.passes(minutes=40)
    assert holder(talk) == "", "nobody of care is there, and it is not his"
    viktor = town.screen(town.viktor)
    assert "Giulia" not in viktor.open("/").words
    for part in (
        "",
        "promise/",
        "assigned/",
        "commitments/",
        "hand-off/",
        "hand-over/",
        "told/",
        "complaint/",
    ):
        assert viktor.is_shut(f"/c/{talk.number}/{part}"), part
    assert viktor.client.get("/wall/").status_code == 403
    town.takes_next(town.viktor)
    assert holder(talk) == ""
    page = town.screen(town.viktor).open("/charter/?g=promises-kept&period=today")
    assert talk.number not in page.words
    town.sits(town.marco)
    assert holder(talk) == "Marco"


def test_sara_refuses_with_a_reason_and_names_davide_who_accepts(town: Town) -> None:
    town.sits(town.marco, town.sara, town.davide)
    town.screen(town.davide).stands("busy")
    talk = town.complains(town.giulia, "Il mio codice cliente è 4471902 e la linea è morta.")
    town.answers(town.marco, talk)
    assert "Offered to Sara Conti" in offers(town, talk, "Sara Conti")
    assert holder(talk) == "Marco", "he has it until she accepts"
    seen = town.screen(town.sara).part(f"/c/{talk.number}/hand-off/").words
    assert "Marco Villa offers you this conversation." in seen
    assert "4471902" in seen
    assert "1 conversation is offered to you" in town.screen(town.sara).open("/hand-offs/").words
    assert (
        "who should have it" in answers_offer(town, town.sara, talk, "Refuse", reason="È un guasto.").lower()
    )
    choice = {"reason": "È un guasto, non una campagna.", "proposed": "Davide Serra"}
    answers_offer(town, town.sara, talk, "Refuse", **choice)
    assert holder(talk) == "Marco"
    thread = town.screen(town.marco).open(f"/c/{talk.number}/").words
    assert "È un guasto, non una campagna." in thread
    offers(town, talk, "Davide Serra")
    answers_offer(town, town.davide, talk, "Accept")
    assert holder(talk) == "Davide"
    assert happened(talk, "conversation.hand")[-1] == "conversation.handed_off"
    assert "handed over and accepted" in reasons(town, talk)


def test_the_third_hand_off_waits_for_anna_and_she_decides(town: Town) -> None:
    town.sits(town.marco, town.davide)
    talk = town.complains(town.giulia)
    first, second = (town.marco, town.davide) if holder(talk) == "Marco" else (town.davide, town.marco)
    town.answers(first, talk)
    for giver, receiver in ((first, second), (second, first)):
        _offers(town, giver, talk, receiver.name, "Tocca a te.")
        answers_offer(town, receiver, talk, "Accept")
    told = _offers(town, first, talk, second.name, "Di nuovo a te.")
    assert "A lead decides" in told
    assert holder(talk) == first.first_name
    assert not town.screen(second).part(f"/c/{talk.number}/hand-off/").has("button"), "nothing to accept yet"
    assert "1 hand-off waits for you to decide." in town.screen(town.anna).open("/hand-offs/").words
    answers_offer(town, town.anna, talk, "Offer it all the same")
    answers_offer(town, second, talk, "Accept")
    assert holder(talk) == second.first_name
    assert happened(talk, "conversation.hand_off_limit") == ["conversation.hand_off_limit"]


def test_anna_looks_how_what_waits_would_be_spread_does_it_and_takes_it_back(town: Town) -> None:
    town.sits(town.marco)
    talks = [town.complains(customer) for customer in town.strangers(5)]
    assert {holder(talk) for talk in talks} == {"Marco"}
    town.sits(town.davide)
    anna = town.screen(town.anna)
    preview = anna.open("/wall/spread/")
    assert "Marco Villa → Davide Serra" in preview.words
    assert "Nothing has moved yet" in preview.words
    assert {holder(talk) for talk in talks} == {"Marco"}
    answer = anna.press(preview.form("Move them"), "Move them")
    assert "conversations moved" in answer.toast["text"]
    town.works()
    moved = [holder(talk) for talk in talks].count("Davide")
    assert 2 <= moved <= 3
    anna.undo(answer)
    town.works()
    assert {holder(talk) for talk in talks} == {"Marco"}


def test_anna_gives_two_of_them_to_davide_by_hand(town: Town) -> None:
    town.sits(town.marco)
    talks = [town.complains(customer) for customer in town.strangers(3)]
    anna = town.screen(town.anna)
    chosen = [str(talk.pk) for talk in talks[:2]]
    answer = anna.press(anna.open("/wall/").form("Give"), "Give", conversation=chosen, to="Davide Serra")
    town.works()
    assert answer.toast["text"] == "2 conversations moved"
    assert [holder(talk) for talk in talks] == ["Davide", "Davide", "Marco"]
    assert "Anna Neri" in reasons(town, talks[0])
    anna.undo(answer)
    assert [holder(talk) for talk in talks] == ["Marco"] * 3


def test_marco_takes_the_next_one_and_it_is_the_one_that_is_due_first(town: Town) -> None:
    town.opens_office("1 h")
    anna = town.screen(town.anna)
    terms = {
        "channel": "chat",
        "first_response": "10 min",
        "next_response": "10 min",
        "calendar": "Office 1 h",
    }
    assert (
        "Promised"
        in anna.press(anna.open("/settings/promises/new/").form("Promise it"), plain=True, **terms).words
    )
    town.at("2026-06-11 10:00")
    first = town.complains(town.giulia, inbox=town.email)
    town.at("2026-06-11 10:05")
    chat = town.complains(town.rita, inbox=town.chat)
    town.at("2026-06-11 10:20")
    newest = town.complains(town.strangers(1)[0], inbox=town.email)
    town.at("2026-06-11 10:40")
    urgent = [town.takes_next(town.marco) for _ in range(3)]
    assert urgent == [chat.number, first.number, newest.number]
    assert "earliest" in reasons(town, chat).lower() or "due first" in reasons(town, chat).lower()
    assert town.takes_next(town.marco) == ""
