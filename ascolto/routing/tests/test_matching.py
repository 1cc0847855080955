"""Who gets which conversation: stories, one rule each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ascolto.routing.matching import Board, Decision, Person, Reason, Rules, Waiting, Why, load_of

NINE = datetime(2026, 3, 4, 9, tzinfo=UTC)
CARE, BILLING, SHOPS = 1, 2, 3
FIBRE, INVOICE = 11, 12
MARCO, ANNA, SARA = 1, 2, 3
CALL, CHAT, MAIL = 100, 33, 20


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def person(number: int, **others: object) -> Person:
    return replace(Person(number, frozenset({CARE})), **others)  # type: ignore[arg-type]


def writes(number: int, *, since: datetime = NINE, weight: int = CHAT, **others: object) -> Waiting:
    hour = Waiting(number, since + minutes(60), since, weight, "chat", team=CARE, promised=minutes(60))
    return replace(hour, **others)  # type: ignore[arg-type]


def board(*told: Person | Waiting, rules: Rules | None = None) -> Board:
    found = Board(rules)
    for each in told:
        found.person(each) if isinstance(each, Person) else found.put(each)
    return found


def pairs(decisions: list[Decision]) -> list[tuple[int, int]]:
    return [(each.conversation, each.person) for each in decisions]


def codes(decision: Decision) -> set[Why]:
    return {reason.code for reason in decision.reasons}


def test_what_is_due_first_is_given_first_whenever_it_came() -> None:
    early, late = writes(1, due_at=NINE + minutes(90)), writes(2, due_at=NINE + minutes(30))
    assert pairs(board(person(MARCO, load=60), early, late).decide(NINE)) == [(2, MARCO)]


def test_a_call_takes_all_of_marco_and_nothing_goes_beside_it() -> None:
    there = board(person(MARCO), writes(1, weight=CALL), writes(2, since=NINE + minutes(1), weight=MAIL))
    assert pairs(there.decide(NINE)) == [(1, MARCO)]
    assert there.load(MARCO) == load_of([CALL], 100) == 100
    assert there.why_waiting(2, NINE) == Reason(
        Why.ALL_FULL, {"able": 1, "position": 1, "until": (NINE + minutes(46)).isoformat()}
    )


def test_a_call_takes_all_of_whoever_has_more_or_less_capacity_than_others() -> None:
    for capacity in (50, 150):
        there = board(person(MARCO, capacity=capacity), writes(1, weight=CALL), writes(2, weight=MAIL))
        assert pairs(there.decide(NINE)) == [(1, MARCO)]
        assert there.load(MARCO) == capacity


def test_three_chats_fit_and_a_fourth_does_not() -> None:
    there = board(person(MARCO), *(writes(number) for number in range(1, 5)))
    assert pairs(there.decide(NINE)) == [(1, MARCO), (2, MARCO), (3, MARCO)]


def test_the_topic_is_asked_for_until_half_of_the_promise_is_over() -> None:
    there = board(person(MARCO, topics=frozenset({FIBRE})), writes(1, topic=INVOICE))
    assert there.decide(NINE) == []
    assert there.next_change(NINE) == NINE + minutes(30)
    (decision,) = there.decide(NINE + minutes(30))
    assert codes(decision) >= {Why.TOPIC_MISSING, Why.ONLY_ONE}


def test_the_overflow_team_helps_before_every_team_does() -> None:
    rules = Rules(overflow={CARE: BILLING})
    billing, shops = person(ANNA, teams=frozenset({BILLING})), person(SARA, teams=frozenset({SHOPS}))
    there = board(billing, shops, writes(1), rules=rules)
    assert there.decide(NINE + minutes(44)) == []
    (decision,) = there.decide(NINE + minutes(45))
    assert (decision.person, Why.OVERFLOW_TEAM in codes(decision)) == (ANNA, True)
    alone = board(shops, writes(1), rules=rules)
    assert alone.decide(NINE + minutes(45)) == []
    (decision,) = alone.decide(NINE + minutes(52.5))
    assert (decision.person, Why.OTHER_TEAM in codes(decision)) == (SARA, True)


def test_the_language_is_given_up_only_when_the_promise_is_over() -> None:
    there = board(person(MARCO, languages=frozenset({"it"})), writes(1, language="de"))
    assert there.decide(NINE + minutes(59)) == []
    (decision,) = there.decide(NINE + minutes(60))
    assert Why.LANGUAGE_MISSING in codes(decision)


def test_who_cannot_answer_a_channel_never_gets_it() -> None:
    there = board(person(MARCO, channels=frozenset({"email"})), writes(1))
    assert there.decide(NINE + minutes(600)) == []
    assert there.why_waiting(1, NINE + minutes(600)).code is Why.NOBODY_ABLE  # type: ignore[union-attr]


def test_a_promise_of_friday_evening_loosens_on_monday() -> None:
    friday, monday = datetime(2026, 3, 6, 18, tzinfo=UTC), datetime(2026, 3, 9, 9, tzinfo=UTC)
    asked = writes(
        1, since=friday, due_at=monday + minutes(180), promised=minutes(240), topic=INVOICE
    )  # an hour on Friday
    there = board(person(MARCO, topics=frozenset({FIBRE})), asked)
    assert there.decide(monday) == []
    assert there.next_change(monday) == monday + minutes(60)


def test_giulia_waits_a_while_for_marco_who_knows_her() -> None:
    there = board(person(MARCO, load=100), person(ANNA), writes(1, preferred=(MARCO,)))
    assert there.decide(NINE) == []
    held = there.why_waiting(1, NINE)
    assert held == Reason(Why.HELD_FOR, {"people": [MARCO], "until": (NINE + minutes(10)).isoformat()})
    assert there.next_change(NINE) == NINE + minutes(10)
    assert pairs(there.decide(NINE + minutes(10))) == [(1, ANNA)]


def test_marco_gets_giulia_again_as_soon_as_he_has_room() -> None:
    there = board(person(MARCO, load=100), person(ANNA), writes(1, preferred=(MARCO,)))
    there.decide(NINE)
    there.person(person(MARCO, load=60))
    (decision,) = there.decide(NINE + minutes(2))
    assert (decision.person, Why.SAME_PERSON in codes(decision)) == (MARCO, True)


def test_nobody_waits_for_somebody_who_went_home() -> None:
    there = board(person(MARCO, load=100), person(ANNA), writes(1, preferred=(MARCO,)))
    there.decide(NINE)
    there.person(person(MARCO, load=100, is_here=False))
    assert pairs(there.decide(NINE + minutes(1))) == [(1, ANNA)]


def test_a_short_promise_is_not_spent_on_waiting_for_somebody() -> None:
    short = writes(1, due_at=NINE + minutes(4), promised=minutes(4), preferred=(MARCO,))
    there = board(person(MARCO, load=100), person(ANNA), short)
    assert there.decide(NINE) == []
    assert pairs(there.decide(NINE + minutes(2))) == [(1, ANNA)]


def test_who_refused_never_gets_it_back() -> None:
    there = board(person(MARCO), writes(1, refused=frozenset({MARCO}), preferred=(MARCO,)))
    assert there.decide(NINE + minutes(500)) == []


def test_the_only_speaker_of_german_is_spared_for_germans() -> None:
    italian, both = frozenset({"it"}), frozenset({"it", "de"})
    people = [person(number, languages=italian) for number in range(2, 6)]
    there = board(person(MARCO, languages=both), *people, writes(1, language="it"))
    assert pairs(there.decide(NINE))[0][1] != MARCO
    there.put(writes(2, language="de"))
    assert pairs(there.decide(NINE)) == [(2, MARCO)]


def test_who_has_least_in_hand_gets_the_next_then_who_waited_longest() -> None:
    rules = Rules(whole_kept=0)
    there = board(person(MARCO, load=40), person(ANNA, load=20), writes(1), rules=rules)
    assert pairs(there.decide(NINE)) == [(1, ANNA)]
    fresh, rested = person(MARCO, idle_since=NINE - minutes(1)), person(ANNA, idle_since=NINE - minutes(9))
    assert pairs(board(fresh, rested, writes(1), rules=rules).decide(NINE)) == [(1, ANNA)]


def test_the_last_unoccupied_person_is_kept_for_a_call() -> None:
    there = board(*(person(number, load=33) for number in range(2, 12)), person(MARCO), writes(1))
    assert pairs(there.decide(NINE))[0][1] != MARCO


def test_somebody_finishes_for_a_call_that_finds_everybody_busy() -> None:
    """Marco frees a third of himself again and again: without being kept free he would never be free for the call."""
    there = board(person(MARCO, load=99), writes(1, weight=CALL))
    there.decide(NINE)
    there.put(writes(2, since=NINE + minutes(1)))
    there.person(person(MARCO, load=66))
    assert there.decide(NINE + minutes(1)) == []
    assert there.why_waiting(1, NINE + minutes(1)) == Reason(Why.DRAINING, {"person": MARCO})
    there.person(person(MARCO, load=0))
    (decision,) = there.decide(NINE + minutes(5))
    assert (decision.conversation, Why.KEPT_FREE in codes(decision)) == (1, True)


def test_all_customers_are_equal_unless_the_company_sets_it_otherwise() -> None:
    plain, gold = writes(1), writes(2, since=NINE + minutes(1), group="Gold")
    assert pairs(board(person(MARCO, load=60), plain, gold).decide(NINE)) == [(1, MARCO)]
    rules = Rules(group_shift={"Gold": minutes(5)})
    (decision,) = board(person(MARCO, load=60), plain, gold, rules=rules).decide(NINE)
    assert decision.conversation == 2
    assert Reason(Why.GROUP_SHIFT, {"group": "Gold", "minutes": 5}) in decision.reasons


def test_marco_pulls_the_next_one_that_he_can_take() -> None:
    there = board(person(MARCO, is_here=False), writes(1, topic=INVOICE), writes(2))
    there.person(person(MARCO, is_here=False, topics=frozenset({FIBRE})))
    decision = there.next_for(MARCO, NINE)
    assert decision is not None
    assert (decision.conversation, Why.ASKED_FOR_NEXT in codes(decision)) == (2, True)
    assert there.next_for(MARCO, NINE) is None


def test_the_place_in_line_counts_those_of_the_same_team_and_language() -> None:
    rows = [writes(n, since=NINE + minutes(n), language="it") for n in (3, 1, 2)]
    there = board(*rows, writes(4, language="de"))
    assert [there.position(number) for number in (1, 2, 3, 4, 99)] == [1, 2, 3, 1, None]
    there.take(1)
    assert there.position(3) == 2
    assert [each.id for each in there.ahead(3)] == [2]


def test_a_board_that_was_told_nothing_new_sleeps() -> None:
    there = board(person(MARCO, load=100), writes(1))
    assert there.next_change(NINE) == NINE
    there.decide(NINE)
    assert there.next_change(NINE) == NINE + minutes(45)
    there.take(1)
    assert there.next_change(NINE) is None


def test_new_rules_hold_for_those_who_wait_already() -> None:
    there = board(person(MARCO, topics=frozenset({FIBRE})), writes(1, topic=INVOICE))
    there.decide(NINE + minutes(10))
    there.obey(Rules(widen_at=10))
    assert pairs(there.decide(NINE + minutes(10))) == [(1, MARCO)]
