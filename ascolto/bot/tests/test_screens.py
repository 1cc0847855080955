"""The screens of flows: written by text or by form, proved, published, gone back; seen by who may."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ascolto.bot import actions
from ascolto.bot.live import READY_MADE, at_hand
from ascolto.bot.models import BotFlow, BotPost, Dialogue
from ascolto.bot.rewriting import plain
from ascolto.bot.tests.samples import CARE, PART, make_writer, published
from ascolto.testing.factories import Cast, make_cast, make_inbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def browser_of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def rosa(cast: Cast) -> Client:
    return browser_of(make_writer())


def page(client: Client, screen: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(f"bot:{screen}", args=args), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def read(client: Client, screen: str, *args: Any, **given: Any) -> str:
    """Post, and read the page that follows."""
    return client.post(reverse(f"bot:{screen}", args=args), given, follow=True).content.decode()


class FormReader(HTMLParser):
    """What a browser would post of the form with `based_on`."""

    def __init__(self) -> None:
        super().__init__()
        self.typed: dict[str, str] = {}
        self._area = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name, value = told.get("name") or "", told.get("value") or ""
        if tag == "textarea":
            self._area, self.typed[name] = name, ""
        elif tag == "select":
            self._select, self.typed[name] = name, ""
        elif tag == "option" and self._select and "selected" in told:
            self.typed[self._select] = value
        elif tag == "input" and (told.get("type") != "checkbox" or "checked" in told):
            self.typed[name] = value or ("on" if told.get("type") == "checkbox" else "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("textarea", "select"):
            self._area = self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.typed[self._area] += data.removeprefix("\n")


def fields_of(client: Client, *args: Any, screen: str = "node", **query: Any) -> dict[str, str]:
    """The form as a browser would post it."""
    shown = page(client, screen, *args, **query)
    start = shown.index('name="based_on"')
    reader = FormReader()
    reader.feed(shown[shown.rindex("<form", 0, start) : shown.index("</form>", start)])
    return reader.typed | {"do": "save"}


def test_rosa_begins_with_a_small_flow_and_publishes_it(rosa: Client) -> None:
    assert "There is no flow yet" in page(rosa, "flows")
    shown = read(rosa, "new-flow", name="bills", languages="it,en")
    assert "Checked: a person is one step away" in shown
    assert "Publish version 1" in shown
    assert "Version 1 runs now." in read(rosa, "publish", "bills", number=1)
    assert at_hand().version_of("bills") is not None
    shown = page(rosa, "flows")
    assert "version 1 runs" in shown
    assert "Answers nowhere yet" in shown
    assert "There is a flow called bills" in read(rosa, "new-flow", name="bills", languages="en")
    assert "Begin with a letter" in read(rosa, "new-flow", name="1bills", languages="en")


def test_what_is_wrong_is_shown_with_its_line_and_nothing_is_lost(rosa: Client) -> None:
    published()
    broken = CARE.replace("next: bye", "next: nowhere")
    shown = rosa.post(reverse("bot:check", args=["care"]), {"text": broken}).content.decode()
    assert "not right yet" in shown
    assert 'data-line="' in shown
    assert "<code>bill</code>" in shown
    shown = read(rosa, "text", "care", text=broken, based_on=1, note="Try")
    assert "Saved as version 2." in shown
    answer = rosa.post(reverse("bot:publish", args=["care"]), {"number": 2})
    assert answer.status_code == 422
    assert "Version 2 was not published." in answer.content.decode()
    assert at_hand().version_of("care").number == 1  # type: ignore[union-attr]
    answer = rosa.post(reverse("bot:text", args=["care"]), {"text": CARE + "# mine", "based_on": 1})
    assert answer.status_code == 422
    assert "Somebody else saved meanwhile" in answer.content.decode()
    assert "# mine" in answer.content.decode()
    assert 'name="based_on" value="2"' in answer.content.decode()


def test_versions_are_compared_and_gone_back_to(rosa: Client) -> None:
    first = published()
    second = actions.save_version(
        by=None, flow=first.flow, text=CARE.replace("My bill", "A bill"), note="Shorter"
    )
    actions.publish(by=None, version=second)
    shown = page(rosa, "versions", "care", **{"from": 1, "to": 2})
    assert 'data-kind="gone"' in shown
    assert "A bill" in shown
    assert "Shorter" in shown
    assert "# the first words" in page(rosa, "version", "care", 1)
    assert rosa.get(reverse("bot:version", args=["care", 1]), {"raw": 1}).content.decode() == CARE
    shown = read(rosa, "publish", "care", number=1)
    assert "Version 3 runs now." in shown
    assert "Version 2 ran before." in shown
    read(rosa, "publish", "care", number=2)
    assert at_hand().version_of("care").number == 4  # type: ignore[union-attr]
    assert "No version of Assistenza runs any more" in read(rosa, "switch", "care", do="withdraw")
    assert rosa.get(reverse("bot:version", args=["care", 9])).status_code == 404
    assert rosa.get(reverse("bot:versions", args=["care"]), {"from": "²x"}).status_code == 404


def test_every_node_is_saved_by_its_form_without_changing_anything(rosa: Client) -> None:
    for slug in ("care", "bill", "fault", "hours", "complaint", "relocation"):
        text = (READY_MADE / f"{slug}.yaml").read_text("utf-8")
        actions.create_flow(by=None, text=text)
        document = plain(text)
        for name in document["nodes"]:
            typed = fields_of(rosa, slug, name)
            answer = rosa.post(reverse("bot:node", args=[slug, name]), typed)
            assert answer.status_code == 302, (slug, name)
        for name in document.get("slots", {}):
            answer = rosa.post(
                reverse("bot:slot", args=[slug, name]), fields_of(rosa, slug, name, screen="slot")
            )
            assert answer.status_code == 302, (slug, name)
        last = BotFlow.objects.get(slug=slug).versions.first()
        assert last is not None
        assert last.text == text


def latest(slug: str = "care") -> str:
    found = BotFlow.objects.get(slug=slug).versions.first()
    assert found is not None
    return found.text


def test_a_node_is_changed_by_a_form_and_comments_stay(rosa: Client) -> None:
    published()
    typed = fields_of(rosa, "care", "welcome")
    typed |= {"f.menu.en": "How can we help?", "r1.label.en": "The bill", "do": "row-up:1"}
    shown = rosa.post(reverse("bot:node", args=["care", "welcome"]), typed).content.decode()
    assert shown.index("The bill") < shown.index("A fault")
    swapped = {"r0": "1", "r1": "0"}
    for key, value in list(typed.items()):
        if key[:3] in ("r0.", "r1."):
            swapped[("r1." if key[:3] == "r0." else "r0.") + key[3:]] = value
    rosa.post(reverse("bot:node", args=["care", "welcome"]), {**typed, **swapped, "do": "save"})
    said = plain(latest())["nodes"]["welcome"]
    assert [one["id"] for one in said["options"]] == ["bill", "fault"]
    assert said["menu"]["en"] == "How can we help?"
    assert "- id: fault   # the line is dead" in latest()
    assert "# What Telvia's customers hear first." in latest()


def test_a_node_comes_is_renamed_and_goes(rosa: Client) -> None:
    published()
    typed = fields_of(rosa, "care", screen="new-node", verb="say") | {
        "name": "thanks",
        "f.say.it": "Grazie",
        "f.say.en": "Thanks",
        "f.next": "bye",
    }
    answer = rosa.post(reverse("bot:new-node", args=["care"]), typed)
    assert answer["Location"] == reverse("bot:node", args=["care", "thanks"])
    assert "  thanks: {say: {it: Grazie, en: Thanks}, next: bye}\n" in latest()
    typed = fields_of(rosa, "care", "bye") | {"name": "farewell"}
    rosa.post(reverse("bot:node", args=["care", "bye"]), typed)
    assert "next: farewell}" in latest()
    assert "There is a thanks already" in read(
        rosa, "node", "care", "bill", **fields_of(rosa, "care", "bill") | {"name": "thanks"}
    )
    rosa.post(
        reverse("bot:node", args=["care", "thanks"]), fields_of(rosa, "care", "thanks") | {"do": "delete"}
    )
    assert "thanks" not in latest()
    typed = fields_of(rosa, "care", screen="new-slot") | {
        "name": "street",
        "f.type": "text",
        "f.ask.it": "Dove?",
        "f.ask.en": "Where?",
    }
    rosa.post(reverse("bot:new-slot", args=["care"]), typed)
    assert plain(latest())["slots"]["street"]["ask"] == {"it": "Dove?", "en": "Where?"}
    assert rosa.get(reverse("bot:new-node", args=["care"]), {"verb": "fly"}).status_code == 404
    assert rosa.get(reverse("bot:node", args=["care", "nobody"])).status_code == 404


@pytest.mark.parametrize(
    "verb",
    [
        "say",
        "ask",
        "menu",
        "look_up",
        "call",
        "request",
        "call_back",
        "hours",
        "set",
        "when",
        "flow",
        "hand_off",
        "end",
    ],
)
def test_every_kind_of_node_can_be_written(rosa: Client, verb: str) -> None:
    published()
    typed = fields_of(rosa, "care", screen="new-node", verb=verb) | {"name": "fresh"}
    for name, value in list(typed.items()):
        if name not in ("name", "do", "based_on", "verb", "r0") and not value:
            typed[name] = "bye" if name.endswith(("next", "found", "open", "closed", "else")) else "code"
    answer = rosa.post(reverse("bot:new-node", args=["care"]), typed)
    assert answer.status_code == 302, answer.content.decode()
    assert verb in plain(latest())["nodes"]["fresh"]
    again = fields_of(rosa, "care", "fresh")
    assert rosa.post(reverse("bot:node", args=["care", "fresh"]), again).status_code == 302
    assert BotFlow.objects.get(slug="care").versions.count() == 2


def test_two_people_change_different_nodes_and_not_the_same_one(rosa: Client) -> None:
    published()
    mine, other = fields_of(rosa, "care", "bye"), fields_of(rosa, "care", "bill")
    rosa.post(reverse("bot:node", args=["care", "bill"]), other | {"f.say.en": "It is online."})
    answer = rosa.post(reverse("bot:node", args=["care", "bye"]), mine | {"f.end.say.en": "Bye."})
    assert answer.status_code == 302
    assert "It is online." in latest()
    answer = rosa.post(reverse("bot:node", args=["care", "bill"]), other | {"f.say.en": "Another way."})
    assert answer.status_code == 422
    assert "Somebody else saved meanwhile" in answer.content.decode()
    assert "Another way." in answer.content.decode()


def test_an_inbox_is_given_to_a_flow_and_back_to_people(rosa: Client, cast: Cast) -> None:
    assert "No flow is published yet" in page(rosa, "posts")
    published()
    assert "goes to people" in page(rosa, "posts")
    assert "The bot answers first at" in read(rosa, "post", cast.inbox.pk, flow="care", on="1")
    assert at_hand().post_of(cast.inbox.pk) is not None
    assert "Answers at: " in page(rosa, "flows")
    assert "people answer" in read(rosa, "post", cast.inbox.pk, flow="care")
    draft = actions.save_version(by=None, flow=BotFlow.objects.get(), text=CARE.replace("My bill", "A bill"))
    read(rosa, "post", cast.inbox.pk, flow="care", on="1", rival=f"version:{draft.pk}", share="20")
    assert "20% of the dialogues: Care 2" in page(rosa, "posts")
    read(rosa, "post", cast.inbox.pk, flow="")
    assert not BotPost.objects.exists()


def test_leads_read_agents_and_strangers_do_not(cast: Cast) -> None:
    published()
    anna, marco = browser_of(cast.anna), browser_of(cast.marco)
    for name, args in (
        ("flows", ()),
        ("flow", ("care",)),
        ("versions", ("care",)),
        ("version", ("care", 1)),
        ("posts", ()),
    ):
        address = reverse(f"bot:{name}", args=args)
        assert anna.get(address).status_code == 200
        assert marco.get(address).status_code == 403
        assert browser_of(cast.viktor).get(address).status_code == 403
        assert Client().get(address).status_code == 302
    assert "Publish" not in page(anna, "flow", "care")
    for name, args in (
        ("text", ("care",)),
        ("check", ("care",)),
        ("node", ("care", "bye")),
        ("new-node", ("care",)),
        ("new-slot", ("care",)),
        ("slot", ("care", "code")),
        ("publish", ("care",)),
        ("switch", ("care",)),
        ("new-flow", ()),
        ("take-ready-made", ()),
        ("post", (cast.inbox.pk,)),
    ):
        assert anna.post(reverse(f"bot:{name}", args=args), {}).status_code == 403, name


HOSTILE = [
    "\0",
    "a" * 1_060_000,
    "\U0001f600" * 10_000,
    "\u202e\u200b" * 1000,
    "e\u0301\u0316" * 20_000,
    "nodes: [" * 5000,
    "{{ 7*7 }}<script>",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_answered(rosa: Client, text: str) -> None:
    published()
    assert rosa.post(reverse("bot:check", args=["care"]), {"text": text}).status_code == 200
    answer = rosa.post(reverse("bot:text", args=["care"]), {"text": text, "based_on": text[:20]})
    assert answer.status_code in (302, 422)
    actions.save_version(by=None, flow=BotFlow.objects.get(), text=CARE + "# again")
    typed = fields_of(rosa, "care", "bill") | {"f.say.en": text, "f.next": text[:300], "based_on": text[:9]}
    answer = rosa.post(reverse("bot:node", args=["care", "bill"]), typed)
    assert answer.status_code in (302, 422)
    assert b"<script>" not in answer.content.replace(b"<script type", b"")
    assert rosa.get(reverse("bot:flow", args=["care"])).status_code == 200


def test_a_text_that_cannot_be_read_is_mended_as_text(rosa: Client) -> None:
    version = published()
    actions.save_version(by=None, flow=version.flow, text="flow: care\nnodes: [")
    assert "This is no YAML" in page(rosa, "flow", "care")
    assert rosa.get(reverse("bot:node", args=["care", "bye"]))["Location"] == reverse(
        "bot:text", args=["care"]
    )
    assert "mend it here first" in page(rosa, "text", "care")


def test_what_a_form_cannot_show_without_losing_some_of_it_is_changed_as_text(rosa: Client) -> None:
    many = "".join(f"\n      - {{id: o{n}, label: {{it: A, en: A}}, next: bye}}" for n in range(70))
    text = CARE.replace("    options:", f"    options:{many}")
    actions.create_flow(by=None, text=text + "  odd: text\n  list: {when: [a, b]}\n")
    for name in ("welcome", "odd", "list"):
        answer = rosa.get(reverse("bot:node", args=["care", name]))
        assert answer["Location"] == reverse("bot:text", args=["care"]), name
    assert "A form cannot show this" in page(rosa, "text", "care")


def test_the_list_asks_as_much_for_one_flow_as_for_many(rosa: Client, cast: Cast) -> None:
    def asked(name: str) -> int:
        rosa.get(reverse(f"bot:{name}"))
        with CaptureQueriesContext(connection) as queries:
            rosa.get(reverse(f"bot:{name}"))
        return len(queries)

    version = published()
    talk = cast.writes()
    Dialogue.objects.create(conversation=talk, account=cast.inbox, version=version, status="handed")
    before = {name: asked(name) for name in ("flows", "posts")}
    for n in range(5):
        one = published(CARE.replace("flow: care", f"flow: care{n}"))
        actions.set_post(by=None, account=make_inbox(name=f"Inbox {n}"), flow=one.flow)
    published(PART)
    assert {name: asked(name) for name in ("flows", "posts")} == before
    assert "100% went to a person" in page(rosa, "flows")


def test_the_houses_own_flow_becomes_ones_own(rosa: Client) -> None:
    assert "Make it your own" in page(rosa, "flows")
    read(rosa, "new-flow", **{"from": "away"})
    assert BotFlow.objects.get().slug == "away"
    assert "Make it your own" not in page(rosa, "flows")
