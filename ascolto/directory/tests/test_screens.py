"""The pages of customers: what they show, to whom, and at what price."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ascolto.accounts.models import Role
from ascolto.conversations.actions import add_participant, change_status
from ascolto.conversations.models import Conversation, Label
from ascolto.customers.actions import make_group
from ascolto.customers.duplicates import Trace, note_traces
from ascolto.customers.fields import save_field, set_field_values
from ascolto.customers.models import (
    Customer,
    CustomerField,
    CustomerMerge,
    CustomerNote,
    DuplicateSuggestion,
    Identity,
)
from ascolto.kit.clock import now
from ascolto.testing.factories import (
    Cast,
    make_agent,
    make_cast,
    make_customer,
    make_inbox,
    make_team,
    receive,
)
from ascolto.testing.readings import make_reading

pytestmark = pytest.mark.django_db
HOSTILE = [
    "😀" * 10_000,
    "\u202e\u200b" * 500,
    "Z̷̨̛" * 300,
    "%_\\'\"<script>",
    "x" * 100_000,
    "\ud800".encode("utf-8", "replace").decode(),
]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def as_(agent: Any) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def page(agent: Any, address: str, **headers: str) -> str:
    response = as_(agent).get(address, headers=headers)
    assert response.status_code == 200, (response.status_code, address)
    return response.content.decode()


def test_the_list_has_whom_one_may_see_the_last_heard_first(cast: Cast) -> None:
    cast.writes("Hello")
    paolo = make_customer("Paolo Bianchi")
    receive(cast.inbox, "Ciao", customer=paolo)
    silent = make_customer("Silvia Silente")
    make_inbox(name="Elsewhere", teams=[make_team("Elsewhere")])
    marco, anna, viktor = (page(agent, "/customers/") for agent in (cast.marco, cast.anna, cast.viktor))
    assert marco.index("Paolo Bianchi") < marco.index("Giulia Ferri")
    assert "Silvia" not in marco
    assert silent.name in anna
    assert "Giulia" not in viktor
    assert "Nobody" in viktor or "No customers" in viktor


def test_search_by_name_handle_and_number(cast: Cast) -> None:
    cast.writes("Hello")
    receive(cast.inbox, "Ciao", customer=make_customer("Paolo Bianchi"))
    for q in ("giul", "giulia.ferri@", cast.giulia.number):
        found = page(cast.marco, f"/customers/?q={q}")
        assert "Giulia Ferri" in found
        assert "Paolo" not in found
    assert "Nobody found" in page(cast.marco, "/customers/?q=zzz")


def test_filters_by_group_label_and_language(cast: Cast) -> None:
    cast.writes("Hello")
    group = make_group(by=cast.anna, name="Families")
    label = Label.objects.create(name="vip", scope=Label.Scope.CUSTOMERS)
    cast.giulia.labels.add(label)  # type: ignore[attr-defined]
    Customer.objects.filter(pk=cast.giulia.pk).update(group=group, language="it")
    receive(cast.inbox, "Ciao", customer=make_customer("Paolo Bianchi"))
    for query in (f"group={group.pk}", f"label={label.pk}", "language=it"):
        found = page(cast.marco, f"/customers/?{query}")
        assert "Giulia Ferri" in found
        assert "Paolo" not in found


def test_pages_follow_each_other_without_gaps(cast: Cast) -> None:
    names = [f"Customer {n:03}" for n in range(65)]
    for name in names:
        receive(cast.inbox, "Hello", customer=make_customer(name, ("chat", name)))
    first = page(cast.anna, "/customers/")
    address = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = page(cast.anna, address)
    assert sum(name in first for name in names) == 50
    assert all((name in first) != (name in second) for name in names)
    assert as_(cast.anna).get("/customers/?after=nonsense").status_code == 404


def test_the_page_tells_everything_and_viktor_nothing(cast: Cast) -> None:
    conversation = cast.writes("My line is dead")
    change_status(agent=cast.marco, conversation=conversation, status="resolved")
    found = page(cast.marco, f"/customers/{cast.giulia.pk}/")
    assert "giulia.ferri@example.org" in found
    assert conversation.number in found
    assert "Marco Villa resolved it" in found
    for address in ("", "timeline/", "merge/", "privacy/"):
        response = as_(cast.viktor).get(f"/customers/{cast.giulia.pk}/{address}")
        assert response.status_code in {403, 404}, address
    for address in ("change/", "fields/", "handles/", "notes/"):
        assert as_(cast.viktor).post(f"/customers/{cast.giulia.pk}/{address}").status_code == 404, address


def test_a_guest_sees_no_pages_and_masked_handles(cast: Cast) -> None:
    gino = make_agent("Gino Guest", Role.GUEST)
    conversation = cast.writes("Hello")
    add_participant(agent=cast.marco, conversation=conversation, person=gino)
    assert as_(gino).get(f"/customers/{cast.giulia.pk}/").status_code == 403
    assert as_(gino).get("/customers/").status_code == 403
    card = page(gino, f"/c/{conversation.number}/identities/", **{"HX-Request": "true"})
    assert "giulia.ferri@example.org" not in card
    assert "g•••@example.org" in card
    assert "giulia.ferri@example.org" in page(
        cast.marco, f"/c/{conversation.number}/identities/", **{"HX-Request": "true"}
    )
    assert as_(cast.viktor).get(f"/c/{conversation.number}/identities/").status_code == 404


def test_what_is_known_is_changed_and_undone(cast: Cast) -> None:
    cast.writes("Hello")
    Label.objects.create(name="vip", scope=Label.Scope.CUSTOMERS)
    client = as_(cast.marco)
    address = f"/customers/{cast.giulia.pk}/change/"
    given = {"name": "Giulia F.", "language": "it", "about": "Calls back", "group": "", "labels": ["vip"]}
    after = client.post(address, given, follow=True).content.decode()
    assert "Customer changed" in after
    assert 'name="name" value="Giulia Ferri"' in after
    cast.giulia.refresh_from_db()
    assert (cast.giulia.name, cast.giulia.language) == ("Giulia F.", "it")
    assert cast.giulia.labels.count() == 1  # type: ignore[attr-defined]


def test_notes_are_kept_pinned_changed_and_come_back(cast: Cast) -> None:
    cast.writes("Hello")
    client, base = as_(cast.marco), f"/customers/{cast.giulia.pk}/notes/"
    client.post(base, {"text": "Speaks slowly <b>", "pinned": "1"})
    note = CustomerNote.objects.get()
    client.post(f"{base}{note.pk}/", {"verb": "change", "text": "Hears badly"})
    found = page(cast.marco, f"/customers/{cast.giulia.pk}/")
    assert "Hears badly" in found
    assert "Speaks slowly &lt;b&gt;" in found  # what it said before
    client.post(f"{base}{note.pk}/", {"verb": "remove"})
    assert "Hears badly" not in page(cast.anna, f"/customers/{cast.giulia.pk}/")
    client.post(f"{base}{note.pk}/", {"verb": "restore"})
    assert "Hears badly" in page(cast.anna, f"/customers/{cast.giulia.pk}/")


def test_another_persons_note_is_theirs(cast: Cast) -> None:
    cast.writes("Hello")
    luca = make_agent("Luca Blu", teams=[cast.care])
    as_(luca).post(f"/customers/{cast.giulia.pk}/notes/", {"text": "Mine"})
    note = CustomerNote.objects.get()
    after = as_(cast.marco).post(
        f"/customers/{cast.giulia.pk}/notes/{note.pk}/", {"verb": "remove"}, follow=True
    )
    assert "Somebody else wrote this note" in after.content.decode()
    note.refresh_from_db()
    assert note.removed_at is None


def test_fields_are_written_checked_and_shown_on_the_card(cast: Cast) -> None:
    conversation = cast.writes("Hello")
    field = save_field(by=cast.anna, field=CustomerField(), name="Contract ends", kind="date")
    multi = save_field(
        by=cast.anna, field=CustomerField(), name="Has", kind="multi", choices=["Fibre", "Mobile"]
    )
    client, address = as_(cast.marco), f"/customers/{cast.giulia.pk}/fields/"
    wrong = client.post(address, {f"has.{field.key}": "1", f"field.{field.key}": "soon"}, follow=True)
    assert "Contract ends: Write a date" in wrong.content.decode()
    client.post(
        address,
        {
            f"has.{field.key}": "1",
            f"field.{field.key}": "11/06/2027",
            f"has.{multi.key}": "1",
            f"field.{multi.key}": ["Mobile", "Fibre"],
        },
    )
    card = page(cast.marco, f"/c/{conversation.number}/identities/", **{"HX-Request": "true"})
    assert "2027-06-11" in card
    assert "Fibre, Mobile" in card


def test_handles_by_hand(cast: Cast) -> None:
    cast.writes("Hello")
    client, base = as_(cast.marco), f"/customers/{cast.giulia.pk}/handles/"
    refused = client.post(base, {"namespace": "phone", "value": "333", "reason": ""}, follow=True)
    assert "Write the number with its country" in refused.content.decode()
    client.post(base, {"namespace": "phone", "value": "+39 333 123 4567", "reason": ""})
    handle = Identity.objects.get(value="+393331234567")
    assert not handle.is_proven
    needs = client.post(f"{base}{handle.pk}/", {"verb": "prove", "reason": ""}, follow=True)
    assert "A reason is needed" in needs.content.decode()
    for verb, proven, retired in (
        ("prove", True, False),
        ("doubt", False, False),
        ("remove", False, True),
        ("restore", False, False),
    ):
        client.post(f"{base}{handle.pk}/", {"verb": verb, "reason": "She read it to me"})
        handle.refresh_from_db()
        assert (handle.is_proven, handle.is_retired) == (proven, retired), verb


def test_a_handle_moves_to_another_customer_and_back(cast: Cast) -> None:
    cast.writes("Hello")
    paolo = make_customer("Paolo Bianchi")
    receive(cast.inbox, "Ciao", customer=paolo)
    handle = cast.giulia.identities.first()  # type: ignore[attr-defined]
    address = f"/customers/{cast.giulia.pk}/handles/{handle.pk}/"
    as_(cast.marco).post(address, {"verb": "move", "to": paolo.number, "reason": "It is his"})
    handle.refresh_from_db()
    assert handle.customer_id == paolo.pk
    as_(cast.marco).post(
        f"/customers/{paolo.pk}/handles/{handle.pk}/",
        {"verb": "move", "to": cast.giulia.number, "reason": "Undo"},
    )
    handle.refresh_from_db()
    assert handle.customer_id == cast.giulia.pk


def test_what_is_allowed_changes_with_a_reason_but_a_stop_stands(cast: Cast) -> None:
    cast.writes("Hello")
    handle = cast.giulia.identities.first()  # type: ignore[attr-defined]
    address = f"/customers/{cast.giulia.pk}/handles/{handle.pk}/"
    client = as_(cast.marco)
    client.post(address, {"verb": "allow", "what": "offers", "allowed": "0", "reason": "Said so by phone"})
    handle.refresh_from_db()
    assert handle.opted_out_at is not None
    Identity.objects.filter(pk=handle.pk).update(blocked_at=now(), blocked_why="stop")
    after = client.post(
        address, {"verb": "allow", "what": "messages", "allowed": "1", "reason": "Please"}, follow=True
    )
    assert "The customer said STOP there" in after.content.decode()


def test_how_the_last_contacts_felt_stands_under_the_name(cast: Cast) -> None:
    """In conversations that the reader may see: one contact is what the head of the conversation says already."""
    first = cast.writes("My line is dead.", at=now() - timedelta(days=90))
    make_reading(first.messages.get(), sentiment="negative", strength=-0.8)
    hx = {"HX-Request": "true"}
    alone = page(cast.marco, f"/c/{first.number}/identities/", **hx)
    assert 'id="card-mood" hx-swap-oob="outerHTML"></div>' in alone
    change_status(agent=cast.marco, conversation=first, status="resolved")
    Conversation.objects.filter(pk=first.pk).update(resolved_at=now() - timedelta(days=80))
    elsewhere = cast.writes("Thank you, it works.")
    make_reading(elsewhere.messages.get(), sentiment="positive", strength=0.7)
    card = page(cast.marco, f"/c/{elsewhere.number}/identities/", **hx)
    assert "Mood, 2 contacts" in card
    assert 'data-v="pos"' in card


def test_is_it_her_on_the_card(cast: Cast) -> None:
    conversation = cast.writes("Hello")
    chat = make_customer("Giulia", ("chat", "v-9"))
    receive(cast.inbox, "Hello", customer=chat)
    note_traces([Trace(cast.giulia.pk, "code", "4471902"), Trace(chat.pk, "code", "4471902")])
    card = page(cast.marco, f"/c/{conversation.number}/identities/", **{"HX-Request": "true"})
    assert "Is it also Giulia?" in card
    assert "both gave the code 4471902" in card
    suggestion = DuplicateSuggestion.objects.get()
    client = as_(cast.marco)
    hx = {"HX-Request": "true"}
    no = client.post(
        f"/customers/duplicates/{suggestion.pk}/", {"same": "0", "number": conversation.number}, headers=hx
    )
    assert "Is it also" not in no.content.decode()
    assert '"undo"' in no.headers["HX-Trigger"]
    client.post(
        f"/customers/duplicates/{suggestion.pk}/", {"same": "ask", "number": conversation.number}, headers=hx
    )
    yes = client.post(
        f"/customers/duplicates/{suggestion.pk}/",
        {"same": "1", "number": conversation.number, "override": "She said so"},
        headers=hx,
    )
    assert "/customers/merges/" in yes.headers["HX-Trigger"], yes.headers["HX-Trigger"]
    assert Customer.objects.get(pk=chat.pk).merged_into_id == cast.giulia.pk
    assert as_(cast.viktor).post(f"/customers/duplicates/{suggestion.pk}/", {"same": "0"}).status_code == 404
    made = CustomerMerge.objects.get()
    client.post(f"/customers/merges/{made.pk}/undo/")
    assert Customer.objects.get(pk=chat.pk).merged_into_id is None


def test_the_list_of_suggestions_is_for_leads(cast: Cast) -> None:
    chat = make_customer("Giulia", ("chat", "v-9"))
    note_traces([Trace(cast.giulia.pk, "code", "4471902"), Trace(chat.pk, "code", "4471902")])
    assert "both gave the code" in page(cast.anna, "/customers/duplicates/")
    assert as_(cast.marco).get("/customers/duplicates/").status_code == 403


def test_merging_is_compared_first_and_asks_why(cast: Cast) -> None:
    cast.writes("Hello")
    again = make_customer("Giulia F", ("email", "other@example.org"))
    receive(cast.inbox, "Hello", customer=again)
    client, address = as_(cast.marco), f"/customers/{cast.giulia.pk}/merge/"
    assert again.number in page(cast.marco, f"{address}?q=Giulia+F")
    compare = page(cast.marco, f"{address}?with={again.number}")
    assert "Both have a proven handle" in compare
    refused = client.post(address, {"with": again.number, "override": "", "keep": "this"}, follow=True)
    assert "may be two people" in refused.content.decode()
    client.post(address, {"with": again.number, "override": "She wrote from both", "keep": "this"})
    assert client.get(f"/customers/{again.pk}/").headers["Location"] == f"/customers/{cast.giulia.pk}/"


def test_the_timeline_is_narrowed_and_pages(cast: Cast) -> None:
    for n in range(35):
        conversation = cast.writes(
            f"Matter {n} about the {'modem' if n == 3 else 'line'}", at=now() - timedelta(days=n)
        )
        change_status(agent=cast.marco, conversation=conversation, status="resolved")
        type(conversation).objects.filter(pk=conversation.pk).update(resolved_at=now() - timedelta(days=60))
    base = f"/customers/{cast.giulia.pk}/"
    hx = {"HX-Request": "true"}
    first = page(cast.marco, f"{base}timeline/?kind=conversations", **hx)
    address = first.split('hx-get="')[2].split('"')[0].replace("&amp;", "&")
    assert first.count("tl-conv") == 30
    assert page(cast.marco, address, **hx).count("tl-conv") == 5
    assert page(cast.marco, f"{base}timeline/?q=modem", **hx).count("tl-conv") == 1
    assert "tl-conv" not in page(cast.marco, f"{base}timeline/?kind=events", **hx)
    assert "tl-conv" not in page(cast.marco, f"{base}timeline/?channel=whatsapp", **hx)


def test_queries_do_not_grow(cast: Cast) -> None:
    def costs(address: str) -> int:
        client = as_(cast.marco)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    field = save_field(by=cast.anna, field=CustomerField(), name="Plan", kind="text")
    cast.writes("Hello")
    before = [costs(address) for address in ("/customers/", f"/customers/{cast.giulia.pk}/")]
    for n in range(12):
        conversation = cast.writes(f"Hello {n}")
        change_status(agent=cast.marco, conversation=conversation, status="resolved")
        type(conversation).objects.filter(pk=conversation.pk).update(resolved_at=now() - timedelta(days=60))
        other = make_customer(f"C {n}", ("chat", f"{n}"))
        receive(cast.inbox, "Hello", customer=other)
        set_field_values(by=cast.marco, customer=other, given={field.key: "x"})
        as_(cast.marco).post(f"/customers/{cast.giulia.pk}/notes/", {"text": f"Note {n}"})
    after = [costs(address) for address in ("/customers/", f"/customers/{cast.giulia.pk}/")]
    assert after[0] <= before[0]
    assert after[1] <= before[1] + 4  # people, teams and earlier versions are asked for once there are some
    assert before[0] < 25
    assert after[1] < 50


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_answered(cast: Cast, text: str) -> None:
    cast.writes("Hello")
    client, base = as_(cast.marco), f"/customers/{cast.giulia.pk}/"
    assert client.get("/customers/", {"q": text[:3_000], "group": text[:50]}).status_code == 200
    assert client.get(base, {"q": text[:3_000], "kind": text[:50], "channel": text[:50]}).status_code == 200
    for address, given in (
        ("notes/", {"text": text}),
        ("change/", {"name": text, "language": text[:99], "about": text, "group": text[:99]}),
        ("handles/", {"namespace": "email", "value": text, "reason": text}),
        ("merge/", {"with": text[:3_000], "override": text}),
        ("fields/", {"has.nothing": "1", "field.nothing": text}),
    ):
        assert client.post(base + address, given).status_code in {200, 302}, address
    assert client.get(base).status_code == 200


def test_marco_writes_to_giulia_first(cast: Cast) -> None:
    cast.writes("Hello")
    mail = make_inbox("email", "Care by mail", teams=[cast.care])
    assert "Care by mail" in page(cast.marco, f"/customers/{cast.giulia.pk}/")
    address = f"/customers/{cast.giulia.pk}/write/"
    there = as_(cast.marco).post(address, {"account": mail.pk})
    assert there.status_code == 302
    assert as_(cast.marco).get(there.headers["Location"]).status_code == 200
    assert as_(cast.marco).post(address, {"account": cast.inbox.pk}).status_code == 404
    assert as_(cast.viktor).post(address, {"account": mail.pk}).status_code == 404
