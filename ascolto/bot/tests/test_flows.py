"""Flows are kept in versions, published when they are right, and known to every process at once."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ascolto.bot import actions
from ascolto.bot.actions.proving import before_publishing
from ascolto.bot.live import at_hand
from ascolto.bot.models import BotFlow, BotPost, FlowVersion
from ascolto.bot.tests.samples import CALLING, CARE, PART, make_writer, published
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.testing.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
OTHER = CARE.replace("My bill", "A bill")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_a_new_flow_is_called_as_it_says_and_does_not_run_yet() -> None:
    rosa = make_writer()
    version = actions.create_flow(by=rosa, text=CARE, note="  the first\n one ")
    assert (version.number, version.note, version.by) == (1, "the first one", rosa)
    assert (version.flow.slug, version.flow.title, version.flow.is_part) == ("care", "Assistenza", False)
    assert set(at_hand().flows_now()) == {"away"}
    with pytest.raises(ValidationError, match="There is a flow called care"):
        actions.create_flow(by=rosa, text=OTHER)
    with pytest.raises(Refused) as refused:
        actions.create_flow(by=rosa, text="nodes: [")
    assert refused.value.place["findings"][0].code == "yaml"


def test_only_who_may_write_flows_writes_them(cast: Cast) -> None:
    version = actions.create_flow(by=None, text=CARE)
    for person in (cast.marco, cast.anna, cast.viktor):
        with pytest.raises(Refused, match="You may not change the bot"):
            actions.save_version(by=person, flow=version.flow, text=OTHER)
        with pytest.raises(Refused, match="You may not change the bot"):
            actions.publish(by=person, version=version)
        with pytest.raises(Refused, match="You may not change the bot"):
            actions.set_post(by=person, account=cast.inbox, flow=version.flow)


def test_each_save_is_a_version_and_nobody_overwrites_what_somebody_else_saved() -> None:
    rosa, carlo = make_writer(), make_writer("Carlo Neri")
    first = actions.create_flow(by=rosa, text=CARE)
    second = actions.save_version(by=carlo, flow=first.flow, text=OTHER, based_on=1)
    assert second.number == 2
    with pytest.raises(Refused, match="Somebody else saved meanwhile") as refused:
        actions.save_version(by=rosa, flow=first.flow, text=CARE + "# mine\n", based_on=1)
    assert (refused.value.code, refused.value.place) == ("stale", {"number": 2, "by": "Carlo Neri"})
    assert actions.save_version(by=rosa, flow=first.flow, text=OTHER, based_on=1) == second
    told = Event.objects.filter(type="flow.saved").get()
    assert told.data["changes"]["text"]["added"] == ["label: {it: La bolletta, en: A bill}"]


def test_a_draft_may_be_broken_but_keeps_its_name_and_does_not_go_live() -> None:
    version = actions.create_flow(by=None, text=CARE)
    broken = actions.save_version(by=None, flow=version.flow, text="flow: care\nnodes: [")
    with pytest.raises(Refused, match="not right yet") as refused:
        actions.publish(by=None, version=broken)
    assert refused.value.place["findings"]
    with pytest.raises(ValidationError, match="This flow is called care"):
        actions.save_version(by=None, flow=version.flow, text=CARE.replace("flow: care", "flow: other"))


def test_what_is_published_is_at_hand_for_everybody_for_one_query() -> None:
    version = published()
    assert at_hand().flows_now()["care"].start == "welcome"
    assert at_hand().version_of("care").id == version.pk  # type: ignore[union-attr]
    with CaptureQueriesContext(connection) as queries:
        at_hand()
    assert len(queries) == 1
    later = actions.publish(by=None, version=actions.save_version(by=None, flow=version.flow, text=OTHER))
    assert at_hand().version_of("care").number == 2  # type: ignore[union-attr]
    old, new = at_hand().library_with(version.pk), at_hand().library_with(later.pk)
    assert old["care"].nodes["welcome"].options[1].label.by_language["en"].text == "My bill"  # type: ignore[attr-defined]
    assert new["care"].nodes["welcome"].options[1].label.by_language["en"].text == "A bill"  # type: ignore[attr-defined]
    with CaptureQueriesContext(connection) as queries:
        at_hand().library_with(version.pk)
    assert len(queries) == 1


def test_going_back_publishes_the_old_text_again() -> None:
    first = published()
    actions.publish(by=None, version=actions.save_version(by=None, flow=first.flow, text=OTHER))
    back = actions.publish(by=None, version=first)
    assert (back.number, back.text, back.note) == (3, CARE, "as version 1")
    assert at_hand().version_of("care").id == back.pk  # type: ignore[union-attr]


def test_a_flow_named_away_takes_the_place_of_the_houses_own() -> None:
    assert "offer" in at_hand().flows_now()["away"].nodes
    version = published(PART.replace("goodbye", "away"))
    assert set(at_hand().flows_now()["away"].nodes) == {"bye"}
    actions.withdraw(by=None, flow=version.flow)
    assert "offer" in at_hand().flows_now()["away"].nodes


def test_what_others_call_or_an_inbox_needs_is_not_taken_away(cast: Cast) -> None:
    part, caller = published(PART), published(CALLING)
    with pytest.raises(Refused, match="Other flows run it") as refused:
        actions.withdraw(by=None, flow=part.flow)
    assert refused.value.place == {"names": ["caller"]}
    actions.set_post(by=None, account=cast.inbox, flow=caller.flow)
    with pytest.raises(Refused, match="answers at an inbox"):
        actions.archive(by=None, flow=caller.flow)
    actions.set_post(by=None, account=cast.inbox, flow=None)
    assert actions.archive(by=None, flow=caller.flow)
    assert actions.withdraw(by=None, flow=part.flow)
    assert set(at_hand().flows_now()) == {"away"}
    assert actions.restore(by=None, flow=caller.flow)
    assert "caller" in at_hand().flows_now()


def test_a_part_is_not_published_in_a_way_that_hurts_those_that_run_it() -> None:
    part = published(PART)
    published(CALLING)
    version = actions.save_version(
        by=None,
        flow=part.flow,
        text=PART.replace('{say: {it: "Ciao.", en: "Bye."}, next: return}', "{hand_off: true}"),
    )
    with pytest.raises(Refused, match="would not be right any more") as refused:
        actions.publish(by=None, version=version)
    assert refused.value.place == {"names": ["caller"]}


def test_what_was_rehearsed_is_asked_before_a_version_goes_live() -> None:
    def refuses(version: FlowVersion) -> None:
        raise Refused("rehearsals", f"Version {version.number} goes another way.")

    version = actions.create_flow(by=None, text=CARE)
    before_publishing.append(refuses)
    try:
        with pytest.raises(Refused, match="Version 1 goes another way"):
            actions.publish(by=None, version=version)
    finally:
        before_publishing.remove(refuses)
    assert at_hand().version_of("care") is None


def test_a_post_says_who_answers_at_an_inbox(cast: Cast) -> None:
    care, other = published(), published(CARE.replace("flow: care", "flow: other"))
    assert at_hand().post_of(cast.inbox.pk) is None
    actions.set_post(by=None, account=cast.inbox, flow=care.flow)
    post = at_hand().post_of(cast.inbox.pk)
    assert post is not None
    assert (post.flow, post.version, post.rival, post.share) == ("care", care.pk, "", 0)
    row = actions.set_post(by=None, account=cast.inbox, flow=care.flow, rival=other.flow, share=30)
    post = at_hand().post_of(cast.inbox.pk)
    assert post is not None
    assert (post.rival, post.rival_version, post.share) == ("other", other.pk, 30)
    draft = actions.save_version(by=None, flow=care.flow, text=OTHER)
    row = actions.set_post(by=None, account=cast.inbox, flow=care.flow, rival_version=draft, share=50)
    post = at_hand().post_of(cast.inbox.pk)
    assert post is not None
    assert (post.rival, post.rival_version, post.share) == ("care", draft.pk, 50)
    assert row is not None
    assert actions.stop_rival(by=None, post=row, why="hands over twice as often")
    post = at_hand().post_of(cast.inbox.pk)
    assert post is not None
    assert post.share == 0
    actions.set_post(by=None, account=cast.inbox, flow=care.flow, is_enabled=False)
    assert at_hand().post_of(cast.inbox.pk) is None
    assert Event.objects.filter(type="bot_post.changed").count() == 5


def test_a_post_takes_no_flow_that_cannot_answer(cast: Cast) -> None:
    part, draft = published(PART), actions.create_flow(by=None, text=CARE)
    for flow, why in ((part.flow, "part of others"), (draft.flow, "No version of this flow is published")):
        with pytest.raises(Refused, match=why):
            actions.set_post(by=None, account=cast.inbox, flow=flow)
    actions.publish(by=None, version=draft)
    with pytest.raises(Refused, match="its own rival"):
        actions.set_post(by=None, account=cast.inbox, flow=draft.flow, rival=draft.flow, share=10)
    with pytest.raises(Refused, match="from 0 to 100"):
        actions.set_post(by=None, account=cast.inbox, flow=draft.flow, rival_version=draft, share=101)
    assert not BotPost.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0",
        "\ud800",
        "a" * 1_100_000,
        "- " * 500_000,
        "[" * 100_000,
        "{" * 1000,
        "&a [*a]",
        "é\u0301" * 300_000,
    ],
    ids=["nothing", "nul", "surrogate", "long", "dashes", "brackets", "braces", "alias", "zalgo"],
)
def test_hostile_texts_are_refused_in_bounded_time(text: str) -> None:
    with pytest.raises((Refused, ValidationError)):
        actions.create_flow(by=None, text=text)
    assert not BotFlow.objects.exists()
    version = actions.create_flow(by=None, text=CARE)
    try:
        saved = actions.save_version(by=None, flow=version.flow, text=CARE + text)
        assert saved.text.startswith(CARE)
    except ValidationError:
        assert len(text) > 1_000_000
