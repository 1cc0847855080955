"""The only writers of agents, teams, invitations, tokens and the company. Refusals are `ValidationError`s by field."""

from ascolto.accounts.actions.agents import (
    change_agent,
    create_agent,
    deactivate_agent,
    make_administrator,
    reactivate_agent,
)
from ascolto.accounts.actions.company import (
    change_company,
    finish_set_up,
    found_company,
    make_setup_link,
    move_set_up,
    use_setup_link,
)
from ascolto.accounts.actions.demo import can_start_demo, register_demo_starter, start_demo
from ascolto.accounts.actions.invitations import accept_invitation, invite_again, invite_agent
from ascolto.accounts.actions.profile import (
    change_password,
    change_preferences,
    end_other_sessions,
    preferences_of,
)
from ascolto.accounts.actions.roles import archive_role, change_role, create_role
from ascolto.accounts.actions.signing_in import SignInRefused, TooManyAttempts, sign_in, sign_out
from ascolto.accounts.actions.teams import create_team, delete_team, rename_team, set_team_members
from ascolto.accounts.actions.tokens import create_token, note_token_used, revoke_token

__all__ = [
    "SignInRefused",
    "TooManyAttempts",
    "accept_invitation",
    "archive_role",
    "can_start_demo",
    "change_agent",
    "change_company",
    "change_password",
    "change_preferences",
    "change_role",
    "create_agent",
    "create_role",
    "create_team",
    "create_token",
    "deactivate_agent",
    "delete_team",
    "end_other_sessions",
    "finish_set_up",
    "found_company",
    "invite_again",
    "invite_agent",
    "make_administrator",
    "make_setup_link",
    "move_set_up",
    "note_token_used",
    "preferences_of",
    "reactivate_agent",
    "register_demo_starter",
    "rename_team",
    "revoke_token",
    "set_team_members",
    "sign_in",
    "sign_out",
    "start_demo",
    "use_setup_link",
]
