"""Personal data: how much of what is put into messages is found, and how often something is found that is not there.

`python -m bench.understanding.personal DIRECTORY`. Recall is measured on made-up messages into which valid identifiers are put, as they
are, in small letters, spaced and dashed (ours, so not independent), and on presidio-research (independent, but its cards and telephone
numbers are random digits: "strict" counts those found with a valid check). False finds are counted on public posts, where nobody
publishes an IBAN: every fiscal code, IBAN or card found there is false.
"""

from __future__ import annotations

import csv
import json
import random
import string
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import phonenumbers

from ascolto.understanding.engine.personal import find_personal
from ascolto.understanding.engine.personal.accounts import IBAN_LENGTHS
from ascolto.understanding.engine.personal.checks import is_fiscal_code, is_iban, is_italian_vat, luhn

MESSAGES = 1_200
_NEVER_IN_POSTS = ("fiscal_code", "iban", "card")
_FRAMES = (
    "{0}",
    "Buongiorno, {0}, grazie",
    "salve sono Mario Rossi {0} mi potete aiutare?",
    "non riesco ad accedere.\n{0}\nattendo risposta",
    "vi lascio i miei dati: {0}. Cordiali saluti",
    "Hi, here you go: {0} thanks",
    "ecco ({0})",
    "{0}, ordine 48213 del 12/03/2024",
    "ho pagato 45,90 euro il 3/4 ma nulla... {0}!!",
)
_SAID = {
    "fiscal_code": ("", "codice fiscale ", "CF: ", "il mio cod. fiscale è ", "cf "),
    "iban": ("", "IBAN ", "iban: ", "il mio iban è ", "bonifico su "),
    "card": ("", "carta ", "carta n. ", "my card number is ", "la mia visa "),
    "vat": ("P.IVA ", "partita iva ", "p. iva: ", "vat number ", "IT"),
    "phone": ("", "tel. ", "cell ", "chiamatemi al ", "il mio numero è ", "call me at ", "whatsapp "),
    "email": ("", "mail: ", "la mia email è ", "scrivetemi a ", "e-mail "),
}
_PRESIDIO = {
    "EMAIL_ADDRESS": "email",
    "IBAN_CODE": "iban",
    "CREDIT_CARD": "card",
    "PHONE_NUMBER": "phone",
    "STREET_ADDRESS": "address",
    "IP_ADDRESS": "ip",
    "US_SSN": "national_id",
}


def _digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choice(string.digits) for _ in range(count))


def _until(make: Callable[[], str], valid: Callable[[str], bool]) -> str:
    while not valid(made := make()):
        pass
    return made


def _fiscal_code(chance: random.Random) -> str:
    letters = "".join(chance.choice("BCDFGLMNPRSTV") for _ in range(6))
    day = chance.randint(1, 28) + chance.choice((0, 40))
    body = f"{letters}{_digits(chance, 2)}{chance.choice('ABCDEHLMPRST')}{day:02}{chance.choice('ABCDEFGHIL')}{_digits(chance, 3)}"
    if chance.random() < 0.05:
        body = body[:14] + "LMNPQRSTUV"[int(body[14])]
    return next(body + last for last in string.ascii_uppercase if is_fiscal_code(body + last))


def _iban(chance: random.Random) -> str:
    if chance.random() < 0.7:
        country, bban = "IT", chance.choice(string.ascii_uppercase) + _digits(chance, 22)
    else:
        country = chance.choice(sorted(IBAN_LENGTHS))
        bban = _digits(chance, IBAN_LENGTHS[country] - 4)
    return next(made for check in range(2, 99) if is_iban(made := f"{country}{check:02}{bban}"))


def _card(chance: random.Random) -> str:
    first = chance.choice(("4", "51", "55", "2230", "37", "34"))
    length = 15 if first in ("37", "34") else 16
    return _until(lambda: first + _digits(chance, length - len(first)), luhn)


def _vat(chance: random.Random) -> str:
    return _until(
        lambda: f"{_digits(chance, 7)}{chance.randint(1, 100):03}{_digits(chance, 1)}", is_italian_vat
    )


def _phone(chance: random.Random) -> str:
    def valid(number: str) -> bool:
        return phonenumbers.is_valid_number(phonenumbers.parse("+39" + number))

    mobile = _until(lambda: "3" + chance.choice("234") + _digits(chance, 8), valid)
    fixed = _until(lambda: chance.choice(("02", "06", "011", "055", "0733")) + _digits(chance, 7), valid)
    area = next(code for code in ("02", "06", "011", "055", "0733") if fixed.startswith(code))
    a, b, c = mobile[:3], mobile[3:6], mobile[6:]
    return chance.choice(
        (
            mobile,
            f"{a} {b}{c}",
            f"{a} {b} {c}",
            f"{a}-{b}{c}",
            f"{a}.{b}{c}",
            f"{a}/{b}{c}",
            f"{a} {mobile[3:5]} {mobile[5:7]} {mobile[7:]}",
            f"+39 {mobile}",
            f"+39{mobile}",
            f"0039 {a} {b}{c}",
            f"+39 {a} {b} {c}",
            f"{area} {fixed[len(area) :]}",
            f"{area}/{fixed[len(area) :]}",
            f"+39 {area} {fixed[len(area) :]}",
            "+44 7911 123456",
            "+49 151 23456789",
        )
    )


def _email(chance: random.Random) -> str:
    name = chance.choice(("mario.rossi", "giulia_b", "anna-verdi", "luca99", "r.bianchi+shop"))
    return f"{name}@{chance.choice(('gmail.com', 'libero.it', 'example.co.uk', 'pec.studio-rossi.it', 'ALICE.IT'))}"


_MAKE = {
    "fiscal_code": _fiscal_code,
    "iban": _iban,
    "card": _card,
    "vat": _vat,
    "phone": _phone,
    "email": _email,
}


def _spell(kind: str, value: str, chance: random.Random) -> str:
    """As people write it: as it is, small, in groups."""
    how = chance.choice(("plain", "small", "spaced", "both"))
    if kind in ("email", "phone", "vat") and how in ("spaced", "both"):
        how = "plain"
    if how in ("spaced", "both"):
        parts = (
            (value[:3], value[3:6], value[6:11], value[11:])
            if kind == "fiscal_code"
            else (value[:4], value[4:10], value[10:])
            if kind == "card" and len(value) == 15
            else tuple(value[place : place + 4] for place in range(0, len(value), 4))
        )
        value = (chance.choice((" ", " ", "-")) if kind == "card" else " ").join(parts)
    return value.lower() if how in ("small", "both") else value


def messages(count: int = MESSAGES, seed: int = 4) -> Iterator[tuple[str, str, int, int]]:
    """Made-up messages: text, kind, begin and end of what was put in."""
    chance = random.Random(seed)
    for index in range(count):
        kind = list(_MAKE)[index % len(_MAKE)]
        value = _spell(kind, _MAKE[kind](chance), chance)
        said = chance.choice(_SAID[kind]) + value
        text = chance.choice(_FRAMES).format(said)
        begin = text.index(said) + len(said) - len(value)
        yield text, kind, begin, begin + len(value)


def posts(data: Path) -> Iterator[str]:
    """Public posts of the data sets that are here."""
    for name, column in (
        ("airline/train.csv", "text"),
        ("sentipolc16/training_set_sentipolc16.csv", "text"),
        ("spotify_cares/october.csv", "text"),
        ("banking77/train.csv", "text"),
    ):
        if (data / name).exists():
            with (data / name).open(encoding="utf-8", errors="replace", newline="") as lines:
                yield from (row[column] for row in csv.DictReader(lines) if row.get(column))
    for path in sorted((data / "xlmt_sentiment").glob("*/*_text.txt")):
        yield from path.read_text(encoding="utf-8", errors="replace").splitlines()
    if (data / "goemotions" / "train.tsv").exists():
        lines = (data / "goemotions" / "train.tsv").read_text(encoding="utf-8").splitlines()
        yield from (line.split("\t")[0] for line in lines)


def evaluate(data: Path | str) -> list[dict[str, Any]]:
    """Rows: recall on our messages and on presidio-research, false finds in posts, time."""
    return [*_recall(), *_presidio(Path(data)), *_false(Path(data))]


def _recall() -> list[dict[str, Any]]:
    total: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for text, kind, begin, end in messages():
        total[kind] += 1
        found[kind] += any(
            datum.kind in (kind, "vat" if kind == "fiscal_code" else kind)
            and datum.start <= begin
            and datum.end >= end
            for datum in find_personal(text)
        )
    rows = [_row("our messages", f"recall {kind}", found[kind] / total[kind], total[kind]) for kind in total]
    mean = _row("our messages", "recall", sum(found.values()) / sum(total.values()), sum(total.values()))
    return [*rows, mean | {"floor": 0.95, "goal": 0.99, "stretch": 0.995}]


def _presidio(data: Path) -> list[dict[str, Any]]:
    paths = sorted((data / "presidio_research").glob("*.json"))
    total: Counter[str] = Counter()
    strict: Counter[str] = Counter()
    loose: Counter[str] = Counter()
    for sentence in (one for path in paths for one in json.loads(path.read_text())):
        found = find_personal(sentence["full_text"])
        for span in sentence["spans"]:
            kind = _PRESIDIO.get(span["entity_type"])
            if kind is None:
                continue
            total[kind] += 1
            same = [
                datum
                for datum in found
                if datum.kind == kind
                and datum.start < span["end_position"]
                and datum.end > span["start_position"]
            ]
            strict[kind] += any(datum.is_checked for datum in same)
            loose[kind] += bool(same)
    return [
        _row("presidio-research", f"recall {kind} ({how})", counted[kind] / total[kind], total[kind])
        for kind in sorted(total)
        for how, counted in (("strict", strict), ("any", loose))
    ]


def _false(data: Path) -> list[dict[str, Any]]:
    texts = list(posts(data))
    if not texts:
        return []
    found: Counter[str] = Counter()
    start = time.process_time()
    for text in texts:
        found.update(datum.kind for datum in find_personal(text))
    spent = (time.process_time() - start) / len(texts) * 1000
    false = sum(found[kind] for kind in _NEVER_IN_POSTS) / len(texts) * 10_000
    bars = {"floor": 5.0, "goal": 1.0, "stretch": 0.0, "lower_is_better": True}
    note = ", ".join(f"{kind} {count}" for kind, count in found.most_common())
    length = sum(map(len, texts)) / len(texts)
    return [
        _row("public posts", "false fiscal codes, IBANs and cards in 10,000", false, len(texts)) | bars,
        _row(
            "public posts",
            "telephone numbers in 8,000 (most are real)",
            found["phone"] / len(texts) * 8000,
            len(texts),
        ),
        _row("public posts", f"ms a post of {length:.0f} characters", spent, len(texts))
        | {"goal": 0.1, "lower_is_better": True, "note": f"everything found: {note}"},
    ]


def _row(data: str, measure: str, value: float, n: int) -> dict[str, Any]:
    return {"task": "personal data", "data": data, "measure": measure, "value": value, "n": n}


def main(arguments: Sequence[str]) -> int:
    """Print the rows."""
    if len(arguments) != 1:
        print("python -m bench.understanding.personal DIRECTORY")
        return 2
    for row in evaluate(arguments[0]):
        print(
            f"{row['data']:18}  {row['measure']:48}  {row['value']:8.4f}  n={row['n']:<6}  {row.get('note', '')}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
