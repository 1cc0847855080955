"""A stand-in for Microsoft Teams: colleagues in channels and chats, the Bot Framework's service, Microsoft's sign-in, and Workflows.

It enforces what they enforce: the app's password, a token for the service, conversations in which the app is, the size of a message. What
it posts to us carries a token signed with keys that it publishes; `rotate_keys` publishes others. With `way` "outgoing webhook" it seals
its deliveries as such a webhook does.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from joserfc import jwt
from joserfc.jwk import RSAKey

from ascolto.kit.clock import now
from ascolto.testing.networks.city import Network, Person, Reply, Request, SentMessage

BOT = "28:ascolto"
_LARGEST = 28 * 1024


class TeamsNetwork(Network):
    """See the module's text."""

    kind = "teams"

    def __init__(self, way: str = "bot") -> None:
        super().__init__()
        self.way = way
        self.app_id, self.app_password = "4f1b2c3d-0000-4000-8000-000000000000", "stand-in-app-password"
        self.hook_secret = base64.b64encode(secrets.token_bytes(32)).decode()
        self.flow = secrets.token_hex(8)
        self.tokens: set[str] = set()
        self.rooms: dict[
            str, list[str]
        ] = {}  # conversations in which the app is, with the ids of their messages
        self.refusals: list[
            tuple[int, str]
        ] = []  # what the service says to the next messages: status and code
        self.keys: list[RSAKey] = []
        self.rotate_keys()

    @property
    def settings(self) -> dict[str, str]:
        ways = {
            "bot": {
                "app_id": self.app_id,
                "app_password": self.app_password,
                "signing_keys": self.published(),
            },
            "outgoing webhook": {"hook_secret": self.hook_secret},
            "one way": {"workflow_url": f"{self.url}/workflows/{self.flow}"},
        }
        return {
            "way": self.way,
            "service_hosts": self.url.removesuffix(f"/{self.kind}"),
            "login_base": f"{self.url}/login",
            "openid_url": f"{self.url}/openid",
            **ways[self.way],
        }

    def rotate_keys(self, *, keep: int = 1) -> None:
        """Sign with another key from now on; the newest `keep` old ones stay published."""
        key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"})
        self.keys = [key, *self.keys[:keep]]

    def published(self) -> str:
        """The keys as anybody may see them."""
        return json.dumps(
            {"keys": [{**key.as_dict(private=False), "endorsements": ["msteams"]} for key in self.keys]}
        )

    def token(self, **changed: Any) -> str:
        """What a delivery brings along."""
        moment = int(now().timestamp())
        claims: dict[str, Any] = {
            "iss": "https://api.botframework.com",
            "aud": self.app_id,
            "serviceurl": self.connector_url,
        }
        claims |= {"nbf": moment - 5, "exp": moment + 3600, **changed}
        return jwt.encode({"alg": "RS256", "kid": str(self.keys[0].kid)}, claims, self.keys[0])

    @property
    def connector_url(self) -> str:
        """Where answers go."""
        return f"{self.url}/service"

    def sign(self, body: bytes) -> Mapping[str, str]:
        if self.way == "bot":
            return {"authorization": f"Bearer {self.token()}"}
        seal = hmac.digest(base64.b64decode(self.hook_secret), body, "sha256")
        return {"authorization": f"HMAC {base64.b64encode(seal).decode()}"}

    def too_fast(self) -> Reply:
        return Reply(
            {"error": {"code": "TooManyRequests", "message": "API calls quota exceeded"}},
            429,
            {"Retry-After": "2"},
        )

    def broken(self) -> Reply:
        return Reply({"error": {"code": "ServiceError", "message": "Unknown"}}, 500)

    # --- colleagues ---

    def add_person(self, name: str, **about: Any) -> Person:
        person = Person(f"29:1{self.new_id()}", name, data={"aad": secrets.token_hex(16), **about})
        with self.lock:
            self.people.append(person)
        return person

    def write(
        self,
        person: Person,
        text: str,
        *,
        public: bool = False,
        direct: bool = False,
        thread: str = "",
        **more: Any,
    ) -> str:
        """A message to the app in a channel; in a `thread` (a conversation) it is an answer; `direct`: in a personal chat. Its id."""
        activity_id = str(int(now().timestamp() * 1000) * 1000 + self.new_number())
        conversation = thread or (
            f"a:1{person.id[3:]}" if direct else f"19:reclami@thread.tacv2;messageid={activity_id}"
        )
        with self.lock:
            self.rooms.setdefault(conversation, []).append(activity_id)
        shown = text if direct else f"<at>Ascolto</at> {text}"
        self.tell(person, conversation, type="message", id=activity_id, text=shown, textFormat="xml", **more)
        return activity_id

    def conversation_of(self, activity_id: str) -> str:
        """Where a message stands."""
        return next(room for room, known in self.rooms.items() if activity_id in known)

    def edit(self, person: Person, activity_id: str, text: str) -> None:
        """Somebody changes a message."""
        told = {"type": "messageUpdate", "id": activity_id, "text": text, "textFormat": "plain"}
        self.tell(person, self.conversation_of(activity_id), **told)

    def delete(self, person: Person, activity_id: str) -> None:
        """Somebody deletes a message."""
        self.tell(person, self.conversation_of(activity_id), type="messageDelete", id=activity_id)

    def react(self, person: Person, activity_id: str, kind: str = "like") -> None:
        """A reaction."""
        told = {"type": "messageReaction", "replyToId": activity_id, "reactionsAdded": [{"type": kind}]}
        self.tell(person, self.conversation_of(activity_id), **told)

    def tell(self, person: Person, conversation: str, **activity: Any) -> None:
        """Deliver an activity."""
        kind = "personal" if conversation.startswith("a:") else "channel"
        document = {
            "channelId": "msteams",
            "serviceUrl": self.connector_url,
            "timestamp": now().isoformat().replace("+00:00", "Z"),
            "locale": "it-IT",
            "from": {"id": person.id, "name": person.name, "aadObjectId": person.data["aad"]},
            "recipient": {"id": BOT, "name": "Ascolto"},
            "conversation": {"id": conversation, "conversationType": kind, "tenantId": "t1"},
            "channelData": {"tenant": {"id": "t1"}},
            **activity,
        }
        self.mailman.post(json.dumps(document).encode())

    # --- what the company asks ---

    def answer(self, request: Request) -> Reply:
        if request.path == "/openid":
            return Reply({"issuer": "https://api.botframework.com", "jwks_uri": f"{self.url}/keys"})
        if request.path == "/keys":
            return Reply(self.published().encode(), content_type="application/json")
        if request.path.endswith("/oauth2/v2.0/token"):
            return self._sign_in(request)
        if request.parts[:1] == ["workflows"]:
            return self._take_card(request)
        if request.parts[:3] == ["service", "v3", "conversations"] and request.method == "POST":
            return self._take(request)
        if request.parts[:2] == ["service", "files"]:
            return self._give_file(request)
        return Reply({"error": {"code": "NotFound"}}, 404)

    def _sign_in(self, request: Request) -> Reply:
        asked = {name: values[0] for name, values in request.form().items()}
        if (asked.get("client_id"), asked.get("client_secret")) != (self.app_id, self.app_password):
            told = "AADSTS7000215: Invalid client secret provided. Trace ID: 1"
            return Reply({"error": "invalid_client", "error_description": told}, 401)
        if asked.get("scope") != "https://api.botframework.com/.default":
            return Reply({"error": "invalid_scope", "error_description": "AADSTS70011"}, 400)
        token = secrets.token_hex(16)
        self.tokens.add(token)
        return Reply({"token_type": "Bearer", "expires_in": 3599, "access_token": token})

    def _take(self, request: Request) -> Reply:
        document = request.json()
        if request.bearer not in self.tokens:
            return Reply({"message": "Authorization has been denied for this request."}, 401)
        if self.speed.is_too_fast():
            return self.too_fast()
        if self.refusals:
            status, code = self.refusals.pop(0)
            return Reply({"error": {"code": code, "message": code}}, status)
        conversation = unquote(request.parts[3])
        if conversation not in self.rooms:
            return Reply(
                {"error": {"code": "ConversationNotFound", "message": "Conversation not found."}}, 404
            )
        if not isinstance(document, dict) or not document.get("text"):
            return Reply({"error": {"code": "BadSyntax", "message": "Activity has no content"}}, 400)
        if len(request.body) > _LARGEST:
            return Reply({"error": {"code": "MessageSizeTooBig", "message": "Message size too large."}}, 413)
        return self._keep(conversation, document)

    def _keep(self, conversation: str, document: Mapping[str, Any]) -> Reply:
        activity_id = str(int(now().timestamp() * 1000) * 1000 + self.new_number())
        with self.lock:
            self.rooms[conversation].append(activity_id)
        whom = next((person for person in self.people if conversation == f"a:1{person.id[3:]}"), None)
        answers = str(document.get("replyToId") or "")
        self.took(
            SentMessage(
                id=activity_id, person=whom, text=str(document["text"]), answers=answers, data=document
            )
        )
        return Reply({"id": activity_id}, 201)

    def _take_card(self, request: Request) -> Reply:
        document = request.json()
        if request.parts[1] != self.flow:
            return Reply({"error": {"code": "DirectApiAuthorizationRequired", "message": "No"}}, 401)
        cards = document.get("attachments") if isinstance(document, dict) else None
        if not cards or cards[0].get("contentType") != "application/vnd.microsoft.card.adaptive":
            return Reply(
                {"error": {"code": "ActionBranchingConditionNotSatisfied", "message": "No card"}}, 400
            )
        said = [run["text"] for block in cards[0]["content"]["body"] for run in block.get("inlines", [])]
        self.took(SentMessage(id=self.new_id("card"), person=None, text="\n".join(said), data=document))
        return Reply(b"", 202)

    def _give_file(self, request: Request) -> Reply:
        if request.bearer not in self.tokens:
            return Reply({"error": {"code": "Unauthorized"}}, 401)
        content, content_type = self.media[request.parts[2]]
        return Reply(content, content_type=content_type)
