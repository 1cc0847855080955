"""Who is believed, and which mails get no answer."""

from __future__ import annotations

import pytest

from ascolto.channels.adapters.email import automation, markup, trust
from ascolto.channels.adapters.email.bounces import classify
from ascolto.channels.protocol import ErrorClass

GIULIA = "giulia@example.org"


@pytest.mark.parametrize(
    ("results", "proven"),
    [
        ([], True),
        (["mx.telvia.example; dmarc=pass header.from=example.org"], True),
        (["mx.telvia.example; dmarc=fail (p=none) header.from=example.org"], False),
        (["mx.telvia.example; dkim=fail; spf=pass; dmarc=fail"], False),
        (["mx.telvia.example; spf=fail smtp.mailfrom=evil.example"], False),
        (["mx.telvia.example; spf=softfail smtp.mailfrom=list.example"], True),
        (["mx.telvia.example; spf=fail; dkim=pass header.d=example.org"], True),
        (["mx.telvia.example; spf=fail; dkim=pass header.d=evil.example"], True),
        (["mx.telvia.example; none"], True),
        (["mx.telvia.example; (a comment with dmarc=fail) spf=pass"], True),
        (["mx.telvia.example; dmarc=fail", "mx.evil.example; dmarc=pass"], False),
        (["mx.telvia.example; dmarc=pass", "mx.evil.example; dmarc=fail"], True),
    ],
)
def test_the_receiving_server_decides_who_is_believed(results: list[str], proven: bool) -> None:
    assert trust.judge(results, GIULIA).proven is proven


def test_only_the_named_server_is_asked() -> None:
    results = ["mx.evil.example; dmarc=pass", "mx.telvia.example; dmarc=fail"]
    assert not trust.judge(results, GIULIA, authority="mx.telvia.example").proven
    assert trust.judge(["mx.evil.example; dmarc=fail"], GIULIA, authority="mx.telvia.example").proven


OWN = frozenset({"help@telvia.example"})


@pytest.mark.parametrize(
    ("headers", "sender", "automatic"),
    [
        ({}, GIULIA, False),
        ({"auto-submitted": ["no"]}, GIULIA, False),
        ({"auto-submitted": ["auto-replied; owner-email=x"]}, GIULIA, True),
        ({"auto-submitted": ["auto-generated"]}, GIULIA, True),
        ({"precedence": ["Bulk"]}, GIULIA, True),
        ({"precedence": ["list"]}, GIULIA, True),
        ({"precedence": ["first-class"]}, GIULIA, False),
        ({"x-auto-response-suppress": ["OOF, AutoReply"]}, GIULIA, True),
        ({"x-autoreply": ["yes"]}, GIULIA, True),
        ({"return-path": ["<>"]}, GIULIA, True),
        ({"return-path": ["<giulia@example.org>"]}, GIULIA, False),
        ({"list-id": ["<news.shop.example>"]}, GIULIA, True),
        ({"list-unsubscribe": ["<https://shop.example/u>"]}, GIULIA, True),
        ({"list-id": ["Help <help.telvia.example>"]}, GIULIA, False),
        ({"content-type": ["multipart/report; report-type=delivery-status"]}, GIULIA, True),
        ({}, "mailer-daemon@example.org", True),
        ({}, "no-reply@shop.example", True),
        ({}, "noreply-7@shop.example", True),
        ({}, "bounces+x=y@shop.example", True),
        ({}, "help@telvia.example", True),
        ({}, "norbert@example.org", False),
    ],
)
def test_machines_are_told_from_people(headers: dict[str, list[str]], sender: str, automatic: bool) -> None:
    assert automation.is_automatic(lambda name: headers.get(name, []), sender, OWN) is automatic


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("5.1.1", ErrorClass.RECIPIENT_GONE),
        ("5.2.2", ErrorClass.RECIPIENT_GONE),
        ("5.4.4", ErrorClass.RECIPIENT_GONE),
        ("4.4.7", ErrorClass.RECIPIENT_GONE),
        ("5.3.4", ErrorClass.CONTENT),
        ("5.2.3", ErrorClass.CONTENT),
        ("5.6.0", ErrorClass.CONTENT),
        ("5.7.1", ErrorClass.BLOCKED),
        ("5.1.8", ErrorClass.CONFIG),
        ("", ErrorClass.UNKNOWN),
        ("nonsense", ErrorClass.UNKNOWN),
    ],
)
def test_a_status_code_says_why(status: str, error: ErrorClass) -> None:
    assert classify(status) is error


@pytest.mark.parametrize(
    "danger",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='java\tscript:alert(1)'>x</a>",
        "<a href='data:text/html,<script>'>x</a>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<style>@import 'https://evil.example'</style>",
        "<div style='background:url(https://evil.example)'>x</div>",
        "<link rel=stylesheet href=https://evil.example>",
        "<meta http-equiv=refresh content='0;url=https://evil.example'>",
        "<base href=https://evil.example>",
        "<iframe src=https://evil.example></iframe>",
        "<form action=https://evil.example><button>x</button></form>",
        "<video src=https://evil.example poster=https://evil.example></video>",
        "<body background=https://evil.example>",
        "<table background=https://evil.example><tr><td>x</td></tr></table>",
        "<img srcset='https://evil.example 2x'>",
        "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
        "<input type=image src=https://evil.example>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    ],
)
def test_no_markup_runs_or_fetches_anything(danger: str) -> None:
    clean = markup.sanitise(f"<p>Hello</p>{danger}").html
    assert clean.startswith("<p>Hello</p>")
    for word in ("script", "onerror", "evil.example", "style", "svg", "import"):
        assert word not in clean


def test_a_remote_picture_keeps_its_address_for_whoever_asks_for_it() -> None:
    clean = markup.sanitise(
        "<img alt='a &quot; > src=' src='https://e.example/a.png'><p> src=\"https://e.example\"</p>"
    )
    assert 'data-remote-src="https://e.example/a.png"' in clean.html
    assert clean.remote_images == 1
    assert '<p> src="https://e.example"</p>' in clean.html
