"""What was written and did not leave yet goes along with a merge, and comes back."""

from __future__ import annotations

from ascolto.composing.actions.drafts import Content, save_draft
from ascolto.composing.actions.planned import plan_reply
from ascolto.composing.models import Draft, OtherDraft, PlannedReply, Proposal
from ascolto.composing.selectors import count_begun, draft_in, drafts_of
from ascolto.composing.tests.conftest import later
from ascolto.conversations import actions
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Conversation
from ascolto.delivery.leases import claim
from ascolto.delivery.models import Dispatch
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_customer


def two(cast: Cast) -> tuple[Conversation, Conversation]:
    """Giulia's matter, and the one that she began elsewhere."""
    return cast.writes("The line is dead."), cast.writes(
        "It is me again.", customer=make_customer("Giulia Bis")
    )


def merge(cast: Cast, source: Conversation, target: Conversation) -> None:
    actions.merge(agent=cast.marco, source=source, target=target, confirmed=True)


def begin(cast: Cast, conversation: Conversation, text: str) -> None:
    save_draft(agent=cast.marco, conversation=conversation, content=Content(mode="private", text=text))


def held() -> dict[str, list[tuple[int, int]]]:
    """Where everything is that was written."""
    models = (Draft, PlannedReply, Proposal, Dispatch)
    return {
        model.__name__: sorted(model.objects.values_list("pk", "conversation_id")) for model in models
    } | {"beside": sorted(OtherDraft.objects.values_list("pk", "draft_id"))}


def test_marco_finds_his_draft_and_his_plan_where_the_conversation_goes_on(cast: Cast) -> None:
    target, source = two(cast)
    plan_reply(agent=cast.marco, conversation=source, reply=later(hours=2))
    begin(cast, source, "We are looking.")
    before = held()
    merge(cast, source, target)
    draft = draft_in(target, cast.marco)
    assert draft is not None
    assert draft.text == "We are looking."
    assert PlannedReply.objects.get().conversation_id == target.pk
    actions.unmerge(agent=cast.marco, source=source)
    assert held() == before


def test_who_had_begun_in_both_keeps_both_texts(cast: Cast) -> None:
    target, source = two(cast)
    begin(cast, target, "To the first.")
    begin(cast, source, "To the second.")
    before = held()
    merge(cast, source, target)
    draft = draft_in(target, cast.marco)
    assert draft is not None
    assert draft.text == "To the first."
    assert [other.text for other in draft.others.all()] == ["To the second."]
    assert [row.conversation_id for row in drafts_of(cast.marco)] == [target.pk]
    assert count_begun(cast.marco) == 1
    actions.unmerge(agent=cast.marco, source=source)
    assert held() == before


def test_what_is_on_its_way_keeps_one_line_a_conversation(cast: Cast) -> None:
    target, source = two(cast)
    for conversation, text in ((source, "One"), (target, "Two"), (source, "Three")):
        add_reply(agent=cast.marco, conversation=conversation, text=text)
    before = held()
    merge(cast, source, target)
    assert set(Dispatch.objects.values_list("conversation_id", flat=True)) == {target.pk}
    first = claim("me", {cast.inbox.pk: 9}, now())
    assert [Dispatch.objects.get(pk=pk).message.text for pk in first] == ["One"]
    actions.unmerge(agent=cast.marco, source=source)
    assert held() == before
    second = claim("you", {cast.inbox.pk: 9}, now())
    assert [Dispatch.objects.get(pk=pk).message.text for pk in second] == ["Two"]


def test_of_a_chain_everything_comes_back_in_any_order(cast: Cast) -> None:
    first, second = two(cast)
    third = cast.writes("A third time.", customer=make_customer("Giulia Ter"))
    begin(cast, second, "To the second.")
    plan_reply(agent=cast.marco, conversation=first, reply=later(hours=2))
    add_reply(agent=cast.marco, conversation=second, text="The technician comes tomorrow.")
    before = held()
    merge(cast, second, first)
    merge(cast, first, third)
    assert {place for name in ("Draft", "PlannedReply", "Dispatch") for _pk, place in held()[name]} == {
        third.pk
    }
    actions.unmerge(agent=cast.marco, source=second)
    actions.unmerge(agent=cast.marco, source=first)
    assert held() == before
