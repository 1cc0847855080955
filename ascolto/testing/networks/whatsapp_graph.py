"""The requests that the stand-in for WhatsApp answers, and the errors it gives, as the Graph API does."""

from __future__ import annotations

import hashlib
import json
import re
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from ascolto.kit.clock import now
from ascolto.testing.networks import break_off

if TYPE_CHECKING:
    from ascolto.testing.networks.whatsapp import WhatsAppCustomer, WhatsAppNetwork

LONGEST_BODY = 120 * 1024 * 1024
_MEDIA_KINDS = ("image", "video", "audio", "document", "sticker")
_PAGE = b"<html><body>It works!</body></html>"


class GraphError(Exception):
    """An answer of the Graph API that says no."""

    def __init__(
        self, code: int, title: str, status: int = 400, retry_after: int | None = None, **more: Any
    ) -> None:
        super().__init__(title)
        self.code, self.title, self.status, self.retry_after, self.more = (
            code,
            title,
            status,
            retry_after,
            more,
        )

    def body(self) -> dict[str, Any]:
        """As Graph writes it."""
        details = {"messaging_product": "whatsapp", "details": self.title}
        error = {"message": f"(#{self.code}) {self.title}", "type": "OAuthException", "code": self.code}
        return {"error": {**error, "error_data": details, "fbtrace_id": "A-stand-in", **self.more}}


class GraphAnswers(BaseHTTPRequestHandler):
    """One connection to the stand-in."""

    server: WhatsAppNetwork
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        if length > LONGEST_BODY:
            self.close_connection = True
            return self._write(413, {"error": {"message": "Request Entity Too Large"}})
        return self._answer(self.rfile.read(length))

    def _answer(self, body: bytes) -> None:
        parts = [part for part in urlsplit(self.path).path.split("/") if part]
        if parts and re.fullmatch(r"v\d+\.\d+", parts[0]):
            parts = parts[1:]
        touched = parts[0] if parts[:1] == ["files"] else parts[-1] if len(parts) > 1 else "objects"
        touched = "templates" if touched == "message_templates" else touched
        chaos = self.server.next_chaos(touched)
        if chaos is not None and self._is_cut_short(chaos):
            return
        try:
            answer = self._route(parts, body, chaos)
        except GraphError as error:
            wait = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
            return self._write(error.status, error.body(), wait)
        if chaos == "lost":
            return self._break_off()
        if chaos in {"garbage", "gateway"}:
            return self._write_bytes(200 if chaos == "garbage" else 504, _PAGE, "text/html")
        if isinstance(answer, tuple):
            return self._write_bytes(200, *answer)
        return self._write(200, answer)

    def _is_cut_short(self, chaos: str) -> bool:
        if chaos == "hang":
            self.server.stopping.wait(120)
        if chaos in {"hang", "reset"}:
            self._break_off()
            return True
        return False

    def _break_off(self) -> None:
        break_off(self.connection)
        self.close_connection = True

    def _route(self, parts: list[str], body: bytes, chaos: str | None) -> Any:
        network = self.server
        if self.headers.get("authorization") != f"Bearer {network.access_token}":
            raise GraphError(190, "Invalid OAuth access token - Cannot parse access token", 401)
        if chaos == "limit":
            raise GraphError(130429, "Rate limit hit", 429, retry_after=2)
        if chaos == "fail":
            raise GraphError(131000, "Something went wrong", 500)
        if self.command == "GET":
            return self._look(parts)
        if parts == [network.phone_number_id, "messages"]:
            return self._take_message(_json_object(body))
        if parts == [network.phone_number_id, "media"]:
            return self._take_file(body)
        raise _no_object()

    def _look(self, parts: list[str]) -> Any:
        network = self.server
        if parts == [network.phone_number_id]:
            number = {"display_phone_number": f"+{network.display_number}", "verified_name": "Telvia"}
            return {**number, "quality_rating": "GREEN", "id": network.phone_number_id}
        if parts == [network.waba_id, "message_templates"]:
            return self._templates()
        if len(parts) == 2 and parts[0] == "files" and parts[1] in network.media:
            return network.media[parts[1]]
        if len(parts) == 1 and parts[0] in network.media:
            content, content_type = network.media[parts[0]]
            url = network.files_at or f"{network.url}/files/{parts[0]}"
            digest = hashlib.sha256(content).hexdigest()
            size: dict[str, Any] = {"file_size": len(content)} if network.tells_sizes else {}
            about: dict[str, Any] = {"id": parts[0], "mime_type": content_type, "sha256": digest, **size}
            return {**about, "messaging_product": "whatsapp", "url": url}
        raise _no_object()

    def _templates(self) -> dict[str, Any]:
        """Two a page, so that nobody forgets the second."""
        after = int(parse_qs(urlsplit(self.path).query).get("after", ["0"])[0])
        page = self.server.templates[after : after + 2]
        data = [
            {
                "name": template.name,
                "language": template.language,
                "status": template.status,
                "category": template.category,
                "components": [{"type": "BODY", "text": template.text}],
            }
            for template in page
        ]
        more = after + 2 < len(self.server.templates)
        paging: dict[str, Any] = {"cursors": {"before": str(after), "after": str(after + 2)}}
        return {"data": data, "paging": {**paging, "next": "…"} if more else paging}

    # --- messages ---

    def _take_message(self, payload: dict[str, Any]) -> dict[str, Any]:
        network = self.server
        if payload.get("messaging_product") != "whatsapp" or not isinstance(payload.get("type"), str):
            raise GraphError(100, "Invalid parameter")
        if network.is_too_fast():
            raise GraphError(130429, "Rate limit hit", 429, retry_after=1)
        customer = network.find_customer(payload)
        if customer is None:
            raise GraphError(131026, "Message undeliverable")
        self._check_content(payload)
        self._check_window(payload, customer)
        message = network.accept(customer, payload)
        contact = {"input": payload.get("to") or payload.get("recipient"), "wa_id": customer.number}
        contacts = [{**contact, "user_id": customer.user_id}]
        return {"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": message.id}]}

    def _check_window(self, payload: dict[str, Any], customer: WhatsAppCustomer) -> None:
        from ascolto.testing.networks.whatsapp import WINDOW

        if customer.has_blocked_us:
            raise GraphError(131026, "Message undeliverable")
        open_ = customer.last_wrote_at is not None and now() - customer.last_wrote_at < WINDOW
        if not open_ and payload["type"] != "template":
            raise GraphError(131047, "Message failed to send because more than 24 hours have passed")

    def _check_content(self, payload: dict[str, Any]) -> None:
        kind = payload["type"]
        part = payload.get(kind)
        if not isinstance(part, dict):
            raise GraphError(131009, f"Parameter value is not valid: {kind}")
        if kind == "text" and not 1 <= len(str(part.get("body", ""))) <= 4096:
            raise GraphError(100, "Param text['body'] must be at most 4096 characters long.")
        if kind in _MEDIA_KINDS and part.get("id") not in self.server.media:
            raise GraphError(131053, "Media upload error")
        if len(str(part.get("caption", ""))) > 1024 or (kind == "audio" and "caption" in part):
            raise GraphError(131009, "Parameter value is not valid: caption")
        if kind == "template":
            self._check_template(part)
        if kind not in {*_MEDIA_KINDS, "text", "template"}:
            raise GraphError(131051, "Unsupported message type")

    def _check_template(self, part: dict[str, Any]) -> None:
        language = part.get("language", {}).get("code")
        wanted = [t for t in self.server.templates if (t.name, t.language) == (part.get("name"), language)]
        if not wanted:
            raise GraphError(132001, "Template name does not exist in the translation", 404)
        if wanted[0].status != "APPROVED":
            raise GraphError(132015, "Template is paused")
        bodies = [item for item in part.get("components", []) if item.get("type") == "body"]
        if sum(len(item.get("parameters", [])) for item in bodies) != wanted[0].parameters:
            raise GraphError(132000, "Number of parameters does not match the expected number of params")

    def _take_file(self, body: bytes) -> dict[str, Any]:
        header = f"content-type: {self.headers.get('content-type', '')}\r\n\r\n".encode()
        form = BytesParser(policy=HTTP).parsebytes(header + body)
        parts = {part.get_param("name", header="content-disposition"): part for part in form.iter_parts()}
        file = parts.get("file")
        product = parts["messaging_product"].get_content().strip() if "messaging_product" in parts else ""
        if file is None or product != "whatsapp":
            raise GraphError(100, "(#100) The parameter messaging_product is required.")
        content = file.get_payload(decode=True)
        return {
            "id": self.server.keep(content if isinstance(content, bytes) else b"", file.get_content_type())
        }

    # --- answers ---

    def _write(self, status: int, document: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self._write_bytes(status, json.dumps(document).encode(), "application/json", headers)

    def _write_bytes(
        self, status: int, body: bytes, content_type: str, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _no_object() -> GraphError:
    return GraphError(
        100, "Unsupported request. Object does not exist or permissions are missing", 400, error_subcode=33
    )


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise GraphError(100, "Invalid parameter")
    return document
