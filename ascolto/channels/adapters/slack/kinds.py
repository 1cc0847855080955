"""Which of Slack's many events mean nothing for a conversation, and which tell something about our account."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Subtypes of messages that somebody wrote.
WRITTEN = {
    "",
    "file_share",
    "thread_broadcast",
    "me_message",
    "bot_message",
    "file_comment",
    "reply_broadcast",
}
# Subtypes of messages that Slack wrote about a channel.
NOTES = _words(
    """channel_join channel_leave channel_topic channel_purpose channel_name channel_archive channel_unarchive channel_convert_to_private
    channel_convert_to_public channel_posting_permissions channel_canvas_updated group_join group_leave group_topic group_purpose group_name
    group_archive group_unarchive bot_add bot_remove bot_enable bot_disable pinned_item unpinned_item reminder_add reminder_delete
    message_replied file_mention assistant_app_thread huddle_thread joiner_notification joiner_notification_for_inviter sh_room_created
    sh_room_shared app_conversation_join app_conversation_leave channel_welcome_message document_mention tombstone
    thread_deleted bot_link document_comment_root list_record_comment"""
)
# Events that are understood and mean nothing here.
QUIET = _words(
    """app_home_opened app_requested app_installed app_deleted app_uninstalled_team
    assistant_thread_started assistant_thread_context_changed
    call_rejected channel_created channel_deleted channel_history_changed channel_id_changed channel_joined channel_left channel_rename
    channel_shared channel_unarchive channel_unshared dnd_updated dnd_updated_user
    email_domain_changed emoji_changed entity_details_requested file_change file_comment_added file_comment_deleted file_comment_edited
    file_created file_deleted file_public file_shared file_unshared function_executed
    grid_migration_finished grid_migration_started group_archive group_close group_deleted group_history_changed
    group_left group_open group_rename group_unarchive im_close im_created im_history_changed im_open invite_requested link_shared
    member_joined_channel member_left_channel message_metadata_deleted message_metadata_posted message_metadata_updated
    pin_added pin_removed presence_change resources_added resources_removed scope_denied scope_granted
    shared_channel_invite_accepted shared_channel_invite_approved shared_channel_invite_declined shared_channel_invite_received
    shared_channel_invite_requested star_added star_removed subteam_created subteam_members_changed subteam_self_added
    subteam_self_removed subteam_updated team_access_granted team_access_revoked team_domain_change team_join team_rename
    team_profile_change team_profile_delete team_profile_reorder user_change user_connection user_huddle_changed
    user_profile_changed user_resource_denied user_resource_granted user_resource_removed user_status_changed user_typing
    workflow_deleted workflow_published workflow_step_deleted workflow_step_execute workflow_unpublished"""
)
# Screens of an app that we do not have.
SCREENS = _words(
    """view_submission view_closed dialog_submission dialog_suggestion dialog_cancellation block_suggestion shortcut
    interactive_message workflow_step_edit"""
)
