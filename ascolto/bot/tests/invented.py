"""Flows and customers that a random number invents: flows that the proof accepts, customers who do anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import yaml

from ascolto.bot.flow import Flow
from ascolto.bot.graph import World, check
from ascolto.bot.state import (
    Answered,
    Failed,
    Found,
    Heard,
    Missing,
    Outcome,
    Situation,
    Source,
    Turn,
    Understood,
)

MOMENT = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
SLOTS: dict[str, dict[str, Any]] = {
    "code": {"type": "code", "mask": "TV9999", "known": ["customer_code"]},
    "mobile": {"type": "phone", "known": ["phone"]},
    "mail": {"type": "email", "known": ["email"], "optional": True},
    "day": {"type": "date"},
    "count": {"type": "number"},
    "kind": {"type": "choice"},
    "story": {"type": "text", "known": ["opening"]},
    "photo": {"type": "files"},
    "status": {"type": "text"},
}
TESTS: list[dict[str, Any]] = [
    {"language": "it"}, {"sentiment": "negative"}, {"identified": True}, {"problem": True}, {"topic": ["T1"]},
    {"hours": "09:00-12:00"}, {"weekdays": ["mon", "wed"]},
]  # fmt: skip
ASKED = [name for name in SLOTS if name != "status"]
TOLD = {
    "code": "TV1234", "mobile": "347 1234567", "mail": "giulia@example.org", "day": "domani", "count": "3",
    "kind": "linea", "story": "Non va niente da ieri sera.", "photo": "", "menu": "boh",
}  # fmt: skip
HOSTILE = [
    "", " ", "\x00", "\ud800\udfff", "e\u0301" * 40, "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢", "‮olleh‬", "\u200b\u200b", "😀" * 300, "{code}", "%(x)s", "'; DROP TABLE--",
    "0", "1", "99", "-1", "٣", "²", "person", "a.b", "return", "ｏｐｅｒａ", "<script>", "\n\n\n",
]  # fmt: skip
HUGE = "operazione " * 95_000


class Inventor:
    """Builds one flow, node by node, from its end to its beginning."""

    def __init__(self, rng: Random, slug: str, *, is_part: bool, runs: str = "") -> None:
        self.rng, self.slug, self.is_part, self.runs = rng, slug, is_part, runs
        self.nodes: dict[str, Any] = {}
        self.slots: set[str] = set()
        self.menus: list[str] = []
        self.tests = list(TESTS)  # each once: what was decided further up is not decided again

    def text(self, words: str, gap: str = "") -> dict[str, str]:
        number = len(self.nodes)
        end = f" {{{gap}}}" if gap else ""
        return {
            "it": f"{words} {self.slug} {number}{end}",
            "en": f"{words} in English, {self.slug} {number}{end}",
        }

    def stop(self) -> str:
        kind = self.rng.choice(["person", "end", "hand_off", "return" if self.is_part else "end"])
        if kind in ("person", "return"):
            return kind
        under: Any = {"say": self.text("Fine")} if self.rng.random() < 0.7 else True
        return self.add({kind: under})

    def add(self, node: dict[str, Any]) -> str:
        name = f"n{len(self.nodes)}"
        self.nodes[name] = node
        return name

    def flow(self) -> dict[str, Any]:
        following = "return" if self.is_part else self.stop()
        for _ in range(self.rng.randint(2, 7)):
            following = self.step(following)
        start = self.add({"say": self.text("Benvenuto"), "next": following})
        told: dict[str, Any] = {"flow": self.slug, "languages": ["it", "en"], "start": start}
        if self.is_part:
            told["part"] = True
        if self.slots:
            told["slots"] = {name: self.declared(name) for name in sorted(self.slots)}
        return {**told, "nodes": self.nodes}

    def declared(self, name: str) -> dict[str, Any]:
        slot = dict(SLOTS[name])
        if name != "status":
            slot["ask"] = {"it": f"Dimmi {name}?", "en": f"Tell me {name}?"}
            if self.rng.random() < 0.5:
                slot["again"] = {"it": f"Ancora, per favore: {name}.", "en": f"Once more, please: {name}."}
        if name == "kind":
            slot["values"] = {"line": {"it": "Linea", "en": "Line"}, "bill": {"it": "Conto", "en": "Account"}}
        return slot

    def step(self, following: str) -> str:
        kinds = [
            "say",
            "ask",
            "ask",
            "ask",
            "menu",
            "menu",
            "look_up",
            "call",
            "request",
            "hours",
            "set",
            "when",
            "call_back",
        ]
        kind = self.rng.choice([*kinds, "flow"] if self.runs else kinds)
        return getattr(self, f"_{kind}")(following)

    def _say(self, following: str) -> str:
        return self.add({"say": self.text("Ecco"), "next": following})

    def _ask(self, following: str) -> str:
        slot = self.rng.choice(ASKED)
        self.slots.add(slot)
        told = self.add({"say": self.text("Hai detto", slot), "next": following})
        if SLOTS[slot].get("optional"):
            known = {"if": {"slots": {slot: "known"}}, "next": told}
            told = self.add({"when": [known], "else": following})
        return self.add({"ask": slot, "next": told})

    def _menu(self, following: str) -> str:
        self.slots.add("story")
        told = self.add({"say": self.text("Hai detto", "story"), "next": following})
        asked = self.add({"ask": "story", "next": told})  # so that levels stay few
        name = f"n{len(self.nodes)}"
        self.nodes[name] = {}
        options = [
            self.option("uno", "Primo", "First", asked),
            self.option("due", "Secondo", "Second", self.stop()),
        ]
        if self.rng.random() < 0.4:
            again = self.add({"say": self.text("Torniamo"), "next": name})
            options.append({**self.option("tre", "Di nuovo", "Once again", again), "back": True})
        if self.rng.random() < 0.3:
            options.append(self.option("quattro", "Persona vera", "Somebody real, a person", "person"))
        self.nodes[name] = {"menu": self.text("Che cosa vuoi?"), "options": options}
        return name

    def option(self, name: str, it: str, en: str, following: str) -> dict[str, Any]:
        number = len(self.nodes)
        words = {"it": [f"parola{name}"], "en": [f"word{name}"]}
        label = {"it": f"{it} {number}", "en": f"{en[:20]} {number}"}
        return {"id": name, "label": label, "words": words, "topics": [f"T{number % 3}"], "next": following}

    def _look_up(self, following: str) -> str:
        missing = self.rng.choice([following, "person"])
        return self.add({"look_up": "last", "found": following, "missing": missing})

    def _call(self, following: str) -> str:
        self.slots.add("status")
        told = self.add({"say": self.text("Risulta", "status"), "next": following})
        failed = self.rng.choice([following, "person"])
        return self.add({"call": "ask_it", "save": {"status": "state"}, "next": told, "failed": failed})

    def _request(self, following: str) -> str:
        return self.add({"request": {"department": "Tecnici", "text": self.text("Serve")}, "next": following})

    def _hours(self, following: str) -> str:
        closed = self.rng.choice([following, "person"])
        return self.add(
            {"hours": self.rng.choice(["company", "Negozio"]), "open": following, "closed": closed}
        )

    def _set(self, following: str) -> str:
        return self.add({"set": {"labels": ["one"], "priority": "high"}, "next": following})

    def _when(self, following: str) -> str:
        if not self.tests:
            return self._say(following)
        test = self.tests.pop(self.rng.randrange(len(self.tests)))
        said = self.add({"say": self.text("Caso"), "next": following})
        return self.add({"when": [{"if": test, "next": said}], "else": following})

    def _call_back(self, following: str) -> str:
        self.slots.add("mobile")
        promise = self.add({"call_back": {"number": "mobile", "within": "2h"}, "next": following})
        return self.add({"ask": "mobile", "next": promise})

    def _flow(self, following: str) -> str:
        return self.add({"flow": self.runs, "next": following})


def flows_of(rng: Random, house: Mapping[str, Flow]) -> dict[str, Flow]:
    """A flow "main" and the part it runs, proved; beside the house's own."""
    library = dict(house)
    for slug, is_part, runs in (("part", True, ""), ("main", False, "part")):
        told = Inventor(rng, slug, is_part=is_part, runs=runs).flow()
        flow, found = check(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), library, World())
        assert flow is not None
        assert found == [], (told, found)
        library[slug] = flow
    return library


def situation_of(rng: Random, channel: str) -> Situation:
    """Anything that may be so."""
    known = {
        "customer_code": "TV9999",
        "phone": "+393471234567",
        "email": "giulia@example.org",
        "customer": "Giulia",
    }
    return Situation(
        channel=channel,
        moment=MOMENT + timedelta(hours=rng.randint(0, 200)),
        language=rng.choice(["it", "en", "", "xx"]),
        company="Telvia",
        known={name: value for name, value in known.items() if rng.random() < 0.3},
        is_identified=rng.random() < 0.5,
        has_problem=rng.random() < 0.3,
        holding=rng.choice(["", "", "Ci scusiamo: c'è un guasto in zona."]),
        is_open={"": rng.random() < 0.6, "Negozio": rng.random() < 0.5},
        wait=rng.choice(["", "circa 5 minuti"]),
        opens=rng.choice(["", "domani alle 9"]),
        promise=lambda within: rng_free(within),
    )


def rng_free(within: timedelta) -> str:
    """The same words each time, so that a turn can be compared with itself."""
    return f"le {within.seconds // 3600}"


def outcome_of(rng: Random, turn: Turn) -> Outcome:
    """What another system, or the knowledge, answers."""
    if rng.random() < 0.3:
        return rng.choice([Missing(), Failed()])
    if type(turn.wanted).__name__ == "LookUpWanted":
        return Found(f"Risposta {rng.random()}", (Source("article", 1, "Guida"),))
    return Answered({"state": rng.choice(["ok", "", "\x00", "x" * 5000]), "odd": "1"})


def heard_from(rng: Random, turn: Turn, seen: list[str]) -> Heard:
    """What a customer may do next."""
    offered = [one.id for one in turn.choices if one.id != "person"]
    kind = rng.random()
    if kind < 0.40 and offered:
        place = rng.randrange(len(offered))
        return rng.choice(
            [Heard(choice=offered[place]), Heard(text=str(place + 1)), Heard(digits=str(place + 1))]
        )
    if kind < 0.75:
        told = TOLD.get(_slot_asked(turn), "parolauno")
        return Heard(text=told, files=rng.randint(0, 2), understood=_understood(rng))
    if kind < 0.80 and seen:
        return Heard(choice=rng.choice(seen))
    if kind < 0.84:
        return Heard()
    if kind < 0.8405:
        return Heard(text=HUGE)
    if kind < 0.95:
        return Heard(
            text=rng.choice(HOSTILE), digits=rng.choice(["", "", "#", "12345"]), understood=_understood(rng)
        )
    return Heard(choice=rng.choice(["n1.uno", "other", "nope", ".", "person.person", "\x00"]))


def _slot_asked(turn: Turn) -> str:
    kinds = {
        "code": "code",
        "phone": "mobile",
        "email": "mail",
        "date": "day",
        "number": "count",
        "choice": "kind",
        "text": "story",
    }
    return kinds.get(turn.asks, "menu")


def _understood(rng: Random) -> Understood:
    if rng.random() < 0.6:
        return Understood()
    return Understood(
        language=rng.choice(["it", "en", "zz"]),
        language_probability=rng.random(),
        topic=rng.choice(["T0", "T1", "T2", "odd"]),
        topic_probability=rng.random(),
        sentiment=rng.choice(["negative", "positive", ""]),
        anger=0.9 if rng.random() < 0.03 else 0.1,
    )
