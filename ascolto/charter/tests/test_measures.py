"""Every guarantee that is measured: kept, breached, and what the rows of days make of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from ascolto.accounts.models import Agent, Company
from ascolto.charter.days import Span, Stretch, company_zone, measures_by_day, total_of
from ascolto.charter.guarantee import Guarantee, Measure, Period, State, state_of
from ascolto.charter.guarantees import all_guarantees, guarantee_of
from ascolto.charter.measuring import keep, measure_days
from ascolto.charter.models import DayMeasure, Stop
from ascolto.charter.standing import charter_of
from ascolto.charter.waits import percentile, step_of
from ascolto.conversations.actions import add_reply
from ascolto.conversations.actions.change import assign, change_status
from ascolto.conversations.models import Conversation, Message
from ascolto.customers.models import Customer, CustomerGroup
from ascolto.events.models import Event
from ascolto.kit.clock import at, now
from ascolto.routing.models import HandOff, RoutingRules
from ascolto.sla.models import Commitment, SlaClock
from ascolto.testing.factories import Cast, make_cast, make_customer, make_inbox, receive

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
DAY = Period(NOON - timedelta(hours=12), NOON + timedelta(hours=12))


@pytest.fixture
def cast() -> Cast:
    Company.objects.filter(pk=Company.current().pk).update(time_zone="UTC")
    return make_cast()


def of(slug: str) -> Guarantee:
    found = guarantee_of(slug)
    assert found is not None
    return found


def _today() -> Period:
    day = now().astimezone(UTC).date()
    return Stretch(day, day, company_zone()).period


def _clock(
    conversation: Conversation,
    *,
    state: str,
    waited: int = 60,
    channel: str = "webhook",
    due: datetime = NOON,
    **more: Any,
) -> SlaClock:
    """A promise for the first answer that was due at `due`, and after how many seconds somebody answered (0: nobody)."""
    started = due - timedelta(minutes=15)
    return SlaClock.objects.create(
        conversation=conversation,
        kind=more.pop("kind", "first_response"),
        channel=channel,
        started_at=started + timedelta(microseconds=SlaClock.objects.count()),
        due_at=due,
        state=state,
        **(
            {"stopped_at": started + timedelta(seconds=waited), "waited": timedelta(seconds=waited)}
            if waited
            else {}
        ),
        **more,
    )


# -- 1, parity


def _answers(conversation: Conversation, channel: str, waits: int, *, count: int = 20) -> None:
    for _ in range(count):
        _clock(conversation, state="met", waited=waits, channel=channel)


@pytest.mark.guarantee("parity", "kept")
def test_channels_that_answer_alike_are_at_parity(cast: Cast) -> None:
    conversation = cast.writes()
    SlaClock.objects.all().delete()
    _answers(conversation, "webhook", 300)
    _answers(conversation, "email", 310)
    measure = of("parity").measure(DAY)
    assert (measure.kept, measure.total) == (40, 40)


@pytest.mark.guarantee("parity", "breached")
def test_a_channel_that_waits_longer_than_everybody_is_shown(cast: Cast) -> None:
    conversation = cast.writes()
    SlaClock.objects.all().delete()
    _answers(conversation, "webhook", 60, count=380)
    _answers(conversation, "email", 900)
    measure = of("parity").measure(DAY)
    assert (measure.kept, measure.total) == (380, 400)
    keep("parity", NOON.date(), measure)
    with at(NOON + timedelta(days=1)):
        (breach,) = of("parity").breaches(DAY, among=None).rows
    assert breach.channel == "email"


def test_a_group_of_customers_is_compared_too_and_a_handful_is_not(cast: Cast) -> None:
    conversation = cast.writes()
    firm = make_customer("Rossi srl")
    group = CustomerGroup.objects.create(name="Firms")
    Customer.objects.filter(pk=firm.pk).update(group=group)
    theirs = cast.writes(customer=firm)
    SlaClock.objects.all().delete()
    _answers(conversation, "webhook", 60, count=380)
    _answers(theirs, "webhook", 900, count=19)
    assert of("parity").measure(DAY).share == 100
    _answers(theirs, "webhook", 900, count=1)
    assert of("parity").measure(DAY).share == 95


def test_what_comes_earlier_in_the_queue_stands_on_the_charter(cast: Cast) -> None:
    group = CustomerGroup.objects.create(name="Firms")
    rules = RoutingRules.current()
    rules.group_minutes, rules.group_reason = {str(group.pk): 10}, "They keep the lights on"
    rules.save()
    assert any("Firms" in line and "They keep the lights on" in line for line in of("parity").exceptions())


@given(st.lists(st.integers(1, 400_000), min_size=1, max_size=300), st.sampled_from([0.5, 0.9]))
def test_percentiles_of_steps_are_right_within_four_per_cent(waits: list[int], share: float) -> None:
    steps: dict[str, int] = {}
    for wait in waits:
        step = step_of(timedelta(seconds=wait))
        steps[step] = steps.get(step, 0) + 1
    ordered = sorted(waits)
    exact = ordered[max(0, -(-int(share * 100) * len(waits) // 100) - 1)]
    found = percentile(steps, share)
    assert found is not None
    assert abs(found.total_seconds() - exact) <= max(1.0, exact * 0.041)


# -- 2, no rubber wall


def _resolved(cast: Cast, hands: int) -> Conversation:
    """A conversation that Marco answered, that Anna then gave to others `hands` times, and that is resolved."""
    number = Customer.objects.count()
    conversation = cast.writes(customer=make_customer(f"Customer {number}", ("webhook", f"c{number}")))
    add_reply(agent=cast.marco, conversation=conversation, text="We look into it.")
    for hand in range(hands):
        assign(agent=cast.anna, conversation=conversation, assignee=(cast.viktor, cast.marco)[hand % 2])
    change_status(agent=cast.marco, conversation=conversation, status="resolved")
    return conversation


@pytest.mark.guarantee("no-rubber-wall", "kept")
@pytest.mark.guarantee("no-rubber-wall", "breached")
def test_a_conversation_that_changed_hands_too_often_is_counted_and_shown(cast: Cast) -> None:
    for hands in (0, 0, 2):
        _resolved(cast, hands)
    assert of("no-rubber-wall").measure(_today()).share == 100
    bounced = _resolved(cast, 3)
    measure = of("no-rubber-wall").measure(_today())
    assert (measure.kept, measure.total, measure.figure("hand_offs")) == (3, 4, 5)
    (breach,) = of("no-rubber-wall").breaches(_today(), among=None).rows
    assert (breach.conversation, breach.amount) == (bounced, "3 / 2")


def test_spam_and_what_was_opened_again_are_not_counted(cast: Cast) -> None:
    spam, again = _resolved(cast, 3), _resolved(cast, 3)
    Conversation.objects.filter(pk=spam.pk).update(is_spam=True)
    change_status(agent=cast.marco, conversation=again, status="open")
    assert of("no-rubber-wall").measure(_today()).total == 0


# -- 3, right timing


@pytest.mark.guarantee("right-timing", "kept")
def test_what_was_stopped_did_not_leave_and_what_was_set_aside_counts(cast: Cast) -> None:
    conversation = cast.writes()
    for text in ("One.", "Two.", "Three.", "Four."):
        add_reply(agent=cast.marco, conversation=conversation, text=text)
    stop = {
        "guarantee": "right-timing",
        "gate": "send",
        "code": "offer_while_problem",
        "conversation": conversation,
    }
    Stop.objects.create(**stop, excerpt="Fibre!")
    assert of("right-timing").measure(_today()).share == 100
    Stop.objects.create(
        **stop, excerpt="Fibre!", reason="She asked for it", is_override=True, agent=cast.marco
    )
    measure = of("right-timing").measure(_today())
    assert (measure.kept, measure.total, measure.figure("stopped")) == (3, 4, 1)
    (breach,) = of("right-timing").breaches(_today(), among=None).rows
    assert "She asked for it" in str(breach.done)


# -- 5, people with a name


@pytest.mark.guarantee("named", "kept")
def test_signed_answers_are_counted_and_what_was_written_outside_has_no_name(cast: Cast) -> None:
    conversation = cast.writes()
    for text in ("One.", "Two.", "Three."):
        add_reply(agent=cast.marco, conversation=conversation, text=text)
    chat = cast.writes(inbox=make_inbox("chat", teams=[cast.care]), customer=make_customer("Bruno Sala"))
    add_reply(agent=cast.marco, conversation=chat, text="The widget shows who I am.")
    assert of("named").measure(_today()).share == 100
    _outside(conversation, "On the page itself")
    measure = of("named").measure(_today())
    assert (measure.kept, measure.total, measure.figure("outside")) == (4, 5, 1)
    (breach,) = of("named").breaches(_today(), among=None).rows
    assert "outside of Ascolto" in str(breach.what)


def _outside(conversation: Conversation, text: str, visibility: str = "private") -> Message:
    return Message.objects.create(
        conversation=conversation,
        account=conversation.account,
        direction="out",
        author_kind="agent",
        visibility=visibility,
        text=text,
        extra={"echo": True},
    )


# -- 7, promises kept


@pytest.mark.guarantee("promises-kept", "kept")
@pytest.mark.guarantee("promises-kept", "breached")
def test_late_promises_are_counted_and_it_is_told_whether_they_were_repaired(cast: Cast) -> None:
    conversation = cast.writes()
    SlaClock.objects.all().delete()
    _clock(conversation, state="met")
    _clock(conversation, state="breached", waited=63 * 60, answered_by=cast.marco)
    _clock(conversation, state="breached", waited=0, due=NOON - timedelta(hours=1))
    _clock(conversation, state="breached", kind="resolution")  # nobody promised the customer a time for that
    _clock(conversation, state="met", due=NOON + timedelta(days=1))
    said = Message.objects.filter(conversation=conversation).latest("pk")
    for state, due in (
        ("kept", NOON),
        ("broken", NOON + timedelta(hours=1)),
        ("open", NOON + timedelta(hours=5)),
    ):
        Commitment.objects.create(
            conversation=conversation,
            message=said,
            words=f"by {due:%H}",
            due_at=due + timedelta(seconds=len(state)),
            state=state,
        )
    guarantee = of("promises-kept")
    measure = guarantee.measure(DAY)
    assert (measure.kept, measure.total) == (2, 5)
    with at(NOON + timedelta(hours=2)):
        rows = guarantee.breaches(DAY, among=None).rows
    assert [(row.amount, row.is_repaired) for row in rows[:2]] == [("+48 min", True), ("+3 h 00", False)]
    assert "by 13" in str(rows[2].what)


def test_breaches_come_page_by_page_without_a_gap(cast: Cast) -> None:
    conversation = cast.writes()
    SlaClock.objects.all().delete()
    said = Message.objects.filter(conversation=conversation).latest("pk")
    for number in range(7):
        _clock(conversation, state="breached", waited=63 * 60, due=NOON + timedelta(seconds=number // 3))
        Commitment.objects.create(
            conversation=conversation,
            message=said,
            words=str(number),
            due_at=NOON + timedelta(seconds=number),
            state="broken",
        )
    keys, after = [], ""
    for _ in range(20):
        page = of("promises-kept").breaches(DAY, among=None, after=after, limit=3)
        keys += [row.key for row in page.rows]
        after = page.cursor
        if not after:
            break
    assert len(keys) == len(set(keys)) == 14


# -- 8, one owner


@pytest.mark.guarantee("one-owner", "kept")
@pytest.mark.guarantee("one-owner", "breached")
def test_a_second_voice_counts_unless_the_conversation_was_handed_over(cast: Cast) -> None:
    conversation = cast.writes(visibility="public")
    add_reply(agent=cast.marco, conversation=conversation, text="We look into it.", visibility="public")
    assert of("one-owner").measure(_today()).share == 100
    HandOff.objects.create(
        conversation=conversation,
        note="…",
        state=HandOff.State.ACCEPTED,
        settled_at=now(),
        settled_by=cast.anna,
    )
    _public(conversation, cast.anna)
    assert of("one-owner").measure(_today()).share == 100
    _public(conversation, None)
    measure = of("one-owner").measure(_today())
    assert (measure.kept, measure.total) == (0, 1)
    (breach,) = of("one-owner").breaches(_today(), among=None).rows
    assert "own page" in str(breach.what)


def _public(conversation: Conversation, agent: Agent | None) -> None:
    message = _outside(conversation, "And another thing.", "public")
    Message.objects.filter(pk=message.pk).update(agent=agent)


# -- days


def test_measures_add_up_and_a_quarter_is_two_queries(cast: Cast) -> None:
    today = now().astimezone(UTC).date()
    for back in range(1, 90):
        for slug in ("promises-kept", "one-owner"):
            keep(slug, today - timedelta(days=back), Measure(9, 10, {"email": (9, 10)}, {"dated": 1}))
    measured = [one for one in all_guarantees() if one.is_measured]
    for one in measured:
        keep(one.slug, today, Measure())
    with CaptureQueriesContext(connection) as queries:
        found = charter_of(Span.QUARTER, Company.current())
    assert len(queries) <= 4
    standing = found.of("promises-kept")
    assert standing is not None
    assert (standing.measure.kept, standing.measure.total, standing.measure.figure("dated")) == (801, 890, 89)
    assert standing.state == State.BROKEN
    assert len(standing.curve) == 15


def test_the_running_day_is_measured_when_its_row_is_old(cast: Cast) -> None:
    conversation = cast.writes()
    keep("named", now().date(), Measure())
    DayMeasure.objects.update(measured_at=now() - timedelta(hours=1))
    add_reply(agent=cast.marco, conversation=conversation, text="We look into it.")
    found = charter_of(Span.TODAY).of("named")
    assert found is not None
    assert found.measure.total == 1


def test_the_days_behind_us_are_measured_once_and_stay(cast: Cast) -> None:
    with at(now() - timedelta(days=30)):
        add_reply(agent=cast.marco, conversation=cast.writes(at=now()), text="We look into it.")
    Conversation.objects.update(created_at=now() - timedelta(days=30))
    for _ in range(15):
        measure_days()
    rows = DayMeasure.objects.filter(slug="named")
    assert rows.count() == 31
    before = dict(rows.filter(day__lt=now().date() - timedelta(days=14)).values_list("day", "measured_at"))
    measure_days()
    assert before == dict(rows.filter(day__in=before).values_list("day", "measured_at"))


def test_a_guarantee_below_its_threshold_is_told_once_a_day(cast: Cast) -> None:
    conversation = cast.writes()
    SlaClock.objects.all().delete()
    moment = now()
    for number in range(20):
        _clock(conversation, state="breached" if number else "met", due=moment)
    for _ in range(3):
        measure_days()
    (event,) = Event.objects.filter(type="charter.breached")
    assert event.data["guarantee"] == "promises-kept"


@pytest.mark.parametrize(
    ("share", "state"),
    [
        (None, "not_measured"),
        (100.0, "kept"),
        (95.0, "kept"),
        (94.9, "at_risk"),
        (92.0, "at_risk"),
        (91.9, "broken"),
        (0.0, "broken"),
    ],
)
def test_a_share_makes_a_state(share: float | None, state: str) -> None:
    assert state_of(share, 95.0) == state


counts = st.dictionaries(st.sampled_from("abc"), st.integers(0, 50), max_size=3)
measures = st.builds(
    lambda pairs, figures, steps: Measure(
        sum(min(p) for p in pairs.values()),
        sum(max(p) for p in pairs.values()),
        {kind: (min(p), max(p)) for kind, p in pairs.items()},
        figures,
        {"channel:a": steps},
    ),
    st.dictionaries(st.sampled_from("ab"), st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=2),
    counts,
    st.dictionaries(st.sampled_from(["1", "70"]), st.integers(1, 9), max_size=2),
)


@given(measures, measures, measures)
def test_measures_are_added_in_any_order(one: Measure, two: Measure, three: Measure) -> None:
    assert (one + two) + three == one + (two + three)
    assert one + two == two + one
    assert one + Measure(spread={"channel:a": {}}) == one


def test_every_guarantee_measures_an_empty_day_and_has_nothing_to_show(cast: Cast) -> None:
    for guarantee in all_guarantees():
        if guarantee.is_measured:
            measure: Callable[[Period], Measure] = guarantee.measure
            assert measure(DAY).total == 0
            assert guarantee.breaches(DAY, among=None).rows in ([], ())
            assert isinstance(guarantee.words(Measure()), str)


def test_a_day_is_the_companys_day(cast: Cast) -> None:
    Company.objects.filter(pk=Company.current().pk).update(time_zone="Europe/Rome")
    stretch = Stretch(date(2026, 10, 25), date(2026, 10, 25), company_zone())  # the clocks go back
    assert stretch.period.begins == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert stretch.period.ends == datetime(2026, 10, 25, 23, tzinfo=UTC)
    found = measures_by_day(all_guarantees(), stretch)
    assert total_of(of("named"), found["named"]) == Measure()
    assert receive(cast.inbox, customer=cast.giulia).pk
