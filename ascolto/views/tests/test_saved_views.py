"""Views that people keep: whose they are, who may open and change them, how somebody has them beside the list."""

from __future__ import annotations

import pytest
from django.test import Client

from ascolto.conversations.models import Conversation
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.testing.factories import Cast, make_agent, make_cast
from ascolto.views import actions
from ascolto.views.conditions import read
from ascolto.views.counting import count_saved, forget_counts
from ascolto.views.models import SavedView
from ascolto.views.selectors import access_view, condition_of, may_change, read_until, shelf_of, visible_views

pytestmark = pytest.mark.django_db
LATE = read({"all": [{"field": "late", "op": "yes"}]})
MINE = read({"all": [{"field": "assignee", "op": "is", "value": ["me"]}]})
EVERYTHING = read({"all": []})


@pytest.fixture
def cast(db: None) -> Cast:
    forget_counts()
    return make_cast()


def test_marco_keeps_a_view_that_nobody_else_sees(cast: Cast) -> None:
    view = actions.save_view(by=cast.marco, name="  Late   ones ", query=LATE)
    assert view.name == "Late ones"
    assert list(visible_views(cast.marco)) == [view]
    assert not visible_views(cast.anna).exists()
    with pytest.raises(SavedView.DoesNotExist):
        access_view(cast.anna, view.pk)
    assert not Event.objects.filter(type__startswith="view.").exists()


def test_only_who_may_share_shares(cast: Cast) -> None:
    with pytest.raises(Refused, match="may not share"):
        actions.save_view(by=cast.marco, name="Late", query=LATE, scope="everybody")
    with pytest.raises(Refused, match="which team"):
        actions.save_view(by=cast.anna, name="Late", query=LATE, scope="team")
    shared = actions.save_view(by=cast.anna, name="Late", query=LATE, scope="team", team=cast.care)
    assert list(visible_views(cast.marco)) == [shared]
    assert not visible_views(cast.viktor).exists()
    assert not may_change(cast.marco, shared)
    with pytest.raises(Refused, match="shared by others"):
        actions.change_view(by=cast.marco, view=shared, name="Mine now")
    with pytest.raises(Refused):
        actions.remove_view(by=cast.marco, view=shared)
    assert Event.objects.get(type="view.created").data["name"] == "Late"


def test_a_shared_view_shows_viktor_nothing_that_he_may_not_see(cast: Cast) -> None:
    cast.writes("My line is dead")
    view = actions.save_view(by=cast.anna, name="Everything", query=EVERYTHING, scope="everybody")
    assert count_saved(cast.marco, [view])[0] == {view.key: 1}
    assert count_saved(cast.viktor, [view])[0] == {view.key: 0}


def test_me_in_a_shared_view_is_whoever_reads_it(cast: Cast) -> None:
    conversation = cast.writes()
    Conversation.objects.filter(pk=conversation.pk).update(assignee=cast.marco)
    view = actions.save_view(by=cast.anna, name="Mine", query=MINE, scope="everybody")
    assert Conversation.objects.filter(condition_of(view, cast.marco)).count() == 1
    assert Conversation.objects.filter(condition_of(view, cast.anna)).count() == 0
    assert count_saved(cast.marco, [view])[0] == {view.key: 1}
    assert count_saved(cast.anna, [view])[0] == {view.key: 0}


def test_a_view_is_changed_removed_and_brought_back(cast: Cast) -> None:
    view = actions.save_view(by=cast.anna, name="Late", query=LATE, scope="everybody")
    assert actions.change_view(by=cast.anna, view=view, name="Too late", query=MINE, sort="promise")
    assert not actions.change_view(by=cast.anna, view=view, name="Too late")
    assert view.version == 2
    changed = Event.objects.get(type="view.changed").data
    assert changed["changes"]["name"] == ["Late", "Too late"]
    actions.remove_view(by=cast.anna, view=view)
    assert not visible_views(cast.anna).exists()
    actions.restore_view(by=cast.anna, pk=view.pk)
    assert visible_views(cast.anna).get().name == "Too late"


def test_a_copy_is_personal(cast: Cast) -> None:
    view = actions.save_view(by=cast.anna, name="Late", query=LATE, scope="everybody")
    copy = actions.duplicate_view(by=cast.marco, view=view, name="Late, copy")
    assert (copy.scope, copy.owner, copy.query) == ("personal", cast.marco, view.query)


def test_views_stand_as_somebody_has_them(cast: Cast) -> None:
    one = actions.save_view(by=cast.marco, name="One", query=LATE)
    two = actions.save_view(by=cast.marco, name="Two", query=LATE)
    built_in = ["to_answer", "mine", "all"]
    assert list(shelf_of(cast.marco, built_in).keys) == [*built_in, one.key, two.key]
    actions.arrange(
        by=cast.marco, order=[two.key, "all", "v999", "<script>"], hidden=["mine"], pinned=[one.key]
    )
    shelf = shelf_of(cast.marco, built_in)
    assert list(shelf.keys) == [one.key, two.key, "all", "to_answer"]
    assert list(shelf.hidden) == ["mine"]
    assert list(shelf_of(cast.anna, built_in).keys) == built_in


def test_counts_end_with_their_budget_and_go_on_at_the_next_request(cast: Cast) -> None:
    views = [actions.save_view(by=cast.marco, name=f"View {n}", query=LATE) for n in range(3)]
    counts, is_behind = count_saved(cast.marco, views, budget=0)
    assert not counts
    assert is_behind
    counts, is_behind = count_saved(cast.marco, views, budget=60)
    assert len(counts) == 3
    assert not is_behind


def test_kept_counts_cost_no_query_of_conversations(cast: Cast, django_assert_num_queries) -> None:
    views = [actions.save_view(by=cast.anna, name=f"View {n}", query=LATE) for n in range(3)]
    count_saved(cast.anna, views, budget=60)
    with django_assert_num_queries(0):
        assert len(count_saved(cast.anna, views)[0]) == 3


def test_guests_have_no_views(cast: Cast) -> None:
    guest = make_agent("Gina Guest", "guest")
    actions.save_view(by=cast.anna, name="Late", query=LATE, scope="everybody")
    assert not visible_views(guest).exists()
    with pytest.raises(Refused):
        actions.save_view(by=guest, name="Late", query=LATE)


def test_what_was_seen_is_kept_once(cast: Cast, django_assert_num_queries) -> None:
    from ascolto.views.selectors import seen_of

    conversation = cast.writes()
    for _ in range(2):
        with django_assert_num_queries(1):
            actions.note_seen(agent=cast.marco, conversation=conversation)
    assert seen_of(cast.marco, [conversation.pk]) == {conversation.pk: conversation.last_message_at}
    assert seen_of(cast.anna, [conversation.pk]) == {}


def test_how_far_somebody_read_is_the_same_on_every_device(cast: Cast) -> None:
    conversation = cast.writes()
    assert read_until(cast.marco, conversation) == 0
    for message, expected in ((7, 7), (None, 7), (3, 7), (9, 9)):
        actions.note_seen(agent=cast.marco, conversation=conversation, message=message)
        assert read_until(cast.marco, conversation) == expected
    assert read_until(cast.anna, conversation) == 0


def test_the_page_says_how_far_one_read_and_takes_nothing_strange(cast: Cast, client: Client) -> None:
    conversation = cast.writes()
    client.force_login(cast.marco)
    number = conversation.number
    for told in ("12", "x" * 100_000, "\x00", "٣", "-4", "9" * 40):
        answer = client.post("/views/seen/", {"number": number, "message": told})
        assert answer.status_code == 204
    assert 'data-read-until="12"' in client.get(f"/c/{number}/").content.decode()
    client.force_login(cast.viktor)
    assert client.post("/views/seen/", {"number": number, "message": "12"}).status_code == 404
