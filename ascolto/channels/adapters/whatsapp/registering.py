"""Our hook address for one number: beside the app's own address WhatsApp takes one for each number."""

from __future__ import annotations

from ascolto.channels.vendors.meta_graph import Graph


def register(graph: Graph, number_id: str, waba_id: str, hook_url: str, verify_token: str) -> str:
    """Let the app hear of the business account, and this number call us. Meta shakes hands at once. Raises SendRefused."""
    if waba_id:
        graph.settle("POST", waba_id, "subscribed_apps", json={})
    ours = {"override_callback_uri": hook_url, "verify_token": verify_token}
    graph.settle("POST", number_id, json={"webhook_configuration": ours})
    return "WhatsApp calls this address now for this number."
