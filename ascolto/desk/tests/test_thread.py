"""A conversation as it is read: everything that was said, on every channel, and nothing of it can do harm."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from ascolto.channels.protocol import Media
from ascolto.conversations.actions import add_note, add_reply, assign, change_status
from ascolto.conversations.files import store_file
from ascolto.conversations.models import Message, MessageRevision, Reaction
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_agent, make_inbox, receive

As = Callable[..., Client]
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def test_a_thread_shows_everything_that_was_said(cast: Cast, as_: As) -> None:
    conversation = cast.writes("My line <b>is</b> dead.")
    add_note(agent=cast.marco, conversation=conversation, text="Cable cut in via Gobetti.")
    page = as_(cast.marco).get(f"/c/{conversation.number}/").content.decode()
    assert "My line &lt;b&gt;is&lt;/b&gt; dead." in page
    assert "Cable cut in via Gobetti." in page
    assert "Internal note" in page


def test_viktor_and_wrong_numbers_find_nothing(cast: Cast, as_: As) -> None:
    conversation = cast.writes()
    message = Message.objects.get(conversation=conversation)
    base = f"/c/{conversation.number}/"
    reads = ["", "head/", "messages/", f"messages/{message.pk}/", f"messages/{message.pk}/letter/"]
    reads += ["assign/", "labels/", "snooze/", "subject/"]
    writes = ["reply/", "status/", "priority/", "assign/", "labels/", "snooze/", "spam/", "subject/"]
    viktor = as_(cast.viktor)
    assert {viktor.get(base + part).status_code for part in reads} == {404}
    assert {viktor.post(base + part, {"text": "x", "mode": "note"}).status_code for part in writes} == {404}
    assert viktor.post(f"{base}messages/{message.pk}/resend/").status_code == 404
    assert {
        as_(cast.marco).get(f"/c/{n}/").status_code for n in ("00010", "x", "0", "99999999999999999999")
    } == {404}
    assert Message.objects.count() == 1


def test_a_message_of_another_conversation_is_not_shown_by_this_one(cast: Cast, as_: As) -> None:
    mine = cast.writes()
    secret = receive(make_inbox(name="Board", teams=[]), "For the board.", customer=None)
    for part in ("", "letter/"):
        assert as_(cast.marco).get(f"/c/{mine.number}/messages/{secret.pk + 1000}/{part}").status_code == 404


def test_a_guest_reads_and_notes_only_where_they_were_asked(cast: Cast, as_: As) -> None:
    from ascolto.conversations.actions import add_participant

    conversation, other = cast.writes(), cast.writes("Another matter", inbox=make_inbox(name="Other"))
    guest = make_agent("Nadia Kovač", "guest")
    client = as_(guest)
    assert client.get(f"/c/{conversation.number}/").status_code == 404
    add_participant(agent=cast.marco, conversation=conversation, person=guest)
    page = client.get(f"/c/{conversation.number}/").content.decode()
    assert 'value="note"' in page
    assert 'value="private"' not in page
    assert "Resolve</span>" not in page
    assert client.post(f"/c/{conversation.number}/status/", {"status": "resolved"}).status_code == 403
    answer = client.post(f"/c/{conversation.number}/reply/", {"mode": "private", "text": "hello"})
    assert answer.status_code == 422
    note = client.post(f"/c/{conversation.number}/reply/", {"mode": "note", "text": "The joint is broken."})
    assert note.status_code == 302
    assert client.get("/filters/").status_code == 403  # who works here is no guest's business
    assert 'id="filters"' not in client.get("/").content.decode()
    assert other.pk == conversation.pk or client.get(f"/c/{other.number}/").status_code == 404


def test_edits_removals_and_reactions_are_told(cast: Cast, as_: As) -> None:
    conversation = cast.writes("Now it says this.")
    message = Message.objects.get(conversation=conversation)
    Message.objects.filter(pk=message.pk).update(edited_at=now())
    MessageRevision.objects.create(message=message, text="Before it said that.")
    Reaction.objects.create(message=message, identity=cast.giulia.identities.first(), emoji="👍")
    gone = receive(cast.inbox, "", customer=cast.giulia)
    Message.objects.filter(pk=gone.pk).update(removed_at=now())
    MessageRevision.objects.create(message=gone, text="A word too much.")
    page = as_(cast.marco).get(f"/c/{conversation.number}/").content.decode()
    assert "Before it said that." in page
    assert "👍" in page
    assert "Taken back by its author" in page
    assert "A word too much." in page


def test_quoted_text_is_folded_and_never_lost(cast: Cast, as_: As) -> None:
    quoted = "Thank you!\n\nOn 10 June Marco wrote:\n> I write by 18:00."
    conversation = cast.writes(quoted, extra={"visible_text": "Thank you!"})
    page = as_(cast.marco).get(f"/c/{conversation.number}/").content.decode()
    assert "Quoted text" in page
    assert "On 10 June Marco wrote:" in page
    assert page.count("Thank you!") == 1


def test_a_letter_cannot_do_anything(cast: Cast, as_: As) -> None:
    hostile = (
        '<p onclick="x()">Hello</p><script>alert(1)</script><img src="https://spy.example/pixel.gif">'
        '<img src="cid:logo@x"><a href="javascript:alert(1)">a</a><a href="data:text/html,x">b</a>'
        '<form action="https://spy.example"><input name=p></form>'
        '<div style="background:url(https://spy.example/b);position:fixed;color:red">c</div>'
        '<meta http-equiv="refresh" content="0;url=https://spy.example"><base href="https://spy.example"><svg onload=alert(1)>'
    )
    logo = Media(name="logo.png", content_type="image/png", data=PNG, content_id="logo@x")
    conversation = cast.writes("Hello", html=hostile, files=[logo])
    message = Message.objects.get(conversation=conversation)
    answer = as_(cast.marco).get(f"/c/{conversation.number}/messages/{message.pk}/letter/")
    page = answer.content.decode()
    for bad in (
        "script",
        "onclick",
        "onload",
        "javascript:",
        "data:text",
        "<form",
        "<base",
        "<meta http",
        "url(",
        "position",
        "spy.example",
    ):
        assert bad not in page.replace('<meta charset="utf-8">', "")
    assert f'src="/files/{message.attachments.get().pk}/"' in page
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "Load them" in page
    with_pictures = as_(cast.marco).get(f"/c/{conversation.number}/messages/{message.pk}/letter/?pictures=1")
    assert "https://spy.example/pixel.gif" in with_pictures.content.decode()


@pytest.mark.parametrize(
    ("name", "claimed", "content", "shown"),
    [
        ("a.png", "image/png", PNG, "image/png"),
        ("a.html", "text/html", b"<script>alert(1)</script>", "application/octet-stream"),
        ("a.svg", "image/svg+xml", b"<svg onload='alert(1)'/>", "application/octet-stream"),
        ("a.png", "image/png", b"<script>alert(1)</script>", "application/octet-stream"),
        ("a.pdf", "application/pdf", b"%PDF-1.4", "application/octet-stream"),
    ],
)
def test_files_are_handed_over_and_never_run(
    cast: Cast, as_: As, name: str, claimed: str, content: bytes, shown: str
) -> None:
    conversation = cast.writes(files=[Media(name=name, content_type=claimed, data=content)])
    attachment = Message.objects.get(conversation=conversation).attachments.get()
    answer = as_(cast.marco).get(f"/files/{attachment.pk}/")
    assert b"".join(answer.streaming_content) == content
    assert answer.headers["Content-Type"] == shown
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("inline" if shown.startswith("image") else "attachment")
    assert as_(cast.viktor).get(f"/files/{attachment.pk}/").status_code == 404


def test_a_file_that_was_only_uploaded_is_its_uploaders(cast: Cast, as_: As) -> None:
    kept = store_file(PNG, name="a.png", content_type="image/png", uploader=cast.marco)
    assert as_(cast.marco).get(f"/files/{kept.pk}/").status_code == 200
    assert as_(cast.anna).get(f"/files/{kept.pk}/").status_code == 404


def test_the_live_thread_gets_only_what_is_new(cast: Cast, as_: As) -> None:
    conversation = cast.writes("First.")
    first = Message.objects.get(conversation=conversation)
    cast.writes("Second.")
    assign(agent=cast.anna, conversation=conversation, assignee=cast.marco)
    marco = as_(cast.marco)
    new = marco.get(f"/c/{conversation.number}/messages/?after={first.pk}&events=0").content.decode()
    assert "Second." in new
    assert "First." not in new
    assert "Anna Neri gave it to Marco Villa" in new
    one = marco.get(f"/c/{conversation.number}/messages/{first.pk}/").content.decode()
    assert one.count("<article") == 1
    assert marco.get(f"/c/{conversation.number}/messages/?after=x").status_code == 404


def test_what_happened_stands_between_the_messages(cast: Cast, as_: As) -> None:
    conversation = cast.writes()
    change_status(agent=cast.marco, conversation=conversation, status="resolved")
    cast.writes("Not yet!", at=now() + timedelta(seconds=1))
    page = as_(cast.marco).get(f"/c/{conversation.number}/").content.decode()
    thread = page.split('id="thread"')[1]
    assert thread.index("Marco Villa resolved it") < thread.index("Reopened: the customer wrote again")


def test_opening_a_thread_costs_few_queries_however_long_it_is(
    cast: Cast, as_: As, django_assert_max_num_queries: Callable[..., object]
) -> None:
    conversation = cast.writes()
    for i in range(30):
        cast.writes(f"Message {i}")
    marco, anna = as_(cast.marco), as_(cast.anna)
    headers = {"HX-Request": "true"}
    marco.get("/counts/"), anna.get("/counts/")  # the first request of a session notes that somebody is here
    with django_assert_max_num_queries(24):
        marco.get(f"/c/{conversation.number}/", headers=headers)
    with django_assert_max_num_queries(20):
        anna.get(f"/c/{conversation.number}/", headers=headers)


def test_what_was_said_long_ago_is_a_page_away(cast: Cast, as_: As) -> None:
    """Three pages, nothing twice, nothing missing: also where many messages have the same moment."""
    start = now() - timedelta(days=9)
    conversation = cast.writes("Message 0.", at=start)
    for i in range(1, 230):
        cast.writes(f"Message {i}.", at=start + timedelta(minutes=i // 40))
    marco, base = as_(cast.marco), f"/c/{conversation.number}/"
    pages = [marco.get(base).content.decode().split('id="thread"')[1]]
    while found := re.search(r'href="([^"]+/earlier/\?before=\d+)"', pages[-1]):
        pages.append(marco.get(found[1], headers={"HX-Request": "true"}).content.decode())
    assert [page.count("<article") for page in pages] == [50, 100, 80]
    said = [int(n) for page in reversed(pages) for n in re.findall(r"Message (\d+)\.", page)]
    assert said == list(range(230))
    alone = marco.get(re.search(r'href="([^"]+/earlier/[^"]+)"', pages[0])[1])  # type: ignore[index]
    assert alone.content.decode().count("<article") == 100
    assert as_(cast.viktor).get(f"{base}earlier/?before=1").status_code == 404
    assert marco.get(f"{base}earlier/?before=999999").status_code == 404
    assert marco.get(f"{base}earlier/?before=x").status_code == 404


def test_what_happened_stands_on_one_page_only(cast: Cast, as_: As) -> None:
    start = now() - timedelta(hours=9)
    conversation = cast.writes("Message 0.", at=start)
    change_status(agent=cast.marco, conversation=conversation, status="pending")
    Event.objects.filter(conversation_id=conversation.pk).update(occurred_at=start + timedelta(seconds=30))
    for i in range(1, 110):
        cast.writes(f"Message {i}.", at=start + timedelta(minutes=i))
    marco = as_(cast.marco)
    newest = marco.get(f"/c/{conversation.number}/").content.decode()
    assert "waits for the customer" not in newest.split('id="thread"')[1].split("<form")[0]
    address = re.search(r'href="([^"]+/earlier/[^"]+)"', newest)[1]  # type: ignore[index]
    assert "Marco Villa waits for the customer" in marco.get(address).content.decode()


def test_what_a_mail_warns_of_is_said_in_words(cast: Cast, as_: As) -> None:
    codes = ["sender_not_proven", "answers_go_elsewhere", "a_code_of_tomorrow", {"not": "a code"}]
    conversation = cast.writes("Pay here.", inbox=make_inbox("email"), extra={"warnings": codes})
    page = as_(cast.marco).get(f"/c/{conversation.number}/").content.decode()
    assert "Nothing proves that it really comes from this sender." in page
    assert "The sender asks for answers at another address." in page
    assert "a_code_of_tomorrow" not in page


def test_channels_are_named_in_the_readers_language(cast: Cast, as_: As) -> None:
    conversation = cast.writes(inbox=make_inbox("chat"))
    cast.marco.language = "it"
    cast.marco.save()
    page = as_(cast.marco).get(f"/c/{conversation.number}/").content.decode()
    assert "Chat dal vivo" in page
    assert "Live chat" not in page


def test_marcos_emphasis_stands_in_his_bubble_and_nobody_elses_page_does(cast: Cast, as_: Any) -> None:
    talk = cast.writes()
    html = "<p>Your <b>bill</b> &lt;script&gt;</p><ul><li>one</li></ul>"
    mine = add_reply(agent=cast.marco, conversation=talk, text="Your bill <script>\n- one", html=html)
    Message.objects.filter(pk=mine.pk).update(html=html)
    theirs = add_reply(agent=cast.marco, conversation=talk, text="From another program")
    Message.objects.filter(pk=theirs.pk).update(html="<p onclick='x'>From <i>another</i> program</p>")
    page = as_(cast.marco).get(f"/c/{talk.number}/").content.decode()
    assert f'<div class="rich">{html}</div>' in page
    assert "<i>another</i>" not in page
    assert "From another program" in page
