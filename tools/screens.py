"""Photographs the important screens of a running demo: `python -m tools.screens --base URL --password … [--beside DIR]`.

Each picture is a JPEG of at most 150 KB in docs/screens, named <screen>-<width>-<theme>.jpg (Italian ones end in -it). With
`--beside DIR` the drawings in DIR stand left of what is there, in docs/screens/beside.
"""

from __future__ import annotations

import argparse
import base64
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Error, Page, sync_playwright

DOMAIN = "telvia.example"
OUT = Path("docs/screens")
HEAVIEST = 150_000  # bytes of a picture
QUALITIES = (82, 74, 66, 58, 50, 42)
SIZES = {1440: (1440, 900), 1024: (1024, 768), 390: (390, 844)}
HERO, TOLD = "Federica Donati", "Loredana Testa"
LIGHT, DARK = "light", "dark"

Step = Callable[[Page], object]


@dataclass(frozen=True)
class Screen:
    """One screen: where it is, what is done there, and in which shapes it is photographed (width, theme, language)."""

    name: str
    path: str | Callable[[Page], str]
    do: Step = lambda page: None
    shapes: tuple[tuple[int, str, str], ...] = ((1440, LIGHT, "en"), (390, LIGHT, "en"))
    who: str = "anna"
    beside: dict[tuple[int, str], str] = field(default_factory=dict)  # the drawing of a shape


EVERY = tuple((width, theme, "en") for width in (1440, 390) for theme in (LIGHT, DARK))
WITH_ITALIAN = (*EVERY, (1440, LIGHT, "it"), (390, LIGHT, "it"))


def conversation(name: str) -> Callable[[Page], str]:
    """The address of somebody's conversation: it is found on the customer's own page."""

    def find(page: Page) -> str:
        customer = first(f"/customers/?q={name.split()[0]}", f"a[href^='/customers/']:has-text('{name}')")(
            page
        )
        return first(customer, "#main a[href^='/c/']")(page)

    return find


def first(path: str, selector: str) -> Callable[[Page], str]:
    """The address that the first such link of a page leads to."""
    return lambda page: _linked(page, path, selector)


def _linked(page: Page, path: str, selector: str) -> str:
    page.goto(path)
    found = page.locator(selector).first
    found.wait_for(state="attached", timeout=8_000)
    return (found.get_attribute("href") or "/").partition("?")[0]


def rehearse(*selectors: str) -> Step:
    """Press these, and look at what the customer sees."""

    def do(page: Page) -> None:
        click(*selectors)(page)
        page.locator(".reh-tools").evaluate("one => one.scrollIntoView({ block: 'start' })")

    return do


def summary(page: Page) -> None:
    """What the assistant told who goes on."""
    page.get_by_text("Told already, not to be asked again").first.evaluate(
        "one => one.scrollIntoView({ block: 'center' })"
    )


def with_bot(page: Page) -> str:
    """The address of a conversation in which the automatic assistant wrote and a person goes on."""
    page.goto("/search/?q=operatore")
    links = page.locator("#list a[href^='/c/']").evaluate_all(
        "all => all.map(one => one.getAttribute('href'))"
    )
    for link in dict.fromkeys(each.partition("?")[0] for each in links):
        page.goto(link)
        if page.get_by_text("Told already, not to be asked again").count():
            return str(link)
    raise Error("the assistant wrote in none of the conversations that were found")


def on_website(page: Page) -> str:
    """A page of the company with its chat. It stands on our own address, and never leaves the browser."""
    page.goto(_linked(page, "/settings/inboxes/", "#main a:has-text('Website chat')"))
    found = re.search(r"contact/chat/([\w-]+)/widget\.js", page.content())
    if found is None:
        raise Error("the chat has no address")
    site = (
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>Telvia</title><h1>Telvia</h1><script src='/contact/chat/{found[1]}/widget.js' async></script>"
    )
    page.route("**/website-of-telvia", lambda route: route.fulfill(body=site, content_type="text/html"))
    return "/website-of-telvia"


def chat(page: Page) -> None:
    """A customer opens the chat and writes; the assistant offers its choices."""
    page.get_by_role("button", name="Open the chat").click()
    page.get_by_role("textbox").first.fill("I need some help with my contract please")
    page.keyboard.press("Enter")
    page.get_by_role("group", name="Choose an answer").wait_for(timeout=15_000)
    page.wait_for_timeout(800)


def press(*keys: str) -> Step:
    """Press these keys, one after the other."""

    def do(page: Page) -> None:
        for key in keys:
            page.keyboard.press(key)
            page.wait_for_timeout(250)

    return do


def click(*selectors: str) -> Step:
    """Press what is there of these, one after the other."""

    def do(page: Page) -> None:
        for selector in selectors:
            page.locator(selector).locator("visible=true").first.click(timeout=4_000)
            page.wait_for_timeout(400)

    return do


def write(mode: str, text: str) -> Step:
    """Write in the composer, for these readers."""

    def do(page: Page) -> None:
        choice = page.locator(
            f"#composer input[name=mode][value^='{mode}'], #composer [data-mode='{mode}']"
        ).first
        with suppress(Error):
            choice.click(timeout=2_000, force=True)
        page.locator("#draft").fill(text)
        page.wait_for_timeout(1_500)

    return do


def tick(page: Page) -> None:
    """Choose the first three conversations of the list."""
    boxes = page.locator("#list .cv-pick input")
    for place in range(min(3, boxes.count())):
        boxes.nth(place).check(force=True)
    page.wait_for_timeout(600)


def scroll_to_public(page: Page) -> None:
    """The bubble that everybody reads."""
    page.locator(".bubble-pub, .msg.pub, [data-visibility=public]").first.scroll_into_view_if_needed(
        timeout=2_000
    )


OFFER = "Buongiorno Federica, la squadra è sul posto. Intanto posso proporle la fibra 2,5 Giga a 24,90 euro al mese."
MOCKS = {(1440, LIGHT): "desk-1440-light", (1440, DARK): "desk-1440-dark", (1024, LIGHT): "desk-1024-light"}
PUBLIC = {(1440, LIGHT): "desk-1440-light-public"}
ON_PHONE = {(390, LIGHT): "desk-390-light-thread", (390, DARK): "desk-390-dark-thread"}
DESK = (*WITH_ITALIAN[:2], (1024, LIGHT, "en"), (1440, LIGHT, "it"))

SCREENS = (
    Screen("desk", conversation(HERO), write("private", OFFER), DESK, beside=MOCKS),
    Screen("thread-phone", conversation(HERO), shapes=((390, LIGHT, "en"), (390, DARK, "en"), (390, LIGHT, "it")), beside=ON_PHONE),
    Screen("list", "/", shapes=WITH_ITALIAN, beside={(390, LIGHT): "desk-390-light-list"}),
    Screen("public", conversation(HERO), write("public", "Buongiorno Federica, le rispondo in privato sul guasto."),
            ((1440, LIGHT, "en"), (390, LIGHT, "en")), beside=PUBLIC),
    Screen("note", conversation(HERO), write("note", "@Marco il signor Haas ha l'ora del ripristino?")),
    Screen("told-already", conversation(TOLD), write("private", "Mi può confermare il codice cliente?")),
    Screen("card-phone", conversation(HERO), click("[data-show=details]"),
            ((390, LIGHT, "en"),), beside={(390, LIGHT): "desk-390-light-details"}),
    Screen("customer", first("/customers/?q=Federica", "a[href^='/customers/']:has-text('Federica')"), shapes=WITH_ITALIAN),
    Screen("customers", "/customers/"),
    Screen("duplicates", "/customers/duplicates/"),
    Screen("view-builder", first("/views/", "#main a[href^='/views/']:not([href='/views/new/']):not([href='/views/'])")),
    Screen("bulk-bar", "/", tick),
    Screen("macros-here", lambda page: conversation(TOLD)(page) + "macros/"),
    Screen("rules", "/settings/rules/", shapes=WITH_ITALIAN),
    Screen("rule-log", first("/settings/rules/", "a[href$='/log/']")),
    Screen("macros", "/settings/macros/"),
    Screen("labels", "/settings/labels/"),
    Screen("settings", "/settings/", shapes=WITH_ITALIAN),
    Screen("roles", "/settings/roles/"),
    Screen("audit", "/settings/log/"),
    Screen("notifications", "/notifications/", shapes=EVERY),
    Screen("mentions", "/mentions/"),
    Screen("approvals", "/approvals/"),
    Screen("drafts", "/drafts/"),
    Screen("palette", "/", press("Control+k"), EVERY),
    Screen("keyboard", "/", press("?"), ((1440, LIGHT, "en"), (1440, DARK, "en"))),
    Screen("problems", "/problems/"),
    Screen("problem", first("/problems/", "#main .card a[href^='/problems/'], #main li a[href^='/problems/']"), shapes=EVERY),
    Screen("requests", "/requests/", who="viktor", shapes=EVERY),
    Screen("bot-flows", "/settings/bot/"),
    Screen("bot-picture", "/settings/bot/flows/fault/", shapes=WITH_ITALIAN),
    Screen("bot-about", "/settings/bot/flows/care/about/"),
    Screen("bot-form", "/settings/bot/flows/care/nodes/welcome/", shapes=EVERY),
    Screen("bot-text", "/settings/bot/flows/care/text/"),
    Screen("bot-rehearsal", "/settings/bot/flows/care/rehearse/", rehearse("#do-begin", "#choice-1"), EVERY),
    Screen("bot-call", "/settings/bot/flows/care/rehearse/", rehearse("#skin-phone", "#do-begin", "#key-1")),
    Screen("bot-desk", with_bot, summary, EVERY),
    Screen("bot-chat", on_website, chat, EVERY,
            beside={(390, LIGHT): "widget-390-light-bot", (1440, LIGHT): "widget-1440-light"}),
)  # fmt: skip


OF_README = {
    ("desk", (1440, LIGHT, "en")): "desk.png",
    ("thread-phone", (390, DARK, "en")): "desk-dark-phone.png",
}


class Photographer:
    """One signed-in look at the demo a person, theme, width and language."""

    def __init__(self, browser: Browser, base: str, password: str, out: Path) -> None:
        self.browser, self.base, self.password, self.out = browser, base, password, out
        self._cookies: dict[str, Any] = {}

    @contextmanager
    def page(self, who: str, shape: tuple[int, str, str]) -> Iterator[Page]:
        """A page of this person."""
        width, theme, language = shape
        size = SIZES[width]
        context = self.browser.new_context(
            base_url=self.base,
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,  # type: ignore[arg-type]
            locale="it-IT" if language == "it" else "en-GB",
            reduced_motion="reduce",
            has_touch=width == 390,
            service_workers="block",  # one would answer for the page that on_website makes
            storage_state=self._cookies.get(who),
        )
        page = context.new_page()
        if who not in self._cookies:
            self._sign_in(page, who)
            self._cookies[who] = context.storage_state()
        yield page
        context.close()

    def _sign_in(self, page: Page, who: str) -> None:
        page.goto("/sign-in/")
        page.fill("input[name=email]", f"{who}@{DOMAIN}")
        page.fill("input[name=password]", self.password)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/sign-in/" not in url)

    def take(self, screen: Screen, shape: tuple[int, str, str]) -> Path:
        """Go there, do what is to be done, and keep the picture."""
        with self.page(screen.who, shape) as page:
            page.goto(screen.path if isinstance(screen.path, str) else screen.path(page))
            page.wait_for_load_state("load")
            page.wait_for_timeout(900)  # fragments arrive
            with suppress(Error):
                screen.do(page)
            page.wait_for_timeout(400)
            file = self.out / f"{screen.name}-{shape[0]}-{shape[1]}{'-it' if shape[2] == 'it' else ''}.jpg"
            file.write_bytes(light_enough(page))
            if name := OF_README.get((screen.name, shape)):
                (self.out / name).write_bytes(fewer_colours(self.browser, page.screenshot()))
        return file


def light_enough(page: Page) -> bytes:
    """A JPEG of what the page shows, as good as HEAVIEST allows."""
    for quality in QUALITIES:
        picture = page.screenshot(type="jpeg", quality=quality)
        if len(picture) <= HEAVIEST:
            break
    return picture


PIXELS = """async (source) => {
  const image = new Image(); image.src = source; await image.decode();
  const canvas = document.createElement("canvas"); canvas.width = image.width; canvas.height = image.height;
  const pen = canvas.getContext("2d"); pen.drawImage(image, 0, 0);
  const all = pen.getImageData(0, 0, canvas.width, canvas.height).data;
  let text = ""; for (let k = 0; k < all.length; k += 32768) text += String.fromCharCode(...all.subarray(k, k + 32768));
  return [image.width, image.height, btoa(text)];
}"""


def fewer_colours(browser: Browser, png: bytes) -> bytes:
    """The same picture with the 256 colours that it uses most: nobody sees it, and it weighs less than half."""
    page = browser.new_page()
    width, height, told = page.evaluate(PIXELS, f"data:image/png;base64,{base64.b64encode(png).decode()}")
    page.close()
    pixels = np.frombuffer(base64.b64decode(told), np.uint8).reshape(-1, 4)[:, :3]
    colours, place, times = np.unique(pixels, axis=0, return_inverse=True, return_counts=True)
    usual = colours[np.argsort(-times)]
    _, hues = np.unique(
        usual >> 5, axis=0, return_index=True
    )  # of every hue its most used colour, then what is used most
    palette = usual[list(dict.fromkeys([*np.sort(hues)[:160].tolist(), *range(256)]))[:256]]
    far = np.abs(colours[:, None].astype(np.int16) - palette[None]).sum(axis=2, dtype=np.int32)
    rows = far.argmin(axis=1).astype(np.uint8)[place.reshape(-1)].reshape(height, width)
    plain = b"".join(b"\0" + row.tobytes() for row in rows)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = (
        (b"IHDR", head),
        (b"PLTE", palette.tobytes()),
        (b"IDAT", zlib.compress(plain, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def put_beside(browser: Browser, drawing: Path, ours: Path, out: Path) -> None:
    """The drawing left, what is there right."""

    def source(file: Path) -> str:
        kind = "png" if file.suffix == ".png" else "jpeg"
        return f"data:image/{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"

    width = int(re.findall(r"-(\d+)-", ours.name)[-1])
    page = browser.new_page(viewport={"width": 2 * width + 24, "height": SIZES[width][1]})
    page.set_content(
        "<style>body{margin:0;display:flex;gap:24px;background:#888}img{width:"
        + f"{width}px;height:auto"
        + "}</style>"
        f"<img src='{source(drawing)}'><img src='{source(ours)}'>"
    )
    page.wait_for_function("[...document.images].every(one => one.complete)")
    out.write_bytes(light_enough(page))
    page.close()


def main() -> None:
    """Take every picture, or those whose names begin with --only."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", required=True)
    parser.add_argument(
        "--password", required=True, help="of everybody in the demo (it is printed at its start)"
    )
    parser.add_argument("--beside", type=Path, help="a directory with drawings")
    parser.add_argument("--only", default="", help="screens whose names begin so, separated by commas")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    given = parser.parse_args()
    (given.out / "beside").mkdir(parents=True, exist_ok=True)
    wanted = tuple(given.only.split(","))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium)
        photographer = Photographer(browser, given.base, given.password, given.out)
        for screen in (one for one in SCREENS if one.name.startswith(wanted)):
            for shape in screen.shapes:
                try:
                    file = photographer.take(screen, shape)
                except Error as error:
                    print(f"{screen.name} {shape}: {error.message.splitlines()[0]}")
                    continue
                drawing = screen.beside.get(shape[:2]) if shape[2] == "en" else None
                if given.beside and drawing:
                    put_beside(
                        browser, given.beside / f"{drawing}.png", file, given.out / "beside" / file.name
                    )
        browser.close()


if __name__ == "__main__":
    main()
