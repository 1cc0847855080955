"""The requests that the stand-in for WhatsApp answers, and the errors it gives, as the Graph API does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from ascolto.kit.clock import now
from ascolto.testing.networks.city import Reply, Request
from ascolto.testing.networks.graph import Form, GraphError, GraphNetwork, no_object
from ascolto.testing.networks.interactive import Unfit, check_interactive

if TYPE_CHECKING:
    from ascolto.testing.networks.whatsapp import WhatsAppCustomer

_MEDIA_KINDS = ("image", "video", "audio", "document", "sticker")
_PRODUCT = {"messaging_product": "whatsapp"}


@dataclass(frozen=True, slots=True)
class Template:
    """A template that WhatsApp has reviewed. `parameters`: how many its text wants."""

    name: str
    language: str
    text: str
    parameters: int = 0
    category: str = "UTILITY"
    status: str = "APPROVED"


class WhatsAppGraph(GraphNetwork):
    """The Cloud API of one number: what may be asked, and what is refused."""

    object_name = "whatsapp_business_account"
    public_files = False
    limit_error = (130429, "Rate limit hit")
    error_details = _PRODUCT

    def __init__(self, **settings: str) -> None:
        super().__init__(**settings)
        self.phone_number_id = settings.get("phone_number_id", "106540352242922")
        self.waba_id = settings.get("waba_id", "102290129340398")
        self.display_number = settings.get("display_number", "390212345678")
        self.templates: list[Template] = []
        self.tells_sizes = True  # of files, before they are fetched
        self.files_at = ""  # an address for files that is not ours
        self.was_read: list[str] = []  # messages that the company marked as read

    def new_id(self, prefix: str = "wamid.") -> str:
        """An id as WhatsApp gives them: never the same twice."""
        return super().new_id(prefix)

    def keep(self, content: bytes, content_type: str) -> str:
        """Store a file; its id."""
        with self.lock:
            media_id = str(4711_000_000 + self.new_number())
            self.media[media_id] = (content, content_type)
        return media_id

    def tell(self, field_name: str = "messages", after: float = 0.0, **value: Any) -> None:
        """Deliver one change."""
        about = {"display_phone_number": self.display_number, "phone_number_id": self.phone_number_id}
        change = {"field": field_name, "value": {**_PRODUCT, "metadata": about, **value}}
        entry = {"id": self.waba_id, "changes": [change]}
        self.mailman.post(json.dumps({"object": self.object_name, "entry": [entry]}).encode(), after)

    def broken(self) -> Reply:
        return GraphError(131000, "Something went wrong", 500).reply(_PRODUCT)

    # --- requests ---

    def route(self, request: Request, parts: list[str], form: Form) -> Any:
        if request.method == "GET":
            return self._look(parts, form)
        if request.method == "POST" and parts == [self.phone_number_id, "messages"]:
            return self._take_message(form.fields)
        if request.method == "POST" and parts == [self.phone_number_id, "media"]:
            return self._take_file(form)
        if parts == [self.waba_id, "subscribed_apps"]:
            return self.subscriptions(request, form)
        if request.method == "POST" and parts == [self.phone_number_id]:
            return self._call_elsewhere(form)
        raise no_object()

    def _call_elsewhere(self, form: Form) -> dict[str, bool]:
        """A hook address for this number alone; it is tried at once."""
        wanted = form.object("webhook_configuration")
        before, self.mailman.url = self.mailman.url, str(wanted.get("override_callback_uri", ""))
        self.verify_token = str(wanted.get("verify_token", ""))
        if not self.shake_hands():
            self.mailman.url = before
            raise GraphError(2200, "Callback verification failed", 400)
        return {"success": True}

    def _look(self, parts: list[str], form: Form) -> Any:
        if parts == [self.phone_number_id]:
            number = {"display_phone_number": f"+{self.display_number}", "verified_name": "Telvia"}
            return {**number, "quality_rating": "GREEN", "id": self.phone_number_id}
        if parts == [self.waba_id, "message_templates"]:
            return self._templates(int(form.text("after") or 0))
        if len(parts) == 1 and parts[0] in self.media:
            return self._about_file(parts[0])
        raise no_object()

    def _about_file(self, media_id: str) -> dict[str, Any]:
        content, content_type = self.media[media_id]
        url = self.files_at or f"{self.url}/files/{media_id}"
        digest = hashlib.sha256(content).hexdigest()
        size: dict[str, Any] = {"file_size": len(content)} if self.tells_sizes else {}
        about: dict[str, Any] = {"id": media_id, "mime_type": content_type, "sha256": digest, **size}
        return {**about, **_PRODUCT, "url": url}

    def _templates(self, after: int) -> dict[str, Any]:
        """Two a page, so that nobody forgets the second."""
        data = [
            {
                "id": str(8_800_000 + number),
                "name": template.name,
                "language": template.language,
                "status": template.status,
                "category": template.category,
                "parameter_format": "POSITIONAL",
                "components": [{"type": "BODY", "text": template.text}],
            }
            for number, template in enumerate(self.templates[after : after + 2], after)
        ]
        more = after + 2 < len(self.templates)
        paging: dict[str, Any] = {"cursors": {"before": str(after), "after": str(after + 2)}}
        summary = {"total_count": len(self.templates), "message_template_limit": 6000}
        summary |= {"message_template_count": len(self.templates), "are_translations_complete": True}
        return {"data": data, "paging": {**paging, "next": "…"} if more else paging, "summary": summary}

    def _take_message(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        if payload.get("messaging_product") == "whatsapp" and payload.get("status") == "read":
            self.was_read.append(str(payload.get("message_id", "")))
            return {"success": True}
        if payload.get("messaging_product") != "whatsapp" or not isinstance(payload.get("type"), str):
            raise GraphError(100, "Invalid parameter")
        return self.take(payload)

    def take(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Take a message of the company. Raises GraphError."""
        raise NotImplementedError

    def find_customer(self, payload: Mapping[str, Any]) -> WhatsAppCustomer:
        """Whom a message is for: `to` a number goes before a `recipient`. Raises GraphError for nobody."""
        number, user_id = str(payload.get("to", "")).lstrip("+"), payload.get("recipient")
        with self.lock:
            for person in self.people:
                customer = cast("WhatsAppCustomer", person)
                if (number and customer.number == number) or (not number and customer.user_id == user_id):
                    return customer
        raise GraphError(131026, "Message undeliverable")

    # --- rules ---

    def check_window(self, payload: Mapping[str, Any], customer: WhatsAppCustomer, window: timedelta) -> None:
        """The 24 hours, and whether the customer takes messages. Raises GraphError."""
        if customer.has_blocked_us or customer.is_gone:
            raise GraphError(131026, "Message undeliverable")
        open_ = customer.last_wrote_at is not None and now() - customer.last_wrote_at < window
        if not open_ and payload["type"] != "template":
            raise GraphError(131047, "Message failed to send because more than 24 hours have passed")

    def check_content(self, payload: Mapping[str, Any]) -> None:
        """Shape and length. Raises GraphError."""
        kind = payload["type"]
        part = payload.get(kind)
        if not isinstance(part, dict):
            raise GraphError(131009, f"Parameter value is not valid: {kind}")
        if kind == "text" and not 1 <= len(str(part.get("body", ""))) <= 4096:
            raise GraphError(100, "Param text['body'] must be at most 4096 characters long.")
        if kind in _MEDIA_KINDS and part.get("id") not in self.media:
            raise GraphError(131053, "Media upload error")
        if len(str(part.get("caption", ""))) > 1024 or (kind == "audio" and "caption" in part):
            raise GraphError(131009, "Parameter value is not valid: caption")
        if kind == "template":
            self._check_template(part)
        if kind == "interactive":
            _check_choices(part)
        if kind not in {*_MEDIA_KINDS, "text", "template", "reaction", "interactive", "location", "contacts"}:
            raise GraphError(131051, "Unsupported message type")

    def _check_template(self, part: Mapping[str, Any]) -> None:
        language = part.get("language", {}).get("code")
        wanted = [t for t in self.templates if (t.name, t.language) == (part.get("name"), language)]
        if not wanted:
            raise GraphError(132001, "Template name does not exist in the translation", 404)
        if wanted[0].status != "APPROVED":
            raise GraphError(132015, "Template is paused")
        bodies = [item for item in part.get("components", []) if item.get("type") == "body"]
        if sum(len(item.get("parameters", [])) for item in bodies) != wanted[0].parameters:
            raise GraphError(132000, "Number of parameters does not match the expected number of params")

    def _take_file(self, form: Form) -> dict[str, Any]:
        if "file" not in form.files or form.text("messaging_product") != "whatsapp":
            raise GraphError(100, "(#100) The parameter messaging_product is required.")
        return {"id": self.keep(*form.files["file"])}


def _check_choices(part: Mapping[str, Any]) -> None:
    try:
        check_interactive(part)
    except Unfit as error:
        raise GraphError(131009, f"Parameter value is not valid: {error}") from error
