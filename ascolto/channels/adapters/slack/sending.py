"""A message of ours into a thread: files are uploaded first, then the text, then the files are shown below it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from ascolto.channels.adapters.slack.markup import escaped
from ascolto.channels.adapters.slack.parsing import LONGEST, NAMESPACE, TRACKER
from ascolto.channels.protocol import ErrorClass, Failure, File, Outgoing, SendRefused, Sent
from ascolto.channels.reading import object_of, objects_of, text_of
from ascolto.channels.vendors.rest import Rest

MIB = 1024 * 1024
LARGEST = 50 * MIB


def send(slack: Rest, outgoing: Outgoing) -> Sent:
    """Post a message. Raises SendRefused."""
    channel, thread = _place(outgoing)
    _check(outgoing)
    uploaded = [_upload(slack, file) for file in outgoing.files]
    ids: list[str] = []
    if outgoing.text:
        posted, channel = _post(slack, channel, thread, outgoing)
        ids.append(f"{channel}:{posted}")
        thread = thread or posted
    if uploaded:
        try:
            ids += _show(slack, channel, thread, uploaded)
        except SendRefused as refusal:
            if not ids:
                raise
            failure = refusal.failure
            reason = f"1 of 2 parts were sent; then: {failure.reason or failure.error.value}"
            raise SendRefused(
                Failure(ErrorClass.UNCERTAIN, reason, code=failure.code, partial=True)
            ) from refusal
    return Sent(tuple(ids))


def _place(outgoing: Outgoing) -> tuple[str, str]:
    """Channel and thread: of the message that is answered, else of the thread so far, else a direct message."""
    channel, thread = text_of(outgoing.extra.get("channel"), 60), text_of(outgoing.extra.get("thread_ts"), 40)
    if channel:
        return channel, thread if not channel.startswith("D") or _is_threaded(outgoing) else ""
    for known in (outgoing.reply_to, *outgoing.references):
        named, _, ts = known.partition(":")
        if named and ts:
            return named, "" if named.startswith("D") else ts.partition(":")[0]
    person = next((handle.value for handle in outgoing.recipient if handle.namespace == NAMESPACE), "")
    if not person:
        reason = "Nobody in Slack is known who could be written to."
        raise SendRefused(Failure(ErrorClass.RECIPIENT_GONE, reason))
    return person, ""


def _is_threaded(outgoing: Outgoing) -> bool:
    """In a direct conversation a thread is only answered in where somebody opened one."""
    _, _, ts = outgoing.reply_to.partition(":")
    return bool(ts) and ts != text_of(outgoing.extra.get("thread_ts"), 40)


def _check(outgoing: Outgoing) -> None:
    if not outgoing.text and not outgoing.files:
        raise SendRefused(Failure(ErrorClass.CONTENT, "The message is empty."))
    if len(outgoing.text) > LONGEST:
        reason = f"The text has {len(outgoing.text)} characters; Slack takes {LONGEST}."
        raise SendRefused(Failure(ErrorClass.CONTENT, reason))
    for file in outgoing.files:
        if file.size > LARGEST:
            reason = f"{file.name} is larger than the {LARGEST // MIB} MiB that Slack takes."
            raise SendRefused(Failure(ErrorClass.CONTENT, reason))


def _post(slack: Rest, channel: str, thread: str, outgoing: Outgoing) -> tuple[str, str]:
    """Post the text; its time, by which Slack knows it, and the channel it is in."""
    body: dict[str, Any] = {
        "channel": channel,
        "text": escaped(outgoing.text),
        "mrkdwn": bool(outgoing.html),  # where nobody marked anything an asterisk is an asterisk
        "link_names": False,
        "unfurl_links": False,
        "metadata": {"event_type": TRACKER, "event_payload": {"tracker": outgoing.tracker}},
    }
    if thread:
        body["thread_ts"] = thread
    try:
        answer = slack.json("POST", "chat.postMessage", repeatable=False, json=body)
        posted = text_of(answer.get("ts"), 40)
        if not posted:
            raise SendRefused(slack.nonsense(repeatable=False))
    except SendRefused as refusal:
        if refusal.failure.error is not ErrorClass.UNCERTAIN:
            raise
        found = find_sent(slack, channel, thread, outgoing.tracker)
        if not found:
            raise
        return found, channel
    return posted, text_of(answer.get("channel"), 60) or channel


def find_sent(slack: Rest, channel: str, thread: str, tracker: str) -> str:
    """The time of a message of ours that carries this number; empty when it is not there, or nobody can say."""
    method = "conversations.replies" if thread else "conversations.history"
    params = {"channel": channel, "limit": "50", "include_all_metadata": "true"}
    if thread:
        params["ts"] = thread
    with suppress(SendRefused):
        found = slack.json("GET", method, repeatable=True, params=params, read_timeout=5.0)
        for message in objects_of(found.get("messages")):
            payload = object_of(object_of(message.get("metadata")).get("event_payload"))
            if payload.get("tracker") == tracker:
                return text_of(message.get("ts"), 40)
    return ""


# --- files ---------------------------------------------------------------------------------------------------------------


def _upload(slack: Rest, file: File) -> dict[str, str]:
    """Bring a file to Slack, where nobody sees it yet."""
    asked = {"filename": file.name, "length": str(file.size)}
    place = slack.json("POST", "files.getUploadURLExternal", repeatable=True, data=asked)
    url, file_id = text_of(place.get("upload_url"), 4000), text_of(place.get("file_id"), 60)
    if not url or not file_id:
        raise SendRefused(slack.nonsense(repeatable=True))
    patience = 30.0 + file.size / MIB
    slack.ask(
        "POST",
        url,
        repeatable=True,
        content=file.read(),
        headers={"content-type": "application/octet-stream"},
        read_timeout=min(patience, 115.0),
    )
    return {"id": file_id, "title": file.name}


def _show(slack: Rest, channel: str, thread: str, uploaded: Sequence[dict[str, str]]) -> list[str]:
    """Show uploaded files in the thread; their ids."""
    asked = {"files": json.dumps(list(uploaded)), "channel_id": channel}
    if thread:
        asked["thread_ts"] = thread
    answer = slack.json("POST", "files.completeUploadExternal", repeatable=False, data=asked)
    shown = [text_of(item.get("id"), 60) for item in objects_of(answer.get("files"))]
    return [f"file:{file_id}" for file_id in shown if file_id]
