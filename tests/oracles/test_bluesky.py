"""atproto, the library that most programs use, as the company and as a customer of our stand-in: it finds what it expects.

Its models are made from the network's own lexicons and refuse what does not fit: whatever it can read has the network's shape.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ascolto.channels.adapters.bluesky.adapter import Bluesky
from ascolto.channels.adapters.bluesky.richtext import facets
from ascolto.testing.conformance import account_for
from ascolto.testing.harness import oracle
from ascolto.testing.networks.bluesky import BlueskyNetwork
from ascolto.testing.networks.city import City
from ascolto.testing.polled import Desk, answer_to

atproto = oracle("atproto")


errors = oracle("atproto_client.exceptions")


@pytest.fixture
def network() -> Iterator[BlueskyNetwork]:
    with City() as city:
        yield city.add(BlueskyNetwork())


@pytest.fixture
def desk(network: BlueskyNetwork) -> Desk:
    adapter = Bluesky()
    return Desk(adapter, account_for(adapter, network.settings))


def client(network: BlueskyNetwork, person: Any) -> Any:
    signed_in = atproto.Client(base_url=f"{network.url}/xrpc")
    signed_in.login(person.handle, network.password_of(person))
    return signed_in


def test_giulia_posts_by_atproto_and_our_desk_answers_her(network, desk) -> None:
    giulia = network.add_person("Giulia Conti")
    hers = client(network, giulia)
    words = atproto.client_utils.TextBuilder().mention("@telvia.bsky.example", network.us.id)
    written = hers.send_post(words.text(" è senza linea 😡 ").link("stato", "https://telvia.example/stato"))
    message = desk.hears_message()
    assert (message.external_id, message.extra["cid"]) == (written.uri, written.cid)
    assert message.text == "@telvia.bsky.example è senza linea 😡 stato <https://telvia.example/stato>"
    (uri,) = desk.adapter.publish(desk.account, answer_to(message, "Arriviamo 🚐 #fibra")).external_ids
    (reply,) = hers.get_post_thread(written.uri).thread.replies
    assert (reply.post.uri, reply.post.record.text) == (uri, "Arriviamo 🚐 #fibra")
    assert reply.post.record.reply.parent.cid == written.cid


def test_replies_with_pictures_are_heard(network, desk) -> None:
    giulia = network.add_person("Giulia Conti")
    desk.hears()
    ours = client(network, network.us).send_post("Lavori in corso")
    reference = atproto.models.create_strong_ref(ours)
    reply = atproto.models.AppBskyFeedPost.ReplyRef(parent=reference, root=reference)
    client(network, giulia).send_image(
        "Ecco la spia", b"\x89PNG red", image_alt="La spia rossa", reply_to=reply
    )
    message = desk.hears_message()
    assert (message.replies_to, message.extra["context"]) == ((ours.uri,), "Lavori in corso")
    assert [image.remote["description"] for image in message.attachments] == ["La spia rossa"]


def test_what_the_company_reads_by_atproto_is_what_our_adapter_reads(network, desk) -> None:
    giulia = network.add_person("Giulia Conti")
    network.write(giulia, "La fibra non va", public=True)
    ours = client(network, network.us)
    (notice,) = ours.app.bsky.notification.list_notifications({"reasons": ["mention"]}).notifications
    message = desk.hears_message()
    assert message.external_id == notice.uri
    assert message.sender.handles[0].value == notice.author.did
    assert ours.app.bsky.feed.get_posts({"uris": [notice.uri]}).posts[0].cid == message.extra["cid"]


def test_giulia_chats_by_atproto_and_reads_our_answer(network, desk) -> None:
    giulia = network.add_person("Giulia Conti")
    desk.hears()
    chat = client(network, giulia).with_bsky_chat_proxy().chat.bsky.convo
    convo = chat.get_convo_for_members({"members": [network.us.id]}).convo
    text = {"text": "Il mio codice è 4471"}
    written = chat.send_message({"convo_id": convo.id, "message": text})
    message = desk.hears_message()
    assert message.external_id == f"{convo.id}/{written.id}"
    desk.adapter.send(desk.account, answer_to(message, "Grazie: https://telvia.example/4471"))
    newest = chat.get_messages({"convo_id": convo.id}).messages[0]
    assert newest.text == "Grazie: https://telvia.example/4471"
    assert newest.facets[0].features[0].uri == "https://telvia.example/4471"
    assert [log.message.id for log in chat.get_log({"cursor": "2222222222222"}).logs] == [
        written.id,
        newest.id,
    ]


def test_our_marks_are_the_ones_that_the_library_would_make(network) -> None:
    giulia = network.add_person("Giulia Conti")
    words = atproto.client_utils.TextBuilder().text("È già 😀 ").mention(f"@{giulia.handle}", giulia.id)
    words.text(" vede ").link("https://telvia.example/stato", "https://telvia.example/stato").text(" ")
    words.tag("#fibra", "fibra")
    expected = [facet.model_dump(by_alias=True, exclude_none=True) for facet in words.build_facets()]
    found = facets(words.build_text(), lambda handle: giulia.id if handle == giulia.handle else "")
    plain = [{name: part for name, part in facet.items() if name != "$type"} for facet in expected]
    for facet in plain:
        facet["index"].pop("$type", None)
    assert found == plain


def test_errors_are_the_ones_that_the_library_knows(network) -> None:
    ours = client(network, network.us)
    with pytest.raises(errors.BadRequestError, match="InvalidRequest"):
        ours.send_post("a" * 301)
    with pytest.raises(errors.BadRequestError, match="NotFound"):
        ours.get_post_thread(f"at://{network.us.id}/app.bsky.feed.post/3kaaaaaaaaaa2")
    with pytest.raises(errors.UnauthorizedError):
        atproto.Client(base_url=f"{network.url}/xrpc").login(network.us.handle, "wrong")
