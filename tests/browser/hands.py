"""Two ways to work at the desk: ten fingers on a keyboard, one thumb on a telephone.

Both do the same few things (open a conversation, use a control, write into a field); what they have seen wrong on the way
(a failing script, a refused style, a target too small for a thumb, a lost focus, what axe minds) is told at the end.
"""

from __future__ import annotations

import os
import traceback
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe

from ascolto.testing.product import wait_for

THUMB = 36  # CSS pixels
FAR = 260  # presses of Tab before something counts as out of reach
BEFORE = (
    "el => Boolean(document.activeElement.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_PRECEDING)"
)
BUSY = """() => Boolean(document.querySelector('details.drop[open]'))
  || document.activeElement.matches('input, textarea, select')"""
TARGET = """el => {
  const label = el.matches('input') ? el.closest('label') : null, box = (label || el).getBoundingClientRect();
  return [Math.round(box.width * 10) / 10, Math.round(box.height * 10) / 10];
}"""


def _line(error: BaseException) -> str:
    """The line of the task at which it got stuck."""
    places = [
        place
        for place in traceback.extract_tb(error.__traceback__)
        if place.filename.endswith("desk_tasks.py")
    ]
    return f"(line {places[-1].lineno})" if places else ""


class Hands:
    """What both ways have in common. `page` shows the desk of whoever is signed in at `url`."""

    is_touch = False

    def __init__(self, page: Any, url: str, name: str) -> None:
        self.page, self.url, self.name = page, url, name
        self.wrong: list[str] = []
        self.step = ""
        page.on("pageerror", lambda error: self.wrong.append(f"{self.step}: {error}"))
        page.on("console", self._hear)

    def _hear(self, said: Any) -> None:
        if "Security Policy" in said.text:
            self.wrong.append(f"{self.step}: {said.text}")

    # -- what is done with a control; each kind of hands in its way

    def use(self, control: Any) -> None:
        """Press a button, follow a link, tick a box, open a menu."""
        raise NotImplementedError

    def enter(self, field: Any) -> None:
        """Bring the focus into a field."""
        raise NotImplementedError

    def pick(self, choice: Any, value: str) -> None:
        """Choose one of a list."""
        raise NotImplementedError

    def readers(self, mode: str) -> None:
        """Choose who reads the answer: private, public, note."""
        raise NotImplementedError

    def show_list(self) -> None:
        """The list of conversations is before the eyes."""
        raise NotImplementedError

    def open(self, conversation: Any) -> None:
        """Open this conversation from the list."""
        raise NotImplementedError

    def menu(self, name: str) -> Any:
        """Open a menu of the conversation (assign, hand-over, labels, snooze, macros); where its content is."""
        raise NotImplementedError

    def beside(self, part: str) -> Any:
        """Unfold a part beside the conversation (ask, problem); where its content is."""
        raise NotImplementedError

    # -- what follows from it

    def write(self, field: Any, text: str) -> None:
        """Type into a field, letter by letter."""
        self.enter(field)
        self.page.keyboard.type(text)

    def draft(self, mode: str, text: str) -> None:
        """Write in the composer for these readers."""
        self.readers(mode)
        self.write(self.page.locator("#draft"), text)

    def send(self) -> None:
        """Send what the composer holds, with its button; it is empty afterwards."""
        self.use(self.page.locator("[data-send]"))
        self.page.wait_for_function("() => document.getElementById('draft').value === ''")

    def on_thread(self, conversation: Any) -> None:
        """Until this conversation is open."""
        self.page.locator(f'#conversation[data-id="{conversation.pk}"]').wait_for()

    def go(self, path: str) -> None:
        """The desk as it is opened in the morning."""
        self.page.goto(self.url + path)

    def until(self, is_so: Any, why: str) -> None:
        """Until the database says so."""
        wait_for(is_so, within=10, why=f"{self.step}: {why}")

    def look(self, what: str) -> None:
        """Nothing that axe would mind, nothing that sticks out sideways."""
        found = Axe().run(self.page).response["violations"]
        self.wrong += [
            f"{what}: {one['id']} {node['html'][:150]}" for one in found for node in one["nodes"][:3]
        ]
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.wrong.append(f"{what}: scrolls sideways")
        self.keep(what)

    def keep(self, what: str) -> None:
        """A picture, where somebody wants to look."""
        if folder := os.environ.get("ASCOLTO_TEST_SHOTS"):
            self.page.screenshot(path=f"{folder}/{self.name}-{what.replace(' ', '-')}.png")

    def take(self, step: Any, day: Any) -> None:
        """One task; afterwards the focus is somewhere, unless a page was loaded anew (there a browser begins at its top)."""
        self.step = step.__name__
        began = self.page.evaluate("performance.timeOrigin")
        try:
            step(self, day)
        except Exception as error:  # the other tasks of the day are tried all the same
            self.wrong.append(f"{self.step}: {type(error).__name__} {str(error)[:400]} {_line(error)}")
            self.keep(f"stuck-{self.step}")
            self.go("/")
            return
        if self.page.evaluate("performance.timeOrigin") != began:
            return
        try:
            self.page.wait_for_function("() => document.activeElement !== document.body", timeout=2_000)
        except Exception:
            self.wrong.append(f"{self.step}: the focus is lost")
            self.keep(f"lost-{self.step}")


class Keyboard(Hands):
    """Nothing but keys."""

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def reach(self, control: Any) -> None:
        """Tab until the control has the focus; a row or a head may be drawn anew meanwhile."""
        control.wait_for(state="attached")
        key = "Shift+Tab" if control.evaluate(BEFORE) else "Tab"
        for _press in range(FAR):
            if control.evaluate("el => el === document.activeElement"):
                return
            self.page.keyboard.press(key)
        self.keep(f"unreached-{self.step}")
        raise AssertionError(f"{self.step}: {control} cannot be reached with {key}")

    def use(self, control: Any) -> None:
        self.reach(control)
        is_box = control.evaluate("el => el.matches('[type=checkbox], [type=radio]')")
        self.press("Space" if is_box else "Enter")

    def enter(self, field: Any) -> None:
        self.reach(field)

    def pick(self, choice: Any, value: str) -> None:
        self.reach(choice)
        for _press in range(60):
            if choice.input_value() == value:
                return
            self.press("ArrowDown")
        raise AssertionError(f"{self.step}: {value} is not in the list")

    def readers(self, mode: str) -> None:
        wanted = self.page.locator(f"#composer [name=mode][value={mode}]")
        self.reach(self.page.locator("#composer [name=mode]:checked"))
        for _press in range(3):
            if wanted.is_checked():
                return
            self.press("ArrowRight")
        assert wanted.is_checked(), f"{self.step}: nobody can write for {mode}"

    def leave_fields(self) -> None:
        """Escape out of a menu and out of a field, so that single keys are keys."""
        for _press in range(3):
            if not self.page.evaluate(BUSY):
                return
            self.press("Escape")

    def show_list(self) -> None:
        self.leave_fields()

    def open(self, conversation: Any) -> None:
        self.leave_fields()
        row = self.page.locator(f"#row-{conversation.pk}")
        row.wait_for()
        steps = self.page.evaluate(
            """pk => { const focused = document.activeElement.closest('#rows > [data-id]');
            const current = focused || document.querySelector('#rows > [aria-current]');
            const all = [...document.querySelectorAll('#rows > [data-id]')];
            const rows = all.filter((row) => !row.matches('.is-gone') || row === current);
            const at = rows.indexOf(current);
            return rows.findIndex((row) => row.dataset.id === String(pk)) - at; }""",
            conversation.pk,
        )
        for _press in range(abs(steps)):
            self.press("j" if steps > 0 else "k")
        self.reach(row.locator("a"))
        self.press("Enter")
        self.on_thread(conversation)

    def menu(self, name: str) -> Any:
        self.leave_fields()
        self.press({"assign": "a", "hand-over": "t", "labels": "l", "snooze": "z", "macros": "m"}[name])
        body = self.page.locator(f'[data-menu="{name}"] .drop-body')
        body.locator("form").first.wait_for()
        return body

    def beside(self, part: str) -> Any:
        body = self.page.locator(f'#together [data-menu="{part}"] .fold-body')
        if part == "ask":
            self.leave_fields()
            self.press("d")
        else:
            self.use(self.page.locator(f'#together [data-menu="{part}"] > summary'))
        body.locator("form").first.wait_for()
        return body


class Touch(Hands):
    """A thumb: what is tapped must be as large as one."""

    is_touch = True

    def tap(self, control: Any) -> None:
        control.wait_for()
        width, height = control.evaluate(TARGET)
        if not width:  # it was drawn anew just now
            control.wait_for()
            width, height = control.evaluate(TARGET)
        if min(width, height) < THUMB - 0.5:
            said = control.evaluate("el => el.outerHTML.slice(0, 130)")
            self.wrong.append(f"{self.step}: {width} x {height} px is small for a thumb: {said}")
        control.tap()

    def use(self, control: Any) -> None:
        control.wait_for(state="attached")
        label = control.locator("xpath=ancestor::label[1]")
        is_hidden = control.evaluate("el => el.matches('input.sr')")
        self.tap(label if is_hidden else control)

    def enter(self, field: Any) -> None:
        self.tap(field)

    def pick(self, choice: Any, value: str) -> None:
        self.tap(choice)
        choice.select_option(value)

    def readers(self, mode: str) -> None:
        if self.page.locator("#composer.is-folded").count():
            self.tap(self.page.locator("#draft"))
        self.use(self.page.locator(f"#composer [name=mode][value={mode}]"))

    def show_list(self) -> None:
        back = self.page.locator("#th-head a[data-show=list]")
        if urlsplit(self.page.url).path.startswith("/c/") and back.is_visible():
            self.tap(back)
        self.page.locator("#list-scroll").wait_for()

    def open(self, conversation: Any) -> None:
        self.show_list()
        self.tap(self.page.locator(f"#row-{conversation.pk} a"))
        self.on_thread(conversation)
        self.page.locator("#draft").wait_for()

    def menu(self, name: str) -> Any:
        self.tap(self.page.locator('[data-menu="more"] > summary'))
        self.tap(self.page.locator(f'[data-menu="more"] a.only-m[href$="/{name}/"]'))
        body = self.page.locator("main .choice-body, main #hand-over")
        body.first.wait_for()
        return body.first

    def beside(self, part: str) -> Any:
        if not self.page.locator("#card").is_visible():
            self.tap(self.page.locator("#th-head button[data-show=details]"))
        self.tap(self.page.locator(f'#together [data-menu="{part}"] > summary'))
        body = self.page.locator(f'#together [data-menu="{part}"] .fold-body')
        body.locator("form").first.wait_for()
        return body

    def back_to_thread(self) -> None:
        """From the customer's card."""
        if self.page.locator("#card [data-show=thread]").is_visible():
            self.tap(self.page.locator("#card [data-show=thread]"))
