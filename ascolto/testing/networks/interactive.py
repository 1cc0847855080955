"""What networks refuse about buttons: too many, too long, twins, ids that are missing. Shared by their stand-ins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ascolto.channels.capabilities import Counting, measured_length


class Unfit(Exception):
    """Buttons that the network does not take; the text says what is wrong with them."""


def check_text(value: Any, longest: int, what: str) -> str:
    """A text of 1 to `longest` characters as JavaScript counts. Raises Unfit."""
    if not isinstance(value, str) or not value.strip():
        raise Unfit(f"{what} is required.")
    if measured_length(value, Counting.UTF16) > longest:
        raise Unfit(f"{what} must be at most {longest} characters long.")
    return value


def check_once(values: list[str], what: str) -> None:
    """Raises Unfit for twins."""
    if len(set(values)) != len(values):
        raise Unfit(f"{what} must be unique.")


def check_quick_replies(message: Mapping[str, Any]) -> None:
    """At most 13 below a text, each with a title of 20 and a payload of 1,000 characters. Raises Unfit."""
    if "quick_replies" not in message:
        return
    drawn = message["quick_replies"]
    if not isinstance(drawn, list) or not 1 <= len(drawn) <= 13:
        raise Unfit("quick_replies must have 1 to 13 entries")
    if not message.get("text"):
        raise Unfit("quick_replies need a text")
    for item in drawn:
        if not isinstance(item, dict) or item.get("content_type") != "text":
            raise Unfit("content_type must be text")
        check_text(item.get("title"), 20, "title")
        check_text(item.get("payload"), 1000, "payload")


def check_keyboard(markup: Any) -> None:
    """An inline keyboard: every button has a text and `callback_data` of 1 to 64 bytes. Raises Unfit."""
    buttons = list(keyboard_buttons(markup))
    if len(buttons) > 100:
        raise Unfit("reply markup is too long")
    for button in buttons:
        check_text(button.get("text"), 4096, "Text buttons")
        data = button.get("callback_data", "")
        if "url" not in button and not (isinstance(data, str) and 1 <= len(data.encode()) <= 64):
            raise Unfit("BUTTON_DATA_INVALID")


def keyboard_buttons(markup: Any) -> Iterator[Mapping[str, Any]]:
    """The buttons of an inline keyboard, row by row. Raises Unfit."""
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    if rows is None:
        return
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise Unfit("field inline_keyboard must be an Array of Arrays")
    for row in rows:
        for button in row:
            if not isinstance(button, dict):
                raise Unfit("an inline keyboard button must be an Object")
            yield button


def check_interactive(part: Mapping[str, Any]) -> None:
    """WhatsApp's reply buttons and lists. Raises Unfit."""
    check_text(_object(part, "body").get("text"), 1024, "Body text")
    action, kind = _object(part, "action"), part.get("type")
    if kind == "button":
        _check_reply_buttons(action)
    elif kind == "list":
        _check_list(action)
    else:
        raise Unfit("The parameter interactive['type'] is not valid.")


def _check_reply_buttons(action: Mapping[str, Any]) -> None:
    buttons = action.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Unfit("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    replies = [_object(button, "reply") for button in buttons]
    check_once([check_text(reply.get("title"), 20, "Button title") for reply in replies], "Button title")
    check_once([check_text(reply.get("id"), 256, "Button id") for reply in replies], "Button id")


def _check_list(action: Mapping[str, Any]) -> None:
    check_text(action.get("button"), 20, "Button text")
    sections = action.get("sections")
    if not isinstance(sections, list) or not 1 <= len(sections) <= 10:
        raise Unfit("Invalid sections count.")
    rows = [row for section in sections for row in section.get("rows", [])]
    if not 1 <= len(rows) <= 10:
        raise Unfit("Total row count exceed max allowed count: 10")
    if len(sections) > 1:
        check_once([check_text(each.get("title"), 24, "Section title") for each in sections], "Section title")
    check_once([check_text(row.get("id"), 200, "Row id") for row in rows], "Row id")
    for row in rows:
        check_text(row.get("title"), 24, "Row title")
        if "description" in row:
            check_text(row["description"], 72, "Row description")


def _object(holder: Any, name: str) -> Mapping[str, Any]:
    value = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(value, dict):
        raise Unfit(f"{name} is required.")
    return value
