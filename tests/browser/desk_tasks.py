"""The most frequent tasks of an agent, each with what the database must say afterwards. They name no word of the screen: any language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ascolto.automation.models import MacroRun
from ascolto.collaboration.models import DepartmentRequest, Mention, ProblemLink
from ascolto.composing.models import PlannedReply
from ascolto.conversations.models import Conversation, Message
from ascolto.customers.models import CustomerFieldValue
from ascolto.routing.models import HandOff
from ascolto.views.models import BulkChange, SavedView, Seen
from tests.browser.desk_day import Day
from tests.browser.hands import Hands, Keyboard, Touch

Task = Callable[[Any, Day], None]


# a menu takes the focus a blink after it opened: letters typed before would go astray
IN_THE_MENU = "() => document.activeElement.closest('[data-send-menu] .drop-body') !== null"


def sent(talk: Conversation, visibility: str) -> Any:
    """What Marco wrote in this conversation for these readers."""
    return Message.objects.filter(conversation=talk, visibility=visibility).exclude(direction="in")


def take_the_next_one(hands: Hands, day: Day) -> None:
    hands.show_list()
    hands.look("list")
    hands.use(hands.page.locator("form[action$='/next/'] button"))
    hands.page.locator("#conversation[data-id]").wait_for()
    taken = Conversation.objects.get(pk=int(hands.page.locator("#conversation").get_attribute("data-id")))
    assert taken.assignee == day.cast.marco


def open_and_read(hands: Hands, day: Day) -> None:
    talk = day.talk("Bice Conti")
    hands.open(talk)
    hands.page.locator("#thread .txt", has_text="And a second line.").wait_for()
    hands.look("thread")
    hands.until(Seen.objects.filter(agent=day.cast.marco, conversation=talk).exists, "it was seen")


def reply_privately(hands: Hands, day: Day) -> None:
    talk = day.talk("Bice Conti")
    hands.draft("private", "We are on it, Bice.")
    hands.look("composer private")
    hands.send()
    assert sent(talk, "private").get().text == "We are on it, Bice."


def reply_publicly(hands: Hands, day: Day) -> None:
    talk = day.talk("Carla Riva")
    hands.open(talk)
    hands.draft("public", "Thank you for telling us.")
    hands.look("composer public")
    hands.send()
    assert sent(talk, "public").get().text == "Thank you for telling us."


def leave_a_note_that_calls_somebody(hands: Hands, day: Day) -> None:
    talk = day.talk("Dario Lodi")
    hands.open(talk)
    hands.readers("note")
    if isinstance(hands, Touch):
        hands.tap(hands.page.locator("[data-more-tools]"))
        hands.tap(hands.page.locator("[data-trigger='@']"))
        hands.page.keyboard.type("ann")
        hands.tap(hands.page.locator("#suggest [role=option]", has_text="Anna Neri"))
    else:
        hands.write(hands.page.locator("#draft"), "@ann")
        hands.page.locator("#suggest [role=option]", has_text="Anna Neri").wait_for()
        hands.page.keyboard.press("Enter")
    hands.page.wait_for_function("() => document.getElementById('draft').value.includes('@Anna Neri ')")
    hands.page.keyboard.type("can you look?")
    hands.look("composer note")
    hands.send()
    assert Mention.objects.get(conversation=talk).person == day.cast.anna
    assert sent(talk, "note").get().text == "@Anna Neri can you look?"


def insert_a_saved_reply(hands: Hands, day: Day) -> None:
    talk = day.talk("Elsa Monti")
    hands.open(talk)
    hands.readers("private")
    hands.write(hands.page.locator("#draft"), "/ho" if not hands.is_touch else "")
    if isinstance(hands, Touch):
        hands.tap(hands.page.locator("[data-more-tools]"))
        hands.tap(hands.page.locator("[data-trigger='/']"))
        hands.page.keyboard.type("ho")
    option = hands.page.locator("#suggest [role=option]", has_text="Opening hours")
    option.wait_for()
    hands.keep("saved reply")
    if isinstance(hands, Touch):
        hands.tap(option)
    else:
        hands.page.keyboard.press("Enter")
    hands.page.wait_for_function("() => document.getElementById('draft').value.includes('Elsa')")
    hands.send()
    assert "Elsa" in sent(talk, "private").get().text


def attach_a_file(hands: Hands, day: Day) -> None:
    talk = day.talk("Fabio Serra")
    hands.open(talk)
    hands.draft("private", "Here is the file.")
    with hands.page.expect_file_chooser() as chooser:
        hands.use(hands.page.locator("#composer [type=file]"))
    chooser.value.set_files({"name": "plan.txt", "mimeType": "text/plain", "buffer": b"the plan"})
    hands.page.locator("[data-files] li", has_text="plan.txt").wait_for()
    hands.page.locator("[data-files] progress").wait_for(state="detached")
    hands.keep("file")
    hands.send()
    assert sent(talk, "private").get().attachments.get().name == "plan.txt"


def take_an_answer_back(hands: Hands, day: Day) -> None:
    talk = day.talk("Gina Vitale")
    hands.open(talk)
    hands.draft("private", "Sent too early")
    hands.send()
    hands.use(hands.page.locator("[data-held-undo]"))
    hands.page.wait_for_function("() => document.getElementById('draft').value === 'Sent too early'")
    hands.until(lambda: not sent(talk, "private").filter(removed_at=None).exists(), "it was taken back")
    hands.write(hands.page.locator("#draft"), ".")


def send_later(hands: Hands, day: Day) -> None:
    talk = day.talk("Ivo Basile")
    hands.open(talk)
    hands.draft("private", "Good morning, Ivo.")
    hands.use(hands.page.locator("[data-send-menu] > summary"))
    hands.page.wait_for_function(IN_THE_MENU)
    hands.write(hands.page.locator("[name=leave_when]").last, day.words.tomorrow)
    hands.look("menu to send")
    hands.use(hands.page.locator("[data-send-menu] [name=later][value=words]"))
    hands.page.locator("#composing .planned", has_text="Good morning, Ivo.").wait_for()
    planned = PlannedReply.objects.get(conversation=talk)
    assert (planned.text, planned.state, planned.leave_at is not None) == (
        "Good morning, Ivo.",
        "planned",
        True,
    )


def assign_it(hands: Hands, day: Day) -> None:
    talk = day.talk("Lia Ferrara")
    hands.open(talk)
    body = hands.menu("assign")
    hands.look("menu assign")
    hands.use(body.locator(f"[name=assignee][value='{day.cast.marco.pk}']"))
    hands.until(lambda: day.talk("Lia Ferrara").assignee == day.cast.marco, "Marco has it")
    hands.on_thread(talk)


def hand_it_over(hands: Hands, day: Day) -> None:
    talk = day.talk("Lia Ferrara")
    body = hands.menu("hand-over")
    hands.pick(body.locator("[name=to]"), f"agent-{day.cast.anna.pk}")
    hands.write(body.locator("[name=note]"), "She asks for a lead.")
    hands.look("hand over")
    hands.use(body.locator("button.btn-primary"))
    hands.until(HandOff.objects.filter(conversation=talk, state="asked").exists, "Anna is asked")
    hands.on_thread(talk)


def label_it(hands: Hands, day: Day) -> None:
    talk = day.talk("Mauro Gallo")
    hands.open(talk)
    body = hands.menu("labels")
    hands.use(body.locator("[name=labels][value=Outage]"))
    hands.look("menu labels")
    hands.use(body.locator("button.btn-primary"))
    hands.until(lambda: talk.labels.filter(name="Outage").exists(), "it has the label")
    hands.on_thread(talk)


def snooze_it_in_words(hands: Hands, day: Day) -> None:
    talk = day.talk("Nora Caruso")
    hands.open(talk)
    body = hands.menu("snooze")
    hands.write(body.locator("#when"), day.words.in_two_hours)
    hands.page.locator("#when-read b").wait_for()
    hands.look("menu snooze")
    if isinstance(hands, Touch):
        hands.use(body.locator("#when ~ button"))
    else:
        hands.page.keyboard.press("Enter")
    hands.until(lambda: day.talk("Nora Caruso").snoozed_until is not None, "it sleeps")
    hands.on_thread(talk)


def resolve_and_open_the_next(hands: Hands, day: Day) -> None:
    talk = day.talk("Oreste Longo")
    hands.open(talk)
    if isinstance(hands, Keyboard):
        hands.leave_fields()
        hands.press("Shift+E")
        hands.page.locator(f'#conversation[data-id]:not([data-id="{talk.pk}"])').wait_for()
    else:
        hands.use(hands.page.locator("[data-key=resolve]"))
        hands.page.locator("#th-head[data-status=resolved]").wait_for()
        hands.open(day.talk("Pia Martini"))
    hands.until(lambda: day.talk("Oreste Longo").status == "resolved", "it is resolved")


def open_it_again(hands: Hands, day: Day) -> None:
    hands.show_list()
    hands.go(f"/c/{day.talk('Oreste Longo').number}/")
    hands.use(hands.page.locator("[data-key=open]"))
    hands.page.locator("#th-head[data-status=open]").wait_for()
    assert day.talk("Oreste Longo").status == "open"


def search(hands: Hands, day: Day) -> None:
    talk = day.talk("Pia Martini")
    hands.show_list()
    if isinstance(hands, Keyboard):
        hands.press("/")
        hands.page.wait_for_function("() => document.activeElement.name === 'q'")
    else:
        hands.use(hands.page.locator("[data-search-open]"))
    hands.write(hands.page.locator("#list-search [name=q]"), "Martini")
    hands.page.keyboard.press("Enter")  # the key "Search" of a telephone's keyboard is the same
    hands.page.wait_for_url("**q=Martini**")
    hands.page.locator(f"#row-{talk.pk}").wait_for()
    hands.look("found")
    assert hands.page.locator("#rows > [data-id]").count() == 1
    hands.use(hands.page.locator(f"#row-{talk.pk} a"))
    hands.on_thread(talk)
    hands.until(Seen.objects.filter(agent=day.cast.marco, conversation=talk).exists, "it was seen")


def keep_a_view_and_use_it(hands: Hands, day: Day) -> None:
    hands.go("/")
    if isinstance(hands, Keyboard):
        hands.press("f")
    else:
        hands.use(hands.page.locator("#filters > summary"))
    hands.page.locator("#filters form").wait_for()
    hands.look("filters")
    hands.pick(hands.page.locator("#filter-label"), "Outage")
    hands.use(hands.page.locator("#filters button.btn-primary"))
    hands.page.wait_for_url("**label=Outage**")
    hands.use(hands.page.locator("#list-menu > summary"))
    hands.use(hands.page.locator("#list-menu a[href*='/views/new/']"))
    hands.write(hands.page.locator("#v-name"), "Outages")
    hands.look("view builder")
    hands.use(hands.page.locator("#view-form .btn-primary"))
    hands.page.locator("#rows").wait_for(state="attached")
    view = SavedView.objects.get(owner=day.cast.marco)
    hands.go("/")
    link = f".chips a[href*='{view.key}']" if hands.is_touch else f"[data-view-link='{view.key}']"
    hands.use(hands.page.locator(link))
    hands.page.wait_for_url(f"**{view.key}**")
    shown = {int(row.get_attribute("data-id") or 0) for row in hands.page.locator("#rows > [data-id]").all()}
    labelled = Conversation.objects.filter(labels__name="Outage", status="open")
    assert shown
    assert shown <= set(labelled.values_list("pk", flat=True))


def label_many_and_take_it_back(hands: Hands, day: Day) -> None:
    hands.go("/")
    chosen = [day.talk("Aldo Neri"), day.talk("Pia Martini"), day.talk("Sara Bianco")]
    if isinstance(hands, Touch):
        hands.use(hands.page.locator("#list-menu > summary"))
        hands.use(hands.page.locator("[data-choose]"))
    for talk in chosen:
        box = hands.page.locator(f"#row-{talk.pk} .cv-pick input")
        if isinstance(hands, Touch):
            hands.tap(hands.page.locator(f"#row-{talk.pk} .cv-pick"))
        else:
            hands.use(box)
        hands.page.wait_for_function("el => el.checked", arg=box.element_handle())
    hands.page.locator("#bulk .bulk-verbs").wait_for()
    labels = hands.page.locator("#bulk details:has([name=labels])")
    hands.use(labels.locator("summary"))
    hands.use(labels.locator("[name=labels][value=Outage]"))
    hands.look("many chosen")
    hands.use(labels.locator("[name=verb][value=label]"))
    hands.until(BulkChange.objects.filter(verb="label").exists, "they are labelled")
    hands.page.locator(".toast button").wait_for()
    assert all(talk.labels.filter(name="Outage").exists() for talk in chosen)
    hands.use(hands.page.locator(".toast button"))
    hands.until(lambda: BulkChange.objects.get().undone_at is not None, "it is taken back")
    assert not any(talk.labels.filter(name="Outage").exists() for talk in chosen)


def use_a_macro(hands: Hands, day: Day) -> None:
    hands.go("/")
    talk = day.talk("Sara Bianco")
    hands.open(talk)
    body = hands.menu("macros")
    hands.use(body.locator("#macro-found a").first)
    body.locator("[aria-labelledby=macro-name]").wait_for()
    hands.look("macro preview")
    assert not MacroRun.objects.exists()
    hands.use(body.locator("button.btn-primary"))
    hands.until(MacroRun.objects.filter(conversation=talk).exists, "the macro ran")
    assert talk.labels.filter(name="bill").exists()
    assert day.talk("Sara Bianco").priority == 30
    hands.on_thread(talk)


def merge_two(hands: Hands, day: Day) -> None:
    talk = day.talk("Rocco Leone")
    other = Conversation.objects.filter(customer=talk.customer).exclude(pk=talk.pk).get()
    hands.open(talk)
    hands.use(hands.page.locator('[data-menu="more"] > summary'))
    hands.look("menu more")
    hands.use(hands.page.locator('[data-menu="more"] a[href$="/merge/"]'))
    row = hands.page.locator(".kin-row").first
    row.wait_for()
    hands.look("merge")
    hands.use(row)
    hands.page.locator("#thread .txt", has_text="It is me again.").wait_for()
    other.refresh_from_db()
    assert other.merged_into_id == talk.pk


def call_colleagues(hands: Hands, day: Day) -> None:
    """Follow, ask a department, link the problem behind it."""
    talk = day.talk("Sara Bianco")
    hands.open(talk)
    if isinstance(hands, Touch):
        hands.tap(hands.page.locator("#th-head button[data-show=details]"))
    hands.page.locator("#together [data-menu=ask]").wait_for()
    hands.use(hands.page.locator("#together [data-key=follow][aria-pressed=false]"))
    hands.page.locator("#together [data-key=follow][aria-pressed=true]").wait_for()
    assert talk.followers.filter(agent=day.cast.marco).exists()
    body = hands.beside("ask")
    hands.write(body.locator("[name=question]"), "Was it charged twice?")
    hands.look("ask a department")
    hands.use(body.locator("form.ask > button"))
    hands.page.locator("#together .dept li", has_text="Billing").wait_for()
    assert DepartmentRequest.objects.get(conversation=talk).question == "Was it charged twice?"
    hands.beside("problem")
    hands.use(hands.page.locator(f"#together [data-menu=problem] [name=problem][value='{day.problem.pk}']"))
    hands.page.locator("#together .prb form").wait_for()
    assert ProblemLink.objects.filter(conversation=talk, problem=day.problem).exists()


def change_the_customer(hands: Hands, day: Day) -> None:
    talk = day.talk("Sara Bianco")
    hands.look("card")
    hands.use(hands.page.locator("#identities h3 a"))
    hands.page.wait_for_url("**/customers/**")
    hands.look("customer")
    hands.write(hands.page.locator("#fields input:not([type=hidden])"), "TV-7781")
    hands.use(hands.page.locator("#fields button"))
    hands.page.locator("#fields input[value='TV-7781']").wait_for()
    assert CustomerFieldValue.objects.get(customer=talk.customer_id).value == "TV-7781"


def find_by_the_palette(hands: Hands, day: Day) -> None:
    """By keyboard everything is one chord away; a thumb finds the settings behind “You”."""
    if isinstance(hands, Touch):
        hands.use(hands.page.locator(".tabbar [data-opens=mine]"))
        hands.page.locator("#mine[open]").wait_for()
        hands.look("mine")
        hands.use(hands.page.locator("#mine a[href*='/settings/']").first)
        hands.page.wait_for_url("**/settings/**")
        hands.look("settings")
        return
    talk = day.talk("Aldo Neri")
    hands.page.keyboard.press("Control+k")
    hands.page.locator("#palette[open] [role=option]").first.wait_for()
    hands.page.keyboard.type("aldo")
    hands.page.locator(f"#palette [data-href$='/c/{talk.number}/'][aria-selected=true]").wait_for()
    hands.look("palette")
    hands.page.keyboard.press("Enter")
    hands.on_thread(talk)
    hands.until(Seen.objects.filter(agent=day.cast.marco, conversation=talk).exists, "it was seen")
    hands.go("/settings/")
    hands.look("settings")


TASKS: tuple[Task, ...] = (
    take_the_next_one, open_and_read, reply_privately, reply_publicly, leave_a_note_that_calls_somebody, insert_a_saved_reply,
    attach_a_file, take_an_answer_back, send_later, assign_it, hand_it_over, label_it, snooze_it_in_words,
    resolve_and_open_the_next, open_it_again, search, keep_a_view_and_use_it, label_many_and_take_it_back, use_a_macro, merge_two,
    call_colleagues, change_the_customer, find_by_the_palette,
)  # fmt: skip
