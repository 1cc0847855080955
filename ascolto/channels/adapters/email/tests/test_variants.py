"""Every way of quoting that we know of, in every language; and texts made to be slow."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator

import pytest

from ascolto.channels.adapters.email import quoting
from ascolto.channels.adapters.email.quoting import cut
from ascolto.channels.adapters.email.tests import variants

ANSWER = "Yes, please.\nGiulia"
QUOTE = "> Shall we send somebody?\n> Marco"
PLAIN = "Shall we send somebody?\n\nMarco"
STYLES = ("{}: {}", "{} : {}", "*{}:* {}", "**{}:** {}", "{}：{}", "{}:\t{}", "*{}*: {}", "{}:{}", "  {}: {}")
RULES = (
    "-----{}-----", "----- {} -----", "-------- {} --------", "--- {} ---", "------------------ {} ------------------",
    "‐‐‐‐‐‐‐ {} ‐‐‐‐‐‐‐", "______ {} ______", "> ----- {} -----", "===== {} =====", "—— {} ——",
)  # fmt: skip


@pytest.mark.parametrize("intro", variants.INTROS)
def test_what_follows_an_introduction_is_hidden(intro: str) -> None:
    assert cut(f"{ANSWER}\n\n{intro}\n\n{QUOTE}\n").visible == ANSWER
    assert cut(f"{ANSWER}\n{intro}\n{QUOTE}\n").visible == ANSWER
    assert cut(f"{ANSWER}\n\n{intro}\n\n{PLAIN}\n").visible == ANSWER
    assert cut(f"{intro}\n{QUOTE}\n\n{ANSWER}").visible == ANSWER


@pytest.mark.parametrize("intro", ["Marco schrieb:", "Marco ha scritto:", "Marcoさんは書きました:"])
def test_a_name_alone_introduces_a_quote_and_nothing_else(intro: str) -> None:
    assert cut(f"{ANSWER}\n\n{intro}\n{QUOTE}\n").visible == ANSWER
    assert cut(f"{ANSWER}\n\n{intro}\n{PLAIN}").visible == f"{ANSWER}\n\n{intro}\n{PLAIN}"


@pytest.mark.parametrize("language", variants.HEADERS)
def test_the_header_of_a_quoted_mail_ends_the_answer(language: str) -> None:
    for names in variants.HEADERS[language]:
        values = ["Marco Rossi <help@telvia.example>", "23.11.2026 10:12", "Giulia <giulia@example.org>"]
        values += ["Anna"] * (len(names) - 4) + ["Re: No line"]
        blocks = [
            "\n".join(style.format(*pair) for pair in zip(names, values, strict=True)) for style in STYLES
        ]
        for block in [*blocks, "_" * 32 + "\n" + blocks[0], "-----\n" + blocks[0]]:
            assert cut(f"{ANSWER}\n\n{block}\n\n{PLAIN}").visible == ANSWER, block


@pytest.mark.parametrize("name", variants.ORIGINALS)
def test_original_message_ends_the_answer(name: str) -> None:
    for rule in RULES:
        assert cut(f"{ANSWER}\n\n{rule.format(name)}\n\n{PLAIN}").visible == ANSWER, rule


@pytest.mark.parametrize("end", variants.ENDS)
def test_after_these_nothing_new_comes(end: str) -> None:
    assert cut(f"{ANSWER}\n\n{end}\n\n{PLAIN}").visible == ANSWER


@pytest.mark.parametrize("line", variants.DEVICES)
def test_what_a_telephone_adds_is_folded(line: str) -> None:
    for added in (line, f"-- \n{line}", f"{line}\n\n{QUOTE}", f"*{line}*"):
        assert cut(f"{ANSWER}\n\n{added}").visible == ANSWER, added


@pytest.mark.parametrize(("text", "visible"), variants.WHOLE)
def test_of_a_whole_mail_the_new_part_is_shown(text: str, visible: str) -> None:
    assert cut(text).visible.split() == visible.split()


@pytest.mark.parametrize(
    "line",
    [
        "I got it from my phone company.",
        "I sent you the contract from my phone yesterday.",
        "He wrote from Samsung that it works.",
        "Mando la foto dal mio telefono.",
        "Das habe ich von meinem Handy aus versucht.",
        "From my iPhone I can call, from my landline not.",
        "Get Outlook working please!",
        "Inviato il modulo da una settimana, nessuna risposta.",
        "Je l'ai envoyé depuis mon bureau hier matin avec le formulaire.",
        "Von meinem Handy geht kein Anruf raus.",
        "Ich habe am 5. Mai 2016 um 10:30 bei Ihnen angerufen:\nniemand ging ran.",
        "The line above this one is dead too.",
        "Domanda:\nFrom: Milano\nTo: Roma\nquanto costa?",
    ],
)
def test_what_only_resembles_it_stays(line: str) -> None:
    assert cut(f"Hello,\n\n{line}").visible == f"Hello,\n\n{line}"


# --- texts made to be slow: work is counted, not time ---

SLOW = {
    "one line": "x" * 1_000_000, "spaces": " " * 1_000_000 + "x", "one rule": "-" * 1_000_000, "arrows": ">" * 1_000_000,
    "quote lines": "> \n" * 100_000, "nested quotes": "\n".join(">" * n + " a" for n in range(2_000)),
    "long introductions": "On Mon, 5 May 2024 at 10:00 Somebody <\n" * 20_000, "headers": "From: a\n" * 20_000,
    "headers apart": "From: a\nDate: 2024\n\n\n" * 10_000, "rules": ("-" * 158 + "\n") * 5_000,
    "almost original": ("*" * 40 + " Original Messag " + "*" * 40 + "\n") * 5_000, "verbs": ("wrote " * 80 + "\n") * 3_000,
    "addresses": ("a@b.example " * 40 + "\n") * 3_000, "brackets": ("a@b.example wrote " + "(" * 300 + ":\n") * 2_000,
    "colons": ("On " + "a:" * 190 + "\n") * 3_000, "signatures": "text\n" + "--\n" * 20_000,
    "names": ("Abc " * 20 + "<\n") * 3_000,
    "devices": "text\n" + "Sent from my iPhone\n" * 5_000,
    "almost devices": ("Von meinem " + "alten " * 10 + "x\n") * 5_000,
    "answers": "> a\nb\n" * 50_000,
    "broken links": "> a\n(http://x\n> b\n" * 20_000, "armour": "-----BEGIN PGP SIGNATURE-----\n" * 5_000,

    "dates": ("2024-01-01 10:00 " * 20 + "\n") * 3_000, "digits": ("1" * 390 + "\n") * 3_000,
    "footers": ("_" * 20 + "\nunsubscribed\n") * 5_000,
}  # fmt: skip
WORDS = [
    *"ab>|-_: ",
    "On ",
    "wrote",
    "<",
    "@",
    ".",
    "2024",
    "\n",
    "\n\n",
    "From:",
    "schrieb ",
    "Sent from ",
    "a@b.c",
    "(",
]
WORDS += ["--", "10:00"]


def soups() -> Iterator[str]:
    for seed in range(20):
        made = random.Random(seed)
        yield "".join(made.choice(WORDS) for _ in range(50_000))


@pytest.mark.parametrize("text", [*SLOW.values(), *soups()], ids=[*SLOW, *(f"soup {n}" for n in range(20))])
def test_no_text_makes_it_slow(text: str) -> None:
    """Calls are bounded by the lines looked at, and no call sees more than a line's worth of letters."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        cut(text)
    finally:
        sys.setprofile(None)
    assert calls < 130 * quoting.MAX_LINES
