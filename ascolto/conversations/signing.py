"""The name below an answer. How people sign on which channel is decided by a room above (`charter`); here it is put under the text."""

from __future__ import annotations

from collections.abc import Callable

from ascolto.accounts.models import Agent

Signer = Callable[[Agent, str, str], str]  # the agent, the kind of channel, the visibility


def _by_first_name(agent: Agent, kind: str, visibility: str) -> str:
    return agent.public_name or agent.first_name


_signer: list[Signer] = [_by_first_name]


def register_signer(signer: Signer) -> None:
    """Let `signer` say how an agent signs; an empty text where the channel shows the name by itself."""
    _signer[0] = signer


def signature_of(agent: Agent | None, kind: str, visibility: str) -> str:
    """The signature as the customer will read it; a machine signs nothing."""
    return _signer[0](agent, kind, visibility) if agent is not None else ""


def signed(text: str, signature: str) -> str:
    """The text as it leaves. One that ends with the signature already is signed once; without a text there is nothing to sign."""
    if not signature or not text or text.rstrip().endswith(signature.strip()):
        return text
    return f"{text}\n{signature}"
