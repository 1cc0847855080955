"""Headers and names of files as broken programs write them, and what a person would have read in them."""

from __future__ import annotations

import pytest

from ascolto.channels.adapters.email import charsets, repair
from ascolto.channels.adapters.email.tests import corpus
from ascolto.channels.protocol import Message


def read(content: bytes) -> Message:
    mail = corpus.read(content)
    assert mail is not None
    return mail


def test_collected_mails_are_read_as_their_collection_says() -> None:
    if not corpus.FOLDER.is_dir():
        pytest.skip("no folder ../shared/fixtures/email-hostile beside the repository")
    scores, others = corpus.score()
    for what, (right, whole) in scores.items():
        assert right >= 0.97 * whole, (what, others)


FROM = b"From: Giulia Rossi <giulia@example.org>\r\n"


@pytest.mark.parametrize(
    ("raw", "address", "name"),
    [
        (b"From: Giulia Rossi <giulia@example.org>", "giulia@example.org", "Giulia Rossi"),
        (b'From: "Rossi, Giulia" <giulia@example.org>', "giulia@example.org", "Rossi, Giulia"),
        (b"From: Rossi, Giulia <giulia@example.org>", "giulia@example.org", "Giulia"),
        (b"From: giulia@example.org (Giulia Rossi)", "giulia@example.org", "Giulia Rossi"),
        (b"From: Giulia Rossi giulia@example.org", "giulia@example.org", "Giulia Rossi"),
        (b"From: <giulia@example.org", "giulia@example.org", ""),
        (b"From: Giulia <<giulia@example.org>>", "giulia@example.org", "Giulia"),
        (b"From: 'Giulia' [mailto:giulia@example.org]", "giulia@example.org", "Giulia"),
        (b"From: Giulia\r\n <GIULIA@Example.ORG>", "giulia@example.org", "Giulia"),
        (b"From: =?utf-8?Q?=22Giulia=22_Rossi?= <giulia@example.org>", "giulia@example.org", '"Giulia" Rossi'),
        (b'From: "Giulia Rossi" giulia@example.org', "giulia@example.org", "Giulia Rossi"),
        (b"From: 'giulia@example.org'", "giulia@example.org", ""),
        (b"From: Giulia <giulia at example.org>\r\nReply-To: giulia@example.org", "giulia@example.org", "Giulia"),
        (b"from:giulia@example.org", "giulia@example.org", ""),
        (b"From : Giulia <giulia@example.org>", "giulia@example.org", "Giulia"),
        (b"From: Giulia\r\nReply-To: giulia@example.org", "giulia@example.org", "Giulia"),
        (b"From: Giulia <>\r\nReturn-Path: <giulia@example.org>", "giulia@example.org", "Giulia"),
        (b"Reply-To: Giulia <giulia@example.org>", "giulia@example.org", "Giulia"),
        (b"Sender: giulia@example.org", "giulia@example.org", ""),
        (b"From: =?utf-8?Q?Jos=C3=A9_=3Cx=40y=2Eexample=3E?= <giulia@example.org>", "giulia@example.org", "José <x@y.example>"),
        (b"From: =?utf-8?B?R2l1bGlhIDxnaXVsaWFAZXhhbXBsZS5vcmc+?=", "giulia@example.org", "Giulia"),
        (b"From: \"=?iso-8859-1?Q?Jos=E9?=\" <giulia@example.org>", "giulia@example.org", "José"),
        ("From: Łukasz <giulia@example.org>".encode(), "giulia@example.org", "Łukasz"),
        ("From: José <giulia@example.org>".encode("latin-1"), "giulia@example.org", "José"),
        ("From: Джулия <giulia@example.org>\r\nContent-Type: text/plain; charset=koi8-r".encode("koi8-r"), "giulia@example.org", "Джулия"),
        ("From: Джулия Росси <giulia@example.org>".encode("cp1251"), "giulia@example.org", "Джулия Росси"),
        ("From: 山田太郎 <giulia@example.org>".encode("iso2022_jp"), "giulia@example.org", "山田太郎"),
        (b"junk that is no header\r\nFrom: giulia@example.org", "giulia@example.org", ""),
        (b"Received: by x\r\nwith a line that broke\r\nFrom: giulia@example.org", "giulia@example.org", ""),
        (b"Received: by x\r\n\r\nFrom: giulia@example.org\r\nTo: a@b.example", "giulia@example.org", ""),
        (b"\xef\xbb\xbfFrom: giulia@example.org", "giulia@example.org", ""),
    ],
)  # fmt: skip
def test_the_sender_is_found(raw: bytes, address: str, name: str) -> None:
    mail = read(raw + b"\r\nSubject: No line\r\n\r\nHello")
    assert mail.sender.handles[0].value == address
    assert mail.sender.name == name
    assert mail.subject == "No line"
    assert mail.text == "Hello"


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        ("Störung im Netz".encode("latin-1"), "Störung im Netz"),
        ("Не работает телефон".encode("koi8-r"), "Не работает телефон"),
        ("Не работает телефон".encode("cp1251"), "Не работает телефон"),
        ("电话不能用了，请帮忙".encode("gb18030"), "电话不能用了，请帮忙"),
        ("電話不通了，請幫忙".encode("big5"), "電話不通了，請幫忙"),
        ("電話がつながりません".encode("cp932"), "電話がつながりません"),
        ("電話がつながりません".encode("euc_jp"), "電話がつながりません"),
        ("電話がつながりません".encode("iso2022_jp"), "電話がつながりません"),
        ("전화가 안 됩니다".encode("cp949"), "전화가 안 됩니다"),
        ("Δεν λειτουργεί".encode("cp1253"), "Δεν λειτουργεί"),
        ("הטלפון לא עובד".encode("cp1255"), "הטלפון לא עובד"),
        ("الهاتف لا يعمل".encode("cp1256"), "الهاتف لا يعمل"),
        ("Żółta linia nie działa, proszę".encode("cp1250"), "Żółta linia nie działa, proszę"),
        (b"=?utf-8?B?UGVyY2jDqSBub24=?=", "Perché non"),
        (b"=?utf-8?B?UGVyY2jDqSBub24=", "Perché non"),
        (b"=?UTF-8?Q?Perch=C3?=\r\n =?UTF-8?Q?=A9?=", "Perché"),
        (b"=?utf-8?B?UGVyY2jD?= =?utf-8?B?qSBub24=?=", "Perché non"),
        (b"=?iso-2022-jp?B?GyRCRUVPQxsoQg==?=", "電話"),
        (b"=?gb2312?B?trbS9A==?=", "抖音"),
        (b"=?windows-1251?Q?=CF=F0=E8=E2=E5=F2?=", "Привет"),
        (b"=?koi8-r?B?8NLJ18XU?=", "Привет"),
        (b"Re: =?utf-8?q?caff=C3=A8?= e =?iso-8859-1?q?t=E8?=", "Re: caffè e tè"),
        (b"=?utf-8?q?a?==?utf-8?q?b?=", "ab"),
    ],
)
def test_the_subject_is_read(raw: bytes, subject: str) -> None:
    assert read(FROM + b"Subject: " + raw + b"\r\n\r\nHello").subject == subject


def test_letters_are_read_as_the_mail_declares_its_text() -> None:
    raw = (
        FROM
        + "Subject: Đề\r\n".encode("cp1258", "replace")
        + b"Content-Type: text/plain; charset=iso-8859-5\r\n"
    )
    raw += "Subject: Ёж\r\n\r\nЁж".encode("iso8859-5")
    raw = raw.replace(b"Subject: " + "Đề".encode("cp1258", "replace") + b"\r\n", b"")
    assert (read(raw).subject, read(raw).text) == ("Ёж", "Ёж")


def test_utf_8_in_a_header_is_read_as_such_whatever_the_text_is_declared_to_be() -> None:
    raw = (
        FROM
        + "Subject: Störung".encode()
        + b"\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n"
        + "Störung".encode("latin-1")
    )
    assert (read(raw).subject, read(raw).text) == ("Störung", "Störung")


def part(headers: bytes, body: bytes = b"x") -> Message:
    edge = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee.\r\n--b\r\n"
    return read(FROM + edge + headers + b"\r\n\r\n" + body + b"\r\n--b--\r\n")


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        (b"Content-Type: image/png", "image.png"),
        (b"Content-Type: image/jpeg", "image.jpg"),
        (b"Content-Type: application/pdf", "document.pdf"),
        (b"Content-Type: text/calendar", "calendar.ics"),
        (b"Content-Type: text/plain\r\nContent-Disposition: attachment", "document.txt"),
        (b"Content-Type: image/png\r\nContent-ID: <image001.png@01D5.AB>", "image001.png"),
        (b"Content-Type: image/png\r\nContent-Location: http://x.example/pics/logo.png", "logo.png"),
        (b"Content-Type: image/png\r\nContent-Description: My modem", "My modem.png"),
        (b"Content-Type: message/rfc822\r\nContent-Disposition: attachment; filename=old.eml", "old.eml"),
        (b'Content-Type: image/png; name="=?utf-8?B?w6Aucg==?=\r\n =?utf-8?B?bmc=?="', "à.rng"),
        (b"Content-Type: image/png; name*=utf-8''caff%C3%A8.png", "caffè.png"),
        (b"Content-Type: image/png; name*0*=utf-8''caff; name*1*=%C3%A8.png", "caffè.png"),
        (b"Content-Disposition: attachment; filename=\"utf-8''caff%C3%A8.png\"", "caffè.png"),
        (b'Content-Disposition: attachment; filename="caff\xc3\xa8.png"', "caffè.png"),
        (b"Content-Disposition: attachment; filename=my picture.png", "my picture.png"),
        (b"Content-Type: text/html; name=report.html", "report.html"),
        (b"Content-Type: text/html; name=report.html\r\nContent-Disposition: inline", "report.html"),
        (b"Content-Type: text/x-python", "document.py"),
        (b"Content-Type: application/pgp-signature", "signature.asc"),
    ],
)
def test_a_file_has_a_name(headers: bytes, name: str) -> None:
    assert [file.name for file in part(headers).attachments] == [name]


def test_an_attached_mail_is_named_by_its_subject_and_one_without_by_what_it_is() -> None:
    named = part(b"Content-Type: message/rfc822", b"From: a@b.example\r\nSubject: Your bill\r\n\r\nHi")
    assert [file.name for file in named.attachments] == ["Your bill.eml"]
    unnamed = part(b"Content-Type: message/rfc822", b"From: a@b.example\r\n\r\nHi")
    assert [file.name for file in unnamed.attachments] == ["message.eml"]


def test_a_piece_of_the_body_that_outlook_named_is_no_file() -> None:
    mail = part(b"Content-Type: text/html; name=ATT00001.htm", b"<p>And more.</p>")
    assert mail.attachments == ()
    assert "And more." in mail.text


def test_two_files_of_one_name_can_be_told_apart() -> None:
    one = b"Content-Type: image/png; name=a.png\r\n\r\nx\r\n--b\r\nContent-Type: image/png; name=a.png"
    assert [file.name for file in part(one).attachments] == ["a.png", "a1.png"]


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Добрый день, у меня со вчерашнего дня не работает интернет.", "cp1251"),
        ("Добрый день, у меня со вчерашнего дня не работает интернет.", "koi8-r"),
        ("您好，我的网络从昨天开始不能使用。", "gb18030"),
        ("您好，我的網路從昨天開始不能使用。", "big5"),
        ("昨日からインターネットが使えません。", "cp932"),
        ("昨日からインターネットが使えません。", "euc_jp"),
        ("어제부터 인터넷이 되지 않습니다.", "cp949"),
        ("Dzień dobry, od wczoraj nie działa mi łącze.", "cp1250"),
        ("Dobrý den, od včerejška nefunguje připojení.", "cp1250"),
        ("Perché non va più? È già martedì…", "cp1252"),
        ("Größe, Übung, süß", "cp1252"),
        ("Från och med igår går det inte", "cp1252"),
    ],
)
def test_a_text_of_no_declared_character_set_is_read(text: str, codec: str) -> None:
    assert charsets.decode(text.encode(codec)) == text


def test_a_header_in_order_is_left_alone() -> None:
    raw = b"Received: by x\r\n\tfor y\r\nFrom: a@b.example\r\n\r\nbody: with\r\nlines"
    assert repair.tidy(raw) == raw
