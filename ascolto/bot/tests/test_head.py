"""A flow's head by a form: what changes is what was changed, comments stay, a language takes its texts with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from ascolto.bot import actions
from ascolto.bot.actions.proving import findings_of
from ascolto.bot.head import EDITED, FIELDS, Head
from ascolto.bot.live import READY_MADE
from ascolto.bot.models import BotFlow
from ascolto.bot.reading import KEYS, read_flow
from ascolto.bot.rewriting import plain, rewritten
from ascolto.bot.tests.samples import CARE, make_writer, published
from ascolto.bot.tests.test_rewriting import changed_lines
from ascolto.bot.tests.test_screens import browser_of, fields_of, latest, page, read
from ascolto.testing.factories import Cast, make_cast

FLOWS = {path.stem: path.read_text("utf-8") for path in sorted(READY_MADE.glob("*.yaml"))}


def typed(text: str, **changed: str | None) -> str:
    """The text after its form was filled in: `changed` by name of a field, None for a tick that is taken away."""
    document = plain(text)
    head = Head.of(document)
    assert head is not None
    post: dict[str, Any] = {f"language.{one}": "on" for one in head.languages}
    for one in head.controls(known_for_head_without_teams(document)):
        post |= {each.name: each.value for each in one.texts}
        post |= {each.spoken_name: each.spoken for each in one.texts if each.spoken_name}
        if not one.texts and (one.kind != "truth" or one.is_on):
            post[one.name] = one.value
    post |= {name: value for name, value in changed.items() if value is not None}
    for name in (name for name, value in changed.items() if value is None):
        post.pop(name)
    head.fill(post)
    head.put_into(document)
    return rewritten(text, document)


def known_for_head_without_teams(document: dict[str, Any]) -> Any:
    from ascolto.bot.node_fields import Known

    return Known({"nodes": list(document["nodes"])})


@pytest.mark.parametrize("slug", FLOWS)
def test_a_head_that_nobody_changed_changes_nothing(slug: str) -> None:
    assert typed(FLOWS[slug]) == FLOWS[slug]


def test_every_key_of_a_head_has_its_field() -> None:
    assert {one.path[0] for one in FIELDS} | {"languages"} == set(EDITED)
    assert set(EDITED) == set(KEYS) - {"flow", "slots", "nodes"}


def test_only_what_was_changed_is_another_line() -> None:
    text = typed(CARE, **{"f.title.en": "Customer care"})
    assert changed_lines(CARE, text) == [
        "-title: {it: Assistenza, en: Care}",
        "+title: {it: Assistenza, en: Customer care}",
    ]
    text = typed(CARE, **{"f.start": "bill"})
    assert changed_lines(CARE, text) == ["-start: welcome", "+start: bill"]


def test_new_keys_stand_above_the_slots_in_their_order() -> None:
    text = typed(
        CARE,
        **{
            "f.person.words.it": "tecnico\nqualcuno",
            "f.person.team": "Care",
            "f.disclosure.it": "Sono l'assistente automatico di {company}: per una persona scrivi operatore.",
            "f.disclosure.en": "I am the automatic assistant of {company}: for a person write agent.",
            "f.part": "on",
        },
    )
    keys = [line.partition(":")[0] for line in text.splitlines() if line[:1].isalpha()]
    assert keys == ["flow", "languages", "start", "title", "part", "person", "disclosure", "slots", "nodes"]
    assert "# What Telvia's customers hear first." in text
    assert "  # the first words\n  welcome:" in text
    flow, findings = read_flow(text)
    assert findings == []
    assert flow is not None
    assert flow.person_words == {"it": ("tecnico", "qualcuno")}
    assert (flow.person_team, flow.is_called) == ("Care", True)
    assert "automatic assistant" in flow.disclosure.by_language["en"].text
    nothing = dict.fromkeys(("f.person.words.it", "f.person.team", "f.disclosure.it", "f.disclosure.en"), "")
    assert typed(text, **nothing, **{"f.part": None}) == CARE


def test_one_word_stays_one_word() -> None:
    text = CARE.replace("start: welcome\n", "start: welcome\nperson: {words: {it: tecnico}}  # ours\n")
    assert typed(text) == text
    assert "{it: tecnico, en: [technician]}}  # ours" in typed(text, **{"f.person.words.en": "technician"})


def test_a_language_that_goes_takes_its_texts_with_it() -> None:
    for text in (*FLOWS.values(), CARE):
        after = typed(text, **{"language.it": None})
        flow, findings = read_flow(after)
        assert flow is not None
        assert flow.languages == ("en",)
        assert [one for one in findings if one.code in ("language", "language_missing")] == []
        assert [line for line in after.splitlines() if line.lstrip().startswith("#")] == [
            line for line in text.splitlines() if line.lstrip().startswith("#")
        ]


def test_a_value_that_is_called_as_a_language_stays() -> None:
    values = "{it: {it: Sì, en: Yes}, fr: {it: No, en: No}}"
    slot = f"  tongue: {{type: choice, values: {values}, ask: {{it: Ok, en: Ok}}, again: {{it: O, en: O}}}}"
    text = CARE.replace("\nnodes:", f"{slot}\n\nnodes:")
    assert set(plain(typed(text, **{"language.it": None}))["slots"]["tongue"]["values"]) == {"it", "fr"}


def test_without_a_language_nothing_is_saved() -> None:
    with pytest.raises(ValidationError, match="Choose a language"):
        typed(CARE, **{"language.it": None, "language.en": None})


def test_what_a_form_cannot_show_is_left_to_the_text() -> None:
    for wrong in ("person: [a]", "person: {words: [a]}", "title: [a]"):
        assert Head.of(plain(CARE.replace("title: {it: Assistenza, en: Care}", wrong))) is None


# --- the screen ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def rosa(cast: Cast) -> Client:
    return browser_of(make_writer())


@pytest.mark.django_db
def test_rosa_changes_the_head_and_takes_it_back(rosa: Client) -> None:
    published()
    assert reverse("bot:head", args=["care"]) in page(rosa, "flow", "care")
    form = fields_of(rosa, "care", screen="head")
    assert (form["f.title.en"], form["f.start"]) == ("Care", "welcome")
    shown = read(
        rosa, "head", "care", **form | {"f.title.en": "All of care", "f.person.words.en": "technician"}
    )
    assert "Saved as version 2." in shown
    assert "All of care" in shown
    assert "  # the first words" in latest()
    assert plain(latest())["person"] == {"words": {"en": ["technician"]}}
    assert "Version 1 stays as it was." in shown
    shown = read(rosa, "again", "care", 1, on="2")
    assert "Saved as version 3." in shown
    assert latest() == CARE


@pytest.mark.django_db
def test_a_language_that_comes_has_its_fields_at_once(rosa: Client) -> None:
    published()
    form = fields_of(rosa, "care", screen="head") | {"language.de": "on", "f.title.en": "Half a wo"}
    form.pop("do")
    shown = rosa.post(reverse("bot:head", args=["care"]), form).content.decode()
    assert 'name="f.title.de"' in shown
    assert "Half a wo" in shown
    assert BotFlow.objects.get().versions.count() == 1, "nothing is saved by it"
    rosa.post(reverse("bot:head", args=["care"]), form | {"f.title.de": "Hilfe", "do": "save"})
    assert plain(latest())["languages"] == ["it", "en", "de"]
    assert plain(latest())["title"]["de"] == "Hilfe"
    assert findings_of(latest())[0].code == "language_missing"


@pytest.mark.django_db
def test_two_people_change_the_head_and_none_is_lost(rosa: Client) -> None:
    published()
    mine, other = fields_of(rosa, "care", screen="head"), fields_of(rosa, "care", "bill")
    read(rosa, "node", "care", "bill", **other | {"f.say.en": "It is online."})
    assert "Saved as version 3." in read(rosa, "head", "care", **mine | {"f.title.en": "Mine"})
    answer = rosa.post(reverse("bot:head", args=["care"]), mine | {"f.title.en": "Again mine"})
    assert answer.status_code == 422
    assert "Somebody else saved meanwhile" in answer.content.decode()
    assert "Again mine" in answer.content.decode()
    assert "It is online." in latest()


@pytest.mark.django_db
def test_an_undo_does_not_undo_what_somebody_else_wrote(rosa: Client) -> None:
    version = published()
    read(rosa, "head", "care", **fields_of(rosa, "care", screen="head") | {"f.title.en": "Mine"})
    actions.save_version(by=None, flow=version.flow, text=latest() + "# theirs\n")
    assert "Somebody else saved meanwhile" in read(rosa, "again", "care", 1, on="2")
    assert latest().endswith("# theirs\n")
    assert rosa.post(reverse("bot:again", args=["care", 9]), {"on": "3"}).status_code == 404


@pytest.mark.django_db
def test_only_who_writes_flows_changes_a_head(cast: Cast, rosa: Client) -> None:
    published()
    for person in (cast.anna, cast.marco, cast.viktor):
        for name, args in (("head", ("care",)), ("again", ("care", 1))):
            assert browser_of(person).post(reverse(f"bot:{name}", args=args), {}).status_code == 403
    assert rosa.get(reverse("bot:head", args=["nowhere"])).status_code == 404
    assert rosa.get(reverse("bot:again", args=["care", 1])).status_code == 405
    odd = CARE.replace("title: {it: Assistenza, en: Care}", "title: [a]")
    actions.save_version(by=None, flow=BotFlow.objects.get(), text=odd)
    assert rosa.get(reverse("bot:head", args=["care"]))["Location"] == reverse("bot:text", args=["care"])
