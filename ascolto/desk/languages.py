"""Languages of customers, as the reader calls them."""

from __future__ import annotations

from django.utils.translation import get_language_info

# what customers of a European company write in; another code that a network told us stays among the choices
LANGUAGES = ("it", "en", "de", "fr", "es", "pt", "nl", "pl", "ro", "sq", "uk", "ru", "sr", "hr", "sl", "el", "tr", "ar",
             "zh-hans", "hi", "bn", "ur", "pa")  # fmt: skip


def language_name(code: str) -> str:
    """A language as the reader calls it; a code that is not known stays a code."""
    try:
        name = get_language_info(code.lower().replace("_", "-"))["name_translated"]
    except KeyError:
        return code
    return name[:1].upper() + name[1:]
