"""One fault, many customers: linked, watched, told once each, with a gate that says no to offers meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ascolto.accounts.models import Agent
from ascolto.charter.problems import Why, open_problems
from ascolto.collaboration.actions import problems as actions
from ascolto.collaboration.actions.announcing import announce, send_next
from ascolto.collaboration.models import Announcement, Problem, ProblemLink, Told
from ascolto.collaboration.selectors.problems import problem_marks, problems, suggested
from ascolto.conversations.models import Conversation, Message, Status
from ascolto.customers.models import Customer
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.testing.factories import Cast, make_cast, make_customer

pytestmark = pytest.mark.django_db


def client_of(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def affected(cast: Cast, count: int = 3, languages: tuple[str, ...] = ("it", "en", "")) -> list[Conversation]:
    found = []
    for n in range(count):
        customer = make_customer(f"Customer {n}", language=languages[n % len(languages)])
        found.append(cast.writes("My line is dead.", customer=customer))
    return found


def a_problem(cast: Cast, conversations: list[Conversation]) -> Problem:
    made = actions.open_problem(agent=cast.anna, title="Fault at Navile", known="A joint is broken.")
    for conversation in conversations:
        actions.link(agent=cast.marco, problem=made, conversation=conversation)
    return made


def test_everybody_is_told_once_in_their_language_and_the_conversations_are_resolved() -> None:
    cast = make_cast()
    conversations = affected(cast)
    problem = a_problem(cast, conversations)
    texts = {"": "It works again.", "it": "La linea è tornata."}
    made = announce(agent=cast.anna, problem=problem, texts=texts, client_key="k", resolves=True)
    assert announce(agent=cast.anna, problem=problem, texts=texts, client_key="k") == made
    assert (send_next(), send_next()) == (3, 0)
    said = dict(Message.objects.filter(direction="out").values_list("conversation", "text"))
    assert said == {
        conversations[0].pk: "La linea è tornata.",
        conversations[1].pk: "It works again.",
        conversations[2].pk: "It works again.",
    }
    made.refresh_from_db()
    assert made.done_at is not None
    assert set(Conversation.objects.values_list("status", flat=True)) == {Status.RESOLVED}
    assert Event.objects.filter(type="problem.told").count() == 3


def test_a_customer_with_two_conversations_is_told_once_and_what_cannot_leave_says_why() -> None:
    cast = make_cast()
    twice = cast.writes("Dead.", customer=make_customer("Twice"))
    Conversation.objects.filter(pk=twice.pk).update(status=Status.RESOLVED)
    problem = a_problem(cast, [twice, *affected(cast, 1)])
    cast.inbox.is_enabled = False
    cast.inbox.save()
    made = announce(agent=cast.anna, problem=problem, texts={"": "It works again."}, client_key="k")
    assert send_next() == 2
    assert set(Told.objects.values_list("state", "code")) == {("refused", "channel_off")}
    made.refresh_from_db()
    assert made.done_at is not None
    page = client_of(cast.anna).get(f"/problems/{problem.pk}/").content.decode()
    assert "2 not told" in page


def test_nobody_is_written_to_without_words_or_by_who_does_not_see_them() -> None:
    cast = make_cast()
    problem = a_problem(cast, affected(cast, 2))
    for agent, texts in (
        (cast.anna, {"it": "Solo italiano"}),
        (cast.viktor, {"": "Hello"}),
        (cast.anna, {"": "  "}),
    ):
        with pytest.raises(Refused):
            announce(agent=agent, problem=problem, texts=texts, client_key="k")
    assert not Announcement.objects.exists()


def test_a_problem_is_opened_changed_and_solved_by_colleagues_only() -> None:
    cast = make_cast()
    problem = a_problem(cast, [])
    changed = actions.change_problem(
        agent=cast.marco, problem=problem, state="watching", known="Repaired.", version=1
    )
    assert (changed.state, changed.version) == ("watching", 2)
    with pytest.raises(actions.StaleProblem):
        actions.change_problem(agent=cast.anna, problem=problem, state="open", version=1)
    with pytest.raises(Refused):
        actions.change_problem(agent=cast.anna, problem=problem, state="gone")
    solved = actions.change_problem(agent=cast.anna, problem=problem, state="solved")
    assert solved.solved_at is not None
    assert Event.objects.filter(type="problem.resolved").count() == 1
    assert [update.state for update in problem.updates.all()] == ["solved", "watching", "open"]
    with pytest.raises(Refused):
        actions.link(agent=cast.marco, problem=problem, conversation=cast.writes())


def test_while_the_problem_is_open_nothing_is_sold_to_who_has_it() -> None:
    cast = make_cast()
    (conversation,) = affected(cast, 1)
    problem = a_problem(cast, [conversation])
    assert [one.why for one in open_problems(conversation.customer_id)] == [Why.KNOWN]
    actions.change_problem(agent=cast.anna, problem=problem, state="solved")
    assert [one.why for one in open_problems(conversation.customer_id)] != [Why.KNOWN]


def test_linking_from_the_conversation_and_marks_on_rows(django_assert_num_queries: Any) -> None:
    cast = make_cast()
    conversation, *others = affected(cast)
    problem = a_problem(cast, others)
    marco, number = client_of(cast.marco), conversation.number
    assert suggested(conversation) == [problem]
    assert problem.title in marco.get(f"/c/{number}/problem/").content.decode()
    headers = {"HX-Request": "true"}
    answer = marco.post(f"/c/{number}/problem/", {"problem": problem.number}, headers=headers)
    assert answer.status_code == 200
    assert problem.number in answer.content.decode()
    with django_assert_num_queries(1):
        found = problem_marks(list(Conversation.objects.none()) + [conversation.pk, *(o.pk for o in others)])
    assert len(found) == 3
    assert problems().get().customers == 3  # type: ignore[attr-defined]
    assert marco.post(f"/c/{number}/problem/", {"problem": problem.pk, "verb": "unlink"}).status_code == 302
    assert not ProblemLink.objects.filter(conversation=conversation).exists()
    assert marco.post(f"/c/{number}/problem/", {"problem": "PRB-999"}).status_code == 422
    assert marco.post(f"/c/{number}/problem/", {"verb": "open", "title": "New"}).status_code == 302
    assert client_of(cast.viktor).post(f"/c/{number}/problem/", {"problem": problem.pk}).status_code == 404


def test_pages_of_problems(django_assert_max_num_queries: Any) -> None:
    cast = make_cast()
    conversations = affected(cast, 6)
    problem = a_problem(cast, conversations)
    anna = client_of(cast.anna)
    made = anna.post("/problems/new/", {"title": "Another", "next_update_at": "2030-01-01T10:00"})
    assert made.status_code == 302
    assert anna.post("/problems/new/", {"title": " "}).status_code == 422
    assert anna.post("/problems/new/", {"title": "x", "next_update_at": "soon"}).status_code == 422
    page = anna.get("/problems/").content.decode()
    assert problem.number in page
    assert "6 customers" in page
    for path in (
        "/problems/?solved=1",
        f"/problems/{problem.pk}/tell/",
        "/mentions/",
        "/mentions/?done=1",
        "/requests/",
    ):
        assert anna.get(path).status_code == 200, path
    with django_assert_max_num_queries(24):
        anna.get(f"/problems/{problem.pk}/")
    assert "Customer 1" not in client_of(cast.viktor).get(f"/problems/{problem.pk}/").content.decode()
    look = anna.post(f"/problems/{problem.pk}/tell/", {"verb": "preview", "text-": "It works."})
    assert "Customer 1" in look.content.decode()
    assert not Told.objects.exists()
    sent = {"verb": "send", "text-": "It works.", "client_key": "k"}
    assert anna.post(f"/problems/{problem.pk}/tell/", sent).status_code == 302
    assert anna.post(f"/problems/{problem.pk}/tell/", sent).status_code == 302
    assert Told.objects.count() == 6
    solved = anna.post(f"/problems/{problem.pk}/", {"state": "solved", "version": "1"})
    assert solved.headers["Location"].endswith("/tell/")
    assert anna.post(f"/problems/{problem.pk}/", {"state": "open", "version": "1"}).status_code == 422
    assert Customer.objects.count() >= 6


@pytest.mark.parametrize("text", ["x" * 1_000_000, "\x00", "🙂" * 10_000], ids=range(3))
def test_a_title_that_is_no_title_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        actions.open_problem(agent=make_cast().anna, title=text)


@pytest.mark.parametrize("text", ["a\ud800", "\u202e" * 100, "Z̸̡̛" * 20], ids=range(3))
def test_hostile_words_are_kept_and_shown(text: str) -> None:
    cast = make_cast()
    made = actions.open_problem(agent=cast.anna, title=text, known=text * 5000, public_text=text * 5000)
    assert client_of(cast.anna).get(f"/problems/{made.pk}/").status_code == 200
