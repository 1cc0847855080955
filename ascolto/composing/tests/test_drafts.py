"""Drafts are kept, conflicts are told, nothing is lost; nobody sees what is not theirs or shared."""

from __future__ import annotations

import time

import pytest

from ascolto.accounts.models import Role
from ascolto.composing.actions.drafts import (
    TEXT_AT_MOST,
    Content,
    Saved,
    forget_draft,
    give_back,
    save_draft,
    share_draft,
    take_over_draft,
)
from ascolto.composing.models import Draft, OtherDraft
from ascolto.composing.selectors import drafts_of, shared_drafts
from ascolto.composing.tests.conftest import TEXTS
from ascolto.conversations.actions import add_reply, withdraw_reply
from ascolto.conversations.files import store_file
from ascolto.conversations.models import Attachment, Conversation
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.testing.factories import Cast, make_agent

pytestmark = pytest.mark.django_db


def save(cast: Cast, conversation: Conversation, text: str, version: int = 0, **more: object) -> Saved:
    content = Content(mode="private", text=text, way=f"private:{cast.inbox.pk}")
    agent = more.pop("agent", cast.marco)
    return save_draft(agent=agent, conversation=conversation, content=content, version=version, **more)  # type: ignore[arg-type]


def test_what_marco_writes_is_kept_and_goes_on(cast: Cast) -> None:
    conversation = cast.writes()
    first = save(cast, conversation, "Dear Giulia", tab="a")
    assert first.draft is not None
    assert (first.conflict, first.draft.version) == (False, 1)
    second = save(cast, conversation, "Dear Giulia, we", 1, tab="a")
    assert second.draft is not None
    assert (second.draft.text, second.draft.version, Draft.objects.count()) == ("Dear Giulia, we", 2, 1)


def test_an_empty_composer_keeps_nothing(cast: Cast) -> None:
    conversation = cast.writes()
    assert save(cast, conversation, "  ").draft is None
    save(cast, conversation, "Dear")
    assert save(cast, conversation, "", 1).draft is None
    assert not Draft.objects.exists()


def test_two_windows_are_told_and_both_texts_stay(cast: Cast) -> None:
    conversation = cast.writes()
    save(cast, conversation, "From the desk", tab="desk")
    told = save(cast, conversation, "From the telephone", 0, tab="phone")
    assert told.conflict
    assert told.draft is not None
    assert (told.draft.text, [o.text for o in told.draft.others.all()]) == (
        "From the desk",
        ["From the telephone"],
    )
    save(cast, conversation, "From the telephone, longer", 0, tab="phone")
    assert [o.text for o in OtherDraft.objects.all()] == ["From the telephone, longer"]
    mine = save(cast, conversation, "From the telephone, longer", 0, tab="phone", insist=True)
    assert mine.draft is not None
    assert mine.draft.text == "From the telephone, longer"
    assert "From the desk" in [o.text for o in OtherDraft.objects.all()]
    forget_draft(agent=cast.marco, conversation=conversation)
    assert not OtherDraft.objects.exists()


def test_the_same_text_in_two_windows_is_no_conflict(cast: Cast) -> None:
    conversation = cast.writes()
    save(cast, conversation, "Dear Giulia", tab="a")
    assert not save(cast, conversation, "Dear Giulia", 0, tab="b").conflict


def test_an_empty_window_throws_nothing_of_another_one_away(cast: Cast) -> None:
    conversation = cast.writes()
    save(cast, conversation, "Dear Giulia", tab="a")
    told = save(cast, conversation, "", 0, tab="b")
    assert told.conflict
    assert Draft.objects.get().text == "Dear Giulia"


def test_files_stay_with_the_draft(cast: Cast) -> None:
    conversation = cast.writes()
    file = store_file([b"map"], name="map.txt", content_type="text/plain", uploader=cast.marco)
    content = Content(mode="private", text="Here", files=[file])
    save_draft(agent=cast.marco, conversation=conversation, content=content)
    assert list(Draft.objects.get().files.all()) == [file]


def test_a_shared_draft_is_seen_and_taken_over_with_its_files(cast: Cast) -> None:
    conversation = cast.writes()
    file = store_file([b"map"], name="map.txt", content_type="text/plain", uploader=cast.marco)
    content = Content(mode="public", text="We are", files=[file])
    draft = save_draft(agent=cast.marco, conversation=conversation, content=content).draft
    assert draft is not None
    assert not shared_drafts(conversation, cast.anna)
    with pytest.raises(Refused):
        take_over_draft(agent=cast.anna, draft=draft)
    share_draft(agent=cast.marco, conversation=conversation)
    assert [(one.agent, one.text) for one in shared_drafts(conversation, cast.anna)] == [
        (cast.marco, "We are")
    ]
    assert not shared_drafts(conversation, cast.marco)
    save(cast, conversation, "Anna had begun", agent=cast.anna)
    mine = take_over_draft(agent=cast.anna, draft=draft)
    assert (mine.text, mine.mode, mine.agent) == ("We are", "public", cast.anna)
    assert [o.text for o in mine.others.all()] == ["Anna had begun"]
    assert not Draft.objects.filter(agent=cast.marco).exists()
    assert Attachment.objects.get().uploader == cast.anna
    told = Event.objects.get(type="draft.taken_over")
    assert (told.actor_id, told.data["from_agent"]) == (cast.anna.pk, cast.marco.pk)


def test_viktor_and_guests_see_no_draft(cast: Cast) -> None:
    conversation = cast.writes()
    save(cast, conversation, "A secret")
    share_draft(agent=cast.marco, conversation=conversation)
    bruno = make_agent("Bruno Conti", Role.GUEST)
    assert not shared_drafts(conversation, bruno)
    assert [one.pk for one in drafts_of(cast.marco)] == [Draft.objects.get().pk]
    assert not drafts_of(cast.anna)
    Draft.objects.update(agent=cast.viktor)  # who lost sight of the conversation
    assert not drafts_of(cast.viktor)


def test_an_answer_taken_back_is_a_draft_again_beside_what_was_begun(cast: Cast) -> None:
    conversation = cast.writes()
    message = add_reply(agent=cast.marco, conversation=conversation, text="Oops.")
    save(cast, conversation, "And another thing")
    withdraw_reply(agent=cast.marco, message=message)
    draft = Draft.objects.get()
    assert (draft.text, draft.mode, draft.way) == ("Oops.", "private", f"private:{cast.inbox.pk}")
    assert [o.text for o in draft.others.all()] == ["And another thing"]


def test_giving_back_twice_is_once(cast: Cast) -> None:
    conversation = cast.writes()
    content = Content(mode="private", text="Again")
    for _ in range(2):
        give_back(agent=cast.marco, conversation=conversation, content=content)
    assert Draft.objects.get().text == "Again"
    assert not OtherDraft.objects.exists()


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_hostile_texts_are_kept_in_bounded_time(cast: Cast, name: str) -> None:
    conversation, begun = cast.writes(), time.process_time()
    text = TEXTS[name][:TEXT_AT_MOST]
    save(cast, conversation, text, tab=text)
    save(cast, conversation, text[:-1], 7, tab=text)
    assert Draft.objects.get().version >= 1
    assert time.process_time() - begun < 5


def test_a_megabyte_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        save(cast, cast.writes(), "x" * 1_000_000)
    assert refused.value.code == "too_long"


def test_unknown_readers_are_refused(cast: Cast) -> None:
    with pytest.raises(Refused):
        save_draft(agent=cast.marco, conversation=cast.writes(), content=Content(mode="world", text="x"))
