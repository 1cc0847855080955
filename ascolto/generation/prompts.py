"""What the model is told: a file for each purpose and language, with a version that is kept beside every text.

The customer's words never stand among the instructions. They come as JSON (which has no way out of its quotes) between two marks that are
drawn anew for each request, and the instructions say before and after them that they are data.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

from django.conf.locale import LANG_INFO

LANGUAGES = ("en", "it")
_FOLDER = Path(__file__).with_name("instructions")


@dataclass(frozen=True, slots=True)
class Prompt:
    """Instructions before the data and a reminder after them; `$language` is the one to write in."""

    name: str  # "suggestion.it.1": kept with every text that comes of it
    before: str
    after: str


@cache
def prompt_for(purpose: str, language: str) -> Prompt:
    """The prompt for a purpose, told in Italian or in English."""
    language = language if language in LANGUAGES else "en"
    head, before, after = (_FOLDER / language / f"{purpose}.txt").read_text().split("\n---\n")
    version = head.removeprefix("version:").strip()
    return Prompt(f"{purpose}.{language}.{version}", before.strip(), after.strip())


def language_name(code: str, told_in: str) -> str:
    """What a language is called in the language of the prompt; the code itself where nobody knows it."""
    info: Mapping[str, Any] = LANG_INFO.get(code, {})
    if told_in == "it":
        return _ITALIAN.get(code) or str(info.get("name", code))
    return str(info.get("name", code))


_ITALIAN = {
    "it": "italiano",
    "en": "inglese",
    "de": "tedesco",
    "fr": "francese",
    "es": "spagnolo",
    "pt": "portoghese",
    "nl": "olandese",
    "pl": "polacco",
    "ro": "rumeno",
    "ru": "russo",
    "uk": "ucraino",
    "ar": "arabo",
    "zh": "cinese",
    "sq": "albanese",
}


def messages_for(prompt: Prompt, data: Mapping[str, Any], *, language: str) -> list[dict[str, str]]:
    """The messages of a request: instructions, then the data between marks, then the reminder."""
    mark = f"DATA-{secrets.token_hex(8)}"
    told_in = prompt.name.split(".")[1]
    words = {"language": language_name(language, told_in), "mark": mark}
    before, after = (Template(text).substitute(words) for text in (prompt.before, prompt.after))
    document = json.dumps(data, ensure_ascii=False, indent=0)
    asked = f"<{mark}>\n{document}\n</{mark}>\n\n{after}"
    return [{"role": "system", "content": before}, {"role": "user", "content": asked}]
