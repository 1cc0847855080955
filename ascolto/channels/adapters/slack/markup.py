"""Slack's way of writing text (mrkdwn): `<…>` for what is not text, and three escaped characters."""

from __future__ import annotations

import re

_ANGLES = re.compile(r"<([^<>]*)>")
_EMOJI = {
    "+1": "👍",
    "thumbsup": "👍",
    "-1": "👎",
    "thumbsdown": "👎",
    "heart": "❤️",
    "white_check_mark": "✅",
    "heavy_check_mark": "✔️",
    "x": "❌",
    "eyes": "👀",
    "pray": "🙏",
    "tada": "🎉",
    "joy": "😂",
    "smile": "😄",
    "slightly_smiling_face": "🙂",
    "raised_hands": "🙌",
    "ok_hand": "👌",
    "clap": "👏",
    "fire": "🔥",
    "rocket": "🚀",
    "question": "❓",
    "exclamation": "❗",
    "warning": "⚠️",
    "cry": "😢",
    "thinking_face": "🤔",
    "wave": "👋",
    "100": "💯",
}


def plain_text(text: str) -> str:
    """A text of Slack as people read it."""
    return _unescaped(_ANGLES.sub(lambda found: _spoken(found[1]), text))


def escaped(text: str) -> str:
    """A text of ours so that nothing in it means anything to Slack: no mention, no link in disguise."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def emoji_of(name: str) -> str:
    """A reaction as a sign; one that we do not know keeps its name."""
    bare = name.partition("::")[0]  # with a skin tone
    return _EMOJI.get(bare, f":{bare}:") if bare else ""


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _spoken(inside: str) -> str:
    target, _, label = inside.partition("|")
    if target[:1] == "@":
        return f"@{(label or target[1:]).lstrip('@')}"
    if target[:1] == "#":
        return f"#{(label or target[1:]).lstrip('#')}"
    if target[:1] == "!":
        return _command(target[1:], label)
    address = target.removeprefix("mailto:").removeprefix("tel:")
    if not label or label in {target, address} or target.partition("://")[2].rstrip("/") == label.rstrip("/"):
        return address
    return f"{label} ({address})"


def _command(what: str, label: str) -> str:
    if what.startswith("subteam^") or not label:
        return f"@{(label or what.partition('^')[0]).lstrip('@')}"
    return label  # a date, as the sender would read it
