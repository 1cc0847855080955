"""Slack says no with HTTP 200 and `ok: false`: what each of its words means."""

from __future__ import annotations

from collections.abc import Mapping

from ascolto.channels.protocol import ErrorClass, Failure
from ascolto.channels.reading import text_of
from ascolto.channels.vendors.rest import USUAL_WAIT, failure_by_status
from ascolto.kit.http import Answer

_E = ErrorClass
ERRORS: Mapping[str, ErrorClass] = {
    **dict.fromkeys(
        (
            "invalid_auth",
            "not_authed",
            "account_inactive",
            "token_revoked",
            "token_expired",
            "org_login_required",
            "two_factor_setup_required",
            "invalid_refresh_token",
        ),
        _E.REAUTH,
    ),
    **dict.fromkeys(
        (
            "missing_scope",
            "not_allowed_token_type",
            "no_permission",
            "access_denied",
            "accesslimited",
            "team_access_not_granted",
            "ekm_access_denied",
            "enterprise_is_restricted",
            "deprecated_endpoint",
            "method_deprecated",
            "unknown_method",
            "file_uploads_disabled",
            "message_limit_exceeded",
        ),
        _E.CONFIG,
    ),
    **dict.fromkeys(("ratelimited", "rate_limited"), _E.RETRY_AFTER),
    # "it is possible that some aspect of the operation succeeded before the error"
    **dict.fromkeys(("internal_error", "fatal_error", "request_timeout"), _E.UNCERTAIN),
    **dict.fromkeys(("service_unavailable", "team_added_to_org"), _E.RETRY),
    **dict.fromkeys(
        (
            "user_not_found",
            "users_not_found",
            "user_disabled",
            "is_inactive",
            "thread_not_found",
            "message_not_found",
        ),
        _E.RECIPIENT_GONE,
    ),
    **dict.fromkeys(
        (
            "cannot_dm_bot",
            "messages_tab_disabled",
            "user_not_visible",
            "slack_connect_file_upload_sharing_blocked",
        ),
        _E.BLOCKED,
    ),
    **dict.fromkeys(
        (
            "msg_too_long",
            "no_text",
            "too_many_attachments",
            "invalid_blocks",
            "msg_blocks_too_long",
            "metadata_too_large",
            "invalid_metadata_format",
            "invalid_arguments",
            "invalid_arg_name",
            "invalid_array_arg",
            "invalid_charset",
            "invalid_form_data",
            "invalid_post_type",
            "missing_post_type",
            "file_not_found",
            "file_deleted",
            "file_update_failed",
            "malware_detected",
            "invalid_external_id",
            "slack_connect_blocked_file_type",
        ),
        _E.CONTENT,
    ),
}
# They concern one channel, not the whole inbox.
_OF_CHANNEL = {
    "channel_not_found",
    "not_in_channel",
    "is_archived",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "restricted_action_non_threadable_channel",
    "restricted_action_thread_locked",
    "cannot_reply_to_message",
    "channel_type_not_supported",
    "posting_to_general_channel_denied",
}
_PLAIN: Mapping[str, str] = {
    "channel_not_found": "Slack does not know this channel, or the app may not see it.",
    "not_in_channel": "The app is not in this channel: invite it there.",
    "is_archived": "The channel is archived.",
    "invalid_auth": "Slack does not accept the token.",
    "token_revoked": "The token was revoked in Slack.",
    "token_expired": "The token has ended.",
    "account_inactive": "The app was removed from Slack, or its account is switched off.",
    "msg_too_long": "The text is too long for Slack.",
    "ratelimited": "Slack asks us to wait.",
    "user_not_found": "Slack does not know this person any more.",
    "thread_not_found": "The thread was deleted.",
}
# What people read of this channel, besides: see ascolto/ui/reasons.py.
SENTENCES = (
    *_PLAIN.values(),
    "Slack refused it (%(code)s).",
    "The token lacks a permission: %(names)s.",
    "The text has %(count)s characters; Slack takes %(limit)s.",
    "%(name)s is larger than the %(limit)s MiB that Slack takes.",
    "Nobody in Slack is known who could be written to.",
    "1 of 2 parts were sent; then: %(reason)s",
    "Connected to %(team)s as %(user)s.",
    "%(name)s is no ID of a channel: Slack shows it below the channel's details.",
    "Slack held events back: there were too many.",
    "The app was removed from Slack.",
    "Slack revoked the token.",
    "A channel was archived: nobody can be asked there.",
    "Slack withholds messages: an administrator suspended their keys.",
)


def judge(answer: Answer) -> Failure | None:
    """The failure in an answer; None for a success."""
    document = answer.json_object()
    if document is None or document.get("ok") is not False:
        return None if answer.is_success else failure_by_status(answer)
    code = text_of(document.get("error"), 80) or "unknown"
    if code in _OF_CHANNEL:
        return Failure(_E.CONFIG, _reason(code, document), code=code, of_message=True)
    kind = ERRORS.get(code)
    if kind is None:
        kind = failure_by_status(answer).error if not answer.is_success else _E.UNKNOWN
    wait = answer.retry_after
    if kind is _E.RETRY_AFTER and wait is None:
        wait = USUAL_WAIT
    return Failure(kind, _reason(code, document), code=code, retry_after=wait)


def _reason(code: str, document: Mapping[str, object]) -> str:
    if code == "missing_scope":
        return f"The token lacks a permission: {text_of(document.get('needed'), 200) or 'see the guide'}."
    return _PLAIN.get(code) or f"Slack refused it ({code})."
