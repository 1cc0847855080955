"""A rival that does worse is stopped by itself, and not before there is enough to tell."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ascolto.bot.actions import create_flow, publish, set_post
from ascolto.bot.alerting import alert_for
from ascolto.bot.arms import WORSE_HANDED, WORSE_RATED, compared, guard_rails
from ascolto.bot.comparing import Verdict
from ascolto.bot.models import BotPost, BotRating, Dialogue, FlowVersion
from ascolto.bot.tests.samples import CARE
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Message
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_cast, make_customer, receive
from ascolto.understanding.models import Intent, Reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def post(cast: Cast) -> BotPost:
    """Two flows at Anna's inbox, half of the dialogues each."""
    first = publish(by=None, version=create_flow(by=None, text=CARE))
    second = publish(by=None, version=create_flow(by=None, text=CARE.replace("flow: care", "flow: other")))
    made = set_post(by=None, account=cast.inbox, flow=first.flow, rival=second.flow, share=50)
    assert made is not None
    return made


def dialogues(cast: Cast, post: BotPost, many: int, *, handed: int, rival: bool) -> list[Dialogue]:
    """So many dialogues that are over, so many of them handed over."""
    flow = post.rival if rival else post.flow
    assert flow is not None
    version = FlowVersion.objects.get(flow=flow)
    talk = cast.writes(customer=make_customer(f"Customer {Dialogue.objects.count()}"))
    began = now() - timedelta(hours=3 if rival else 2)
    return Dialogue.objects.bulk_create(
        Dialogue(
            conversation=talk,
            account=cast.inbox,
            version=version,
            is_rival=rival,
            status=Dialogue.Status.HANDED if place < handed else Dialogue.Status.ENDED,
            why="asked" if place < handed else "ended",
            started_at=began,
            ended_at=began + timedelta(minutes=1),
        )
        for place in range(many)
    )


def rate(cast: Cast, rated: list[Dialogue], helped: int) -> None:
    for place, one in enumerate(rated):
        message = receive(cast.inbox, f"Rated {one.pk}", customer=cast.giulia)
        BotRating.objects.create(message=message, dialogue=one, helped=place < helped)


def test_a_rival_that_hands_over_clearly_more_often_is_stopped_once(cast: Cast, post: BotPost) -> None:
    dialogues(cast, post, 40, handed=10, rival=False)
    dialogues(cast, post, 40, handed=30, rival=True)
    assert guard_rails() == 1
    post.refresh_from_db()
    assert post.stopped_why == WORSE_HANDED
    assert guard_rails() == 0
    told = Event.objects.filter(type="bot_post.rival_stopped").get()
    assert told.data["why"] == WORSE_HANDED
    assert compared(post).handed is Verdict.WORSE, "the figures stay to be read"
    alert = alert_for(cast.anna)
    assert alert is not None
    assert alert_for(cast.marco) is None


def test_too_few_dialogues_stop_nothing(cast: Cast, post: BotPost) -> None:
    dialogues(cast, post, 29, handed=0, rival=False)
    dialogues(cast, post, 29, handed=29, rival=True)
    assert compared(post).handed is Verdict.EARLY
    assert guard_rails() == 0


def test_a_rival_that_customers_rate_worse_is_stopped(cast: Cast, post: BotPost) -> None:
    rate(cast, dialogues(cast, post, 35, handed=5, rival=False), helped=30)
    rate(cast, dialogues(cast, post, 35, handed=5, rival=True), helped=8)
    found = compared(post)
    assert (found.handed, found.rated) == (Verdict.SAME, Verdict.WORSE)
    assert guard_rails() == 1
    post.refresh_from_db()
    assert post.stopped_why == WORSE_RATED


def test_a_better_rival_goes_on(cast: Cast, post: BotPost) -> None:
    dialogues(cast, post, 40, handed=30, rival=False)
    dialogues(cast, post, 40, handed=10, rival=True)
    assert compared(post).handed is Verdict.BETTER
    assert guard_rails() == 0


def test_the_wait_for_a_person_and_later_complaints_are_told(cast: Cast, post: BotPost) -> None:
    one = dialogues(cast, post, 1, handed=1, rival=True)[0]
    assert one.ended_at is not None
    talk = one.conversation
    assert talk is not None
    reply = add_reply(agent=cast.marco, conversation=talk, text="Hello, I am Marco.")
    Message.objects.filter(pk=reply.pk).update(occurred_at=one.ended_at + timedelta(minutes=3))
    later = receive(cast.inbox, "This is bad.", customer=talk.customer)
    Reading.objects.update_or_create(message=later, defaults={"language": "en", "intent": Intent.COMPLAINT})
    arm = compared(post).rival
    assert arm.wait == timedelta(minutes=3)
    assert arm.complaints == 1


def test_the_figures_ask_a_constant_number_of_questions(cast: Cast, post: BotPost) -> None:
    counts = []
    for many in (3, 30):
        dialogues(cast, post, many, handed=2, rival=False)
        dialogues(cast, post, many, handed=2, rival=True)
        with CaptureQueriesContext(connection) as asked:
            compared(post)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 9
