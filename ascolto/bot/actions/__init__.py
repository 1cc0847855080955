"""The only writers of flows and posts."""

from ascolto.bot.actions.flows import archive, create_flow, publish, restore, save_version, withdraw
from ascolto.bot.actions.posts import set_post, stop_rival

__all__ = [
    "archive",
    "create_flow",
    "publish",
    "restore",
    "save_version",
    "set_post",
    "stop_rival",
    "withdraw",
]
