"""Feeds as they are really written, and as nobody should write them."""

from __future__ import annotations

import contextlib
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.channels.adapters.feed.adapter import adapter
from ascolto.channels.adapters.feed.moments import moment_of
from ascolto.channels.adapters.feed.xmlfeeds import NotAFeed, announced, read_feed
from ascolto.channels.protocol import Message, RawDelivery, Unsupported
from ascolto.testing.conformance import RECEIVED_AT, account_for
from ascolto.testing.wellformed import check_event

ADDRESS = "https://notizie.example/feed"
ACCOUNT = account_for(adapter, {"url": ADDRESS})
RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
 <title>Notizie &amp; fatti</title><atom:link rel="self" href="https://notizie.example/feed"/>
 <link>https://notizie.example/</link>
 <item><media:title>Foto</media:title><media:content url="x.jpg"/><title>Telvia &amp;amp; soci</title>
  <guid>https://notizie.example/1</guid><author>red@notizie.example (La redazione)</author>
  <pubDate>Ven, 20 Nov 2026 18:02:00 +0100</pubDate><category>rete</category>
  <description>Breve</description>
  <content:encoded><![CDATA[<p>Lungo <a href="/due">due</a></p><script>x()</script>]]></content:encoded></item>
 </channel></rss>"""


def messages(body: bytes | str) -> list[Message]:
    """What a whole feed tells, each message checked."""
    content = body.encode() if isinstance(body, str) else body
    events = adapter.parse(
        ACCOUNT, RawDelivery(body=content, headers={}, received_at=RECEIVED_AT, source="poll")
    )
    for event in events:
        check_event(event)
    return [event for event in events if isinstance(event, Message)]


def item(inner: str) -> str:
    return f"<rss version='2.0'><channel><title>T</title><item>{inner}</item></channel></rss>"


def test_an_everyday_feed_is_read_as_its_readers_see_it() -> None:
    [said] = messages(RSS)
    assert said.external_id == "https://notizie.example/1"
    assert said.extra["title"] == "Telvia & soci"
    assert said.extra["url"] == "https://notizie.example/1"
    assert said.extra["context"] == "Notizie & fatti"
    assert "Lungo" in said.text
    assert "https://notizie.example/due" in said.text
    assert "x()" not in said.text
    assert said.sender.name == "La redazione"
    assert said.occurred_at == datetime(2026, 11, 20, 17, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("<title>A</title><description>caf&eacute; &nbsp;&hellip;</description>", "café …"),
        ("<title>A</title><description>Rossi & Bianchi</description>", "Rossi & Bianchi"),
        ("<title>A</title><description>a\x08b</description>", "ab"),
        ("<title>A</title><description>5 &lt; 6 &amp;amp; 7</description>", "5 < 6 & 7"),
        ("<title>Solo il titolo</title>", "Solo il titolo"),
    ],
)
def test_what_breaks_xml_every_day_is_repaired(inner: str, text: str) -> None:
    [said] = messages(item(inner))
    assert said.text == text


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252", "utf-16", "iso-8859-15"])
def test_every_charset_is_read(charset: str) -> None:
    body = f'<?xml version="1.0" encoding="{charset}"?>' + item("<title>Perché è così</title>")
    assert messages(body.encode(charset))[0].text == "Perché è così"


def test_a_charset_that_is_told_wrong_still_gives_a_text() -> None:
    body = b'<?xml version="1.0" encoding="utf-8"?>' + item("<title>Perché</title>").encode("windows-1252")
    assert messages(body)[0].text == "Perché"
    unknown = b'<?xml version="1.0" encoding="klingon"?>' + item("<title>Perché</title>").encode()
    assert messages(unknown)[0].text == "Perché"


def test_a_web_page_says_where_its_feed_is() -> None:
    page = b"""<html><head><link rel="stylesheet" href="x.css"><LINK title='News' href='/feed?a=1&amp;b=2'
      type="application/rss+xml" rel="alternate home"></head></html>"""
    assert announced(page, "https://notizie.example/casa") == "https://notizie.example/feed?a=1&b=2"
    assert announced(b"<html></html>" + b"<link " * 10_000, ADDRESS) == ""


def test_an_old_doctype_is_harmless() -> None:
    doctype = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://my.netscape.example/rss.dtd">'
    assert messages(doctype + item("<title>A</title>"))


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r [<!ENTITY % x SYSTEM "http://evil.example/x.dtd"> %x;]>',
        '<!DOCTYPE r [<!ENTITY x "aaaaaaaaaa"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;&x;">]>',
    ],
)
def test_no_feed_may_declare_entities(doctype: str) -> None:
    with pytest.raises(NotAFeed):
        read_feed((doctype + item("<title>a&x;b</title>")).encode(), ADDRESS)
    [event] = adapter.parse(
        ACCOUNT,
        RawDelivery(
            body=(doctype + item("<title>a&x;b</title>")).encode(), headers={}, received_at=RECEIVED_AT
        ),
    )
    assert isinstance(event, Unsupported)


HOSTILE = {
    "nested": "<a>" * 200_000,
    "nested content": "<rss><channel><item><description>" + "<b>" * 200_000,
    "comments": item("<description><![CDATA[" + "<!--" * 100_000 + "]]></description>"),
    "a long author": item("<title>A</title><author>" + "a" * 200_000 + "@</author>"),
    "attributes": "<rss><channel><item><title>" + '<a b="' * 100_000,
    "ampersands": "<rss>" + "&" * 500_000,
    "names": "<rss>" + "&a" * 300_000,
    "angles": "<" * 500_000,
    "declarations": "<!ENTITY " * 100_000,
    "instructions": "<?x " * 100_000,
    "a long date": item("<title>A</title><pubDate>" + "1 " * 100_000 + "</pubDate>"),
    "links": item(
        "<title>A</title><description>" + "&lt;a href=&quot;/x&quot;&gt;" * 30_000 + "</description>"
    ),
    "many items": "<rss><channel>" + "<item/>" * 300_000 + "</channel></rss>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_feed_is_read_or_refused_and_holds_up_nobody(name: str) -> None:
    with contextlib.suppress(NotAFeed):
        read_feed(HOSTILE[name].encode(), ADDRESS)
    assert len(messages(HOSTILE[name])) <= 2000


def test_damaged_feeds_never_raise_anything_else() -> None:
    body, chance = bytearray(RSS.encode()), random.Random(7)
    for _ in range(300):
        damaged = bytearray(body)
        for _ in range(chance.randint(1, 6)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        messages(bytes(damaged[: chance.randrange(len(damaged))]))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300) | st.text(alphabet="<>&;/rsitem= \"'[]!-CDAT", max_size=300).map(str.encode))
def test_anything_is_read_or_refused(body: bytes) -> None:
    messages(body)


@pytest.mark.parametrize(
    "text",
    [
        "Fri, 20 Nov 2026 18:02:00 +0100",
        "20 Nov 2026 17:02 GMT",
        "Fri, 20 Nov 2026 18:02:00 CET",
        "ven, 20 nov 2026 18:02:00 +0100",
        "Friday, 20 November 2026 17:02:00 UT",
        "2026-11-20T18:02:00+01:00",
        "2026-11-20T17:02:00.000Z",
        "2026-11-20 17:02:00",
        "2026/11/20 17:02",
        "20261120T170200Z",
        "1795194120",
        "1795194120000",
    ],
)
def test_one_moment_in_many_spellings(text: str) -> None:
    assert moment_of(text) == datetime(2026, 11, 20, 17, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "month"),
    [("3 dicembre 2025", 12), ("3 août 2025", 8), ("3 März 2025", 3), ("3 gennaio 2025", 1)],
)
def test_months_in_other_languages(text: str, month: int) -> None:
    assert moment_of(text) == datetime(2025, month, 3, tzinfo=UTC)


@pytest.mark.parametrize(("text", "day"), [("2026", (2026, 1, 1)), ("2026-11", (2026, 11, 1))])
def test_parts_of_a_date(text: str, day: tuple[int, int, int]) -> None:
    assert moment_of(text) == datetime(*day, tzinfo=UTC)


@given(st.text(max_size=60))
def test_any_text_is_a_moment_or_none(text: str) -> None:
    found = moment_of(text)
    assert found is None or found.tzinfo is not None
