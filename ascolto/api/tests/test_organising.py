"""Marco's program merges, splits and links; Anna's defines labels; Viktor's finds nothing."""

from __future__ import annotations

from ascolto.api.tests.conftest import Caller, token_of
from ascolto.conversations.models import Conversation
from ascolto.testing.factories import Cast, make_customer, receive


def two(cast: Cast) -> tuple[Conversation, Conversation]:
    first = receive(cast.inbox, "The line is dead.", customer=cast.giulia, thread="one").conversation
    second = receive(cast.inbox, "Still dead.", customer=cast.giulia, thread="two").conversation
    return first, second


def test_a_program_merges_reads_both_and_takes_it_back(cast: Cast, marco: Caller) -> None:
    first, second = two(cast)
    merged = marco.post(f"/conversations/{second.pk}/merge", {"into": first.pk})
    assert merged["id"] == first.pk
    gone = marco.get(f"/conversations/{second.pk}")
    assert (gone["status"], gone["merged_into_id"]) == ("resolved", first.pk)
    assert [row["id"] for row in marco.get("/conversations")["data"]] == [first.pk]
    assert len(marco.get(f"/conversations/{first.pk}/messages")["data"]) == 2
    refused = marco.post(f"/conversations/{second.pk}/resolve", {}, status=422)
    assert refused["code"] == "merged"
    back = marco.post(f"/conversations/{second.pk}/unmerge")
    assert (back["id"], back["merged_into_id"]) == (second.pk, None)


def test_different_customers_are_refused_until_it_is_confirmed(cast: Cast, marco: Caller) -> None:
    first, _second = two(cast)
    other = receive(cast.inbox, "Me too.", customer=make_customer("Rosa Bruni")).conversation
    path = f"/conversations/{other.pk}/merge"
    assert marco.post(path, {"into": first.pk}, status=422)["code"] == "other_customer"
    assert marco.post(path, {"into": first.pk, "confirmed": True})["id"] == first.pk


def test_messages_are_split_off_and_linked(cast: Cast, marco: Caller) -> None:
    talk = cast.writes("The line is dead.")
    bill = receive(cast.inbox, "And the bill is wrong.", customer=cast.giulia)
    made = marco.post(f"/conversations/{talk.pk}/split", {"messages": [bill.pk]}, status=201)
    links = marco.get(f"/conversations/{talk.pk}/links")["data"]
    assert [(one["id"], one["why"]) for one in links] == [(made["id"], "split")]
    assert marco.post(f"/conversations/{talk.pk}/unlink", {"conversation": made["id"]})["data"] == []
    body = {"conversation": made["id"], "why": "the same bill"}
    assert marco.post(f"/conversations/{talk.pk}/link", body)["data"][0]["why"] == "the same bill"


def test_viktor_may_do_none_of_it(cast: Cast, viktor: Caller) -> None:
    first, second = two(cast)
    for verb, body in (("merge", {"into": first.pk}), ("unmerge", None), ("split", {"messages": [1]})):
        viktor.post(f"/conversations/{second.pk}/{verb}", body, status=404)
    assert viktor("GET", f"/conversations/{second.pk}/links").status_code == 404


def test_labels_are_listed_by_everybody_and_defined_by_who_may(cast: Cast, marco: Caller) -> None:
    marco.post("/labels", {"name": "fault"}, status=422)
    anna = token_of(cast.anna)
    made = anna.post("/labels", {"name": "fault", "tone": "bad", "scope": "conversations"}, status=201)
    other = anna.post("/labels", {"name": "faults"}, status=201)
    changed = anna.patch(f"/labels/{made['id']}", {"about": "The line is dead"})
    assert changed["about"] == "The line is dead"
    assert anna.post(f"/labels/{other['id']}/merge", {"into": made["id"]})["id"] == made["id"]
    listed = marco.get("/labels")["data"]
    assert [(one["name"], one["archived_at"] is None) for one in listed] == [
        ("fault", True),
        ("faults", False),
    ]
    anna.post("/labels/999999/merge", {"into": made["id"]}, status=404)
