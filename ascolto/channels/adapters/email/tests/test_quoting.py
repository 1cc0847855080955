"""Cutting quotes: measured on labelled mails where they are at hand, and told case by case in our own."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from email import policy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ascolto
from ascolto.channels.adapters.email import charsets, markup
from ascolto.channels.adapters.email.quoting import cut

LABELLED = Path(ascolto.__file__).resolve().parents[2] / "shared" / "fixtures" / "email-replies"
BAR = 100 / 122


def folded(text: str) -> str:
    return " ".join(text.split())


def labelled() -> Iterator[tuple[str, str, str]]:
    """Name, text and what a reader should see, of every labelled mail."""
    for path in sorted((LABELLED / "discourse" / "emails").glob("*")):
        yield path.name, path.read_text(), (LABELLED / "discourse" / "trimmed" / path.name).read_text()
    for path in sorted((LABELLED / "talon" / "standard_replies").glob("*.eml")):
        seen = path.with_name(f"{path.stem}_reply_text")
        yield path.name, _text_of(path), seen.read_text() if seen.exists() else "Hello"
    for path in sorted((LABELLED / "talon" / "html_replies").glob("*")):
        label = "iso-2022-jp" if b"iso-2022-jp" in path.read_bytes() else "utf-8"
        page = charsets.decode(path.read_bytes(), label)
        yield path.name, markup.to_text(page), "Hi. I am fine. Thanks, Alex"
    talon = LABELLED / "talon"
    yield "OLK_SRC_BODY_SECTION", markup.to_text((talon / "OLK_SRC_BODY_SECTION.html").read_text()), "Reply"
    yield "rule", markup.to_text((talon / "reply-separated-by-hr.html").read_text()), "Hi there Bob"
    shared = _text_of(talon / "reply-quotations-share-block.eml")
    yield "shared block", shared, shared.partition("--- On")[0]


def _text_of(path: Path) -> str:
    body = email.message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_at_least_as_many_labelled_mails_are_cut_right_as_promised() -> None:
    if not LABELLED.is_dir():
        pytest.skip("no folder ../shared/fixtures/email-replies beside the repository")
    results = {name: folded(cut(text).visible) == folded(seen) for name, text, seen in labelled()}
    wrong = [name for name, is_right in results.items() if not is_right]
    assert len(results) >= 50
    assert 1 - len(wrong) / len(results) >= max(BAR, 0.95), wrong


ANSWER = "Yes, please.\nGiulia"


@pytest.mark.parametrize("rest", ["We restarted your line.", "We restarted your line. " * 40])
def test_a_quote_that_begins_in_the_line_of_its_introduction_is_cut(rest: str) -> None:
    intro = "  Il lun, 23 nov, 2026 alle 10:12, Marco<help@telvia.example> ha scritto:   "
    assert cut(f"{ANSWER}\n\n{intro}{rest}\n\nMarco\nTelvia").visible == ANSWER


INTROS = [
    "On Mon, 23 Nov 2026 at 10:12, Marco <help@telvia.example> wrote:",
    "On Nov 23, 2026, at 10:12 AM, Marco wrote:",
    "On 11/23/2026 10:12 AM, Marco wrote:",
    "Il giorno lun 23 nov 2026 alle ore 10:12 Marco <help@telvia.example>\nha scritto:",
    "Il 23/11/2026 10:12, Marco ha scritto:",
    "Le lun. 23 nov. 2026 à 10:12, Marco <help@telvia.example> a écrit :",
    "Am 23.11.2026 um 10:12 schrieb Marco:",
    "Am Mo., 23. Nov. 2026 um 10:12 Uhr schrieb Marco <help@telvia.example>:",
    "El lun, 23 nov 2026 a las 10:12, Marco (<help@telvia.example>) escribió:",
    "Em seg., 23 de nov. de 2026 às 10:12, Marco <help@telvia.example> escreveu:",
    "Op ma 23 nov. 2026 om 10:12 schreef Marco <help@telvia.example>:",
    "Op 23-11-2026 om 10:12 schreef Marco:",
    "Den mån 23 nov. 2026 kl 10:12 skrev Marco <help@telvia.example>:",
    "Den 23.11.2026 10.12, skrev Marco:",
    "man. 23. nov. 2026 kl. 10:12 skrev Marco <help@telvia.example>:",
    "ma 23. marrask. 2026 klo 10.12 Marco (help@telvia.example) kirjoitti:",
    "pon., 23 lis 2026 o 10:12 Marco <help@telvia.example> napisał(a):",
    "W dniu 23.11.2026 o 10:12, Marco pisze:",
    "po 23. 11. 2026 v 10:12 odesílatel Marco <help@telvia.example> napsal:",
    "пн, 23 нояб. 2026 г. в 10:12, Marco <help@telvia.example>:",
    "23.11.2026 10:12, Marco пишет:",
    '23.11.2026, 10:12, "Marco" <help@telvia.example>:',
    "На 23.11.2026 г. в 10:12 ч., Marco <help@telvia.example> написа:",
    "Marco <help@telvia.example> ezt írta (időpont: 2026. nov. 23., H, 10:12):",
    "În lun., 23 nov. 2026 la 10:12, Marco <help@telvia.example> a scris:",
    "Marco <help@telvia.example>, 23 Kas 2026 Pzt, 10:12 tarihinde şunu yazdı:",
    "Στις Δευ 23 Νοε 2026 στις 10:12 π.μ., ο χρήστης Marco <help@telvia.example> έγραψε:",
    "Vào Th 2, 23 thg 11, 2026 vào lúc 10:12 Marco <help@telvia.example> đã viết:",
    "Pada tanggal Sen, 23 Nov 2026 10:12, Marco <help@telvia.example> menulis:",
    "Marco <help@telvia.example> 于2026年11月23日周一 10:12写道：",
    '在 2026-11-23 10:12:00,"Marco" <help@telvia.example> 写道：',
    "2026年11月23日(月) 10:12 Marco <help@telvia.example>:",
    "2026년 11월 23일 (월) 오전 10:12, Marco <help@telvia.example>님이 작성:",
    "2026-11-23 10:12 GMT+01:00 Marco <help@telvia.example>:",
    "Marco <help@telvia.example> wrote:",
    "--- On Mon, 11/23/26, Marco <help@telvia.example> wrote:",
    "---- On Mon, 23 Nov 2026 10:12:00 +0100 Marco <help@telvia.example> wrote ----",
    "\u202bבתאריך יום ב׳, 23 בנוב׳ 2026 ב-10:12 מאת \u202aMarco\u202c\u200f <\u202ahelp@telvia.example\u202c\u200f>:\u202c",
    "Quoting Marco <help@telvia.example>:",
    "Zitat von Marco <help@telvia.example>:",
    "Am 18.05.2015 um 13:18 hat Marco <help@telvia.example> geschrieben:",
    "Op 17-feb.-2015, om 13:18 heeft Marco <help@telvia.example> het volgende geschreven:",
    "Il lun 23 nov 2026, 10:12 Marco <help@telvia.example> ha scritto:",
    "In data lunedì 23 novembre 2026 10:12:00 CET, Marco ha scritto:",
    "Marco <help@telvia.example> wrote on 23 Nov 2026:",
    "در تاریخ دوشنبه ۲۳ نوامبر ۲۰۲۶، ۱۰:۱۲ Marco <help@telvia.example> نوشت:",
]
ENDS = [
    "-----Original Message-----",
    "----- Messaggio originale -----",
    "-------- Ursprüngliche Nachricht --------",
    "-----Message d'origine-----",
    "-----Mensaje original-----",
    "----- Mensagem original -----",
    "-----Oorspronkelijk bericht-----",
    "-----Oprindelig meddelelse-----",
    "-----Исходное сообщение-----",
    "##- Please type your reply above this line -##",
    "From: Marco <help@telvia.example>\nSent: Monday, 23 November 2026 10:12\nTo: Giulia\nSubject: RE: No line",
    "________________________________\nDa: Marco <help@telvia.example>\nInviato: lunedì 23 novembre 2026 10:12\nA: Giulia\nOggetto: R: x",
    "Von: Marco [mailto:help@telvia.example]\nGesendet: Montag, 23. November 2026 10:12\nAn: Giulia\nBetreff: AW: x",
    "De : Marco <help@telvia.example>\nEnvoyé : lundi 23 novembre 2026 10:12\nÀ : Giulia\nObjet : RE: x",
    "De: Marco <help@telvia.example>\nEnviado el: lunes, 23 de noviembre de 2026 10:12\nPara: Giulia\nAsunto: RE: x",
    "Van: Marco <help@telvia.example>\nVerzonden: maandag 23 november 2026 10:12\nAan: Giulia\nOnderwerp: x",
    "*From:* Marco <help@telvia.example>\n*Date:* Mon, 23 Nov 2026\n*Subject:* x",
    "Date: Mon, 23 Nov 2026 10:12:00 +0100\nFrom: help@telvia.example\nSubject: x",
    "发件人: Marco <help@telvia.example>\n发送时间: 2026年11月23日 10:12\n收件人: Giulia\n主题: x",
    "差出人: Marco <help@telvia.example>\n送信日時: 2026年11月23日 10:12\n宛先: Giulia\n件名: x",
]
QUOTE = "> Shall we send somebody?\n> Marco"


@pytest.mark.parametrize("intro", INTROS)
def test_what_follows_an_introduction_is_hidden(intro: str) -> None:
    assert cut(f"{ANSWER}\n\n{intro}\n\n{QUOTE}\n").visible == ANSWER
    assert cut(f"{intro}\n{QUOTE}\n\n{ANSWER}").visible == ANSWER
    assert cut(f"{ANSWER}\n\n{intro}\n\nShall we send somebody?\n").visible == ANSWER


@pytest.mark.parametrize("end", ENDS)
def test_an_embedded_mail_is_hidden(end: str) -> None:
    halves = cut(f"{ANSWER}\n\n{end}\n\nShall we send somebody?\nMarco")
    assert halves.visible == ANSWER
    assert "Shall we send somebody?" in halves.quoted


@pytest.mark.parametrize(
    "line",
    [
        "Inviato da iPhone",
        "Sent from my Samsung Galaxy smartphone.",
        "Envoyé de mon iPhone",
        "Von meinem iPhone gesendet",
        "Enviado desde mi iPhone",
        "Enviado do meu telemóvel",
        "Verstuurd vanaf mijn iPhone",
        "Skickat från min iPhone",
        "Отправлено с iPhone",
        "Get Outlook for Android<https://aka.ms/ghei36>",
        "Scarica Outlook per iOS",
        "Sent from Yahoo Mail on Android",
        "-- \nGiulia Rossi\nVia Roma 1\n+39 347 1234567",
    ],
)
def test_signatures_are_folded(line: str) -> None:
    assert cut(f"{ANSWER}\n\n{line}").visible == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "I sent my phone to your repair centre.\nSent by post from Milan on Monday with all its parts, in a box.",
        "Da ieri il telefono non va.",
        "De mi casa no sale ninguna llamada con este móvil desde ayer.",
        "As I wrote:\nthe line is dead.",
        "I called on Monday and on Tuesday at 10:30.\nOn Wednesday nobody answered:\nnot even the robot.",
        "Data: 21/11/2026\nNome: Giulia\nProblema: linea interrotta",
        "From: Milan\nI fly on Monday.",
        "Options:\n--\nfirst\n--\nsecond\n" + "line\n" * 40,
        "Visit us now for assistance...\n>>> >>>  http://www.example.com <<<\nVisit our site",
        "Dear all,\n\nFYI\n\n---------- Forwarded message ---------\nFrom: Marco <help@telvia.example>\nDate: Mon, 23 Nov 2026\n"
        "Subject: x\nTo: Giulia\n\nLook at this.",
        "> Only a quote.",
        "",
    ],
)
def test_what_is_new_stays(text: str) -> None:
    halves = cut(text)
    assert folded(halves.visible) == folded(text)
    assert halves.quoted == ""


def test_a_forwarded_mail_alone_shows_its_text() -> None:
    text = "---------- Forwarded message ---------\nFrom: a@b.example\nDate: Mon, 23 Nov 2026\nSubject: x\nTo: c\n\nLook."
    assert cut(text).visible == "Look."


def test_the_wrapping_of_a_signed_text_is_folded() -> None:
    text = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\nHello\n\n-----BEGIN PGP SIGNATURE-----\n\niQ\n-----END PGP SIGNATURE-----"
    assert cut(text).visible == "Hello"


def test_a_quote_that_a_program_broke_into_lines_is_hidden_as_a_whole() -> None:
    quote = "> Answer here\n>\n (http://telvia.example/c/YzOTYz) >\n> Marco\n>"
    assert cut(f"{ANSWER}\n\n{INTROS[0]}\n\n{quote}\n").visible == ANSWER


def test_a_reply_around_a_quote_keeps_both_ends() -> None:
    text = f"Hello Marco,\n\n{INTROS[0]}\n{QUOTE}\n\nYes.\nGiulia"
    assert cut(text).visible == "Hello Marco,\n\n\nYes.\nGiulia"


@given(st.text(alphabet=st.sampled_from("ab>|-_:\n\n Onwrte@<.,0129F*")) | st.text())
def test_nothing_is_ever_lost(text: str) -> None:
    halves = cut(text)
    kept = sorted((halves.visible + "\n" + halves.quoted).split())
    assert kept == sorted(text.replace("\r", "\n").split())


@given(
    st.lists(
        st.sampled_from([*INTROS, *ENDS, QUOTE, ANSWER, "", "--", "-- ", "Inviato da iPhone", "> ", "\t"]),
        max_size=12,
    )
)
def test_nothing_is_lost_of_what_looks_like_mail(lines: list[str]) -> None:
    text = "\n".join(lines)
    halves = cut(text)
    assert sorted((halves.visible + "\n" + halves.quoted).split()) == sorted(text.split())
    assert halves.visible.strip() or not text.strip()
    assert not re.search(r"\n{5,}", halves.visible)
