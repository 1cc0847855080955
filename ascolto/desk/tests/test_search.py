"""The search box as Marco uses it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from ascolto.conversations.actions import add_note
from ascolto.events.consumers import feed_all
from ascolto.search.models import Reindexing
from ascolto.testing.factories import Cast, make_conversation, make_customer

As = Callable[..., Client]
pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = {"HTTP_HX_REQUEST": "true"}


def test_marco_sees_what_was_said_with_the_words_marked(cast: Cast, as_: As) -> None:
    wanted = cast.writes("Il router <i>lampeggia</i> rosso da ieri")
    make_conversation(cast.inbox, "Un'altra cosa", customer=make_customer("Paolo Ricci"))
    feed_all()
    page = as_(cast.marco).get("/?q=lampeggia+giulia").content.decode()
    assert "&lt;i&gt;<mark>lampeggia</mark>&lt;/i&gt; rosso" in page
    assert "<mark>Giulia</mark> Ferri" in page
    assert f"#m-{wanted.messages.get().pk}" in page
    assert "Paolo Ricci" not in page
    assert "1 conversation<" in page


def test_a_note_says_who_wrote_it(cast: Cast, as_: As) -> None:
    add_note(agent=cast.anna, conversation=cast.writes(), text="cliente importante")
    feed_all()
    page = as_(cast.marco).get("/?q=importante").content.decode()
    assert "Anna Neri: " in page
    assert "cliente <mark>importante</mark>" in page


def test_viktor_finds_nothing_of_it_and_is_told_what_to_try(cast: Cast, as_: As) -> None:
    cast.writes("Il router lampeggia")
    feed_all()
    page = as_(cast.viktor).get("/?q=ruoter").content.decode()
    assert "Nothing found" in page
    assert "lampeggia" not in page
    assert "Did you mean" not in page
    assert 'href="/?view=all&amp;q=router"' in as_(cast.marco).get("/?q=ruoter").content.decode()


def test_what_is_no_filter_is_said(cast: Cast, as_: As) -> None:
    cast.writes("router")
    feed_all()
    marco = as_(cast.marco)
    assert "“colour:red” is no filter" in marco.get("/?q=router+colour:red").content.decode()
    assert "“status:purple” was not understood" in marco.get("/?q=status:purple").content.decode()
    assert "There is nothing called “label:nope”" in marco.get("/?q=label:nope").content.decode()


def test_more_hits_come_page_by_page(cast: Cast, as_: As) -> None:
    for number in range(30):
        make_conversation(cast.inbox, "router rotto", customer=make_customer(f"Cliente {number}"))
    feed_all()
    marco = as_(cast.marco)
    first = marco.get("/?q=router").content.decode()
    assert first.count("data-row=") == 25
    assert "30 conversations<" in first
    address = first.split('id="more"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    assert marco.get(address, **SCRIPT).content.decode().count("data-row=") == 5
    assert marco.get("/?q=router&cursor=nonsense").status_code == 404


def test_a_list_that_is_narrowed_otherwise_as_well_holds_what_is_found(cast: Cast, as_: As) -> None:
    cast.writes("router")
    feed_all()
    marco = as_(cast.marco)
    assert "data-row=" in marco.get("/?view=all&q=router&status=open").content.decode()
    assert "data-row=" not in marco.get("/?view=all&q=router&status=pending").content.decode()


def test_the_page_says_that_old_messages_are_still_being_indexed(cast: Cast, as_: As) -> None:
    Reindexing.objects.update_or_create(pk=1, defaults={"below": 41, "newest": 100})
    assert "60 % are done" in as_(cast.marco).get("/?q=router").content.decode()


def test_the_help_tells_what_can_be_typed(cast: Cast, as_: As) -> None:
    help_text = as_(cast.marco).get("/search/?help=1", **SCRIPT).content.decode()
    assert 'data-search-insert="from:giulia"' in help_text
    assert as_(cast.marco).get("/search/")["Location"] == "/?search=1&view=all"


@pytest.mark.parametrize("typed", ['"', "%00", "a" * 3000, "from:", "🙂", "'); DROP TABLE x;--", "%F0%9F"])
def test_whatever_is_typed_the_page_stands(cast: Cast, as_: As, typed: str) -> None:
    assert as_(cast.marco).get(f"/?q={typed}").status_code == 200
