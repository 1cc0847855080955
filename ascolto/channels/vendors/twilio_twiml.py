"""TwiML: what Twilio's telephone does next, as XML. Only the verbs and attributes that we use.

https://www.twilio.com/docs/voice/twiml
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from ascolto.kit.text import clean

Attributes = Mapping[str, str | int | bool]


class Verb:
    """A verb with its attributes, its text and the verbs inside it."""

    def __init__(
        self, name: str, attributes: Attributes | None = None, text: str = "", inner: Sequence[Verb] = ()
    ) -> None:
        self.name, self.attributes, self.text, self.inner = name, dict(attributes or {}), text, list(inner)

    def element(self) -> ElementTree.Element:
        """As XML."""
        made = ElementTree.Element(
            self.name, {name: _shown(value) for name, value in self.attributes.items()}
        )
        made.text = clean(self.text, 4000) or None
        made.extend(verb.element() for verb in self.inner)
        return made


def response(*verbs: Verb) -> bytes:
    """A whole document."""
    document = Verb("Response", inner=verbs).element()
    return ElementTree.tostring(document, encoding="utf-8", xml_declaration=True)


def _shown(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return clean(str(value), 4000)


def say(text: str, voice: str) -> Verb:
    """Speak; `voice` is a language tag such as it-IT."""
    return Verb("Say", {"language": voice}, text)


def gather(
    says: Sequence[Verb],
    action: str,
    *,
    most: int,
    seconds: int,
    speech: str = "",
    hints: Sequence[str] = (),
) -> Verb:
    """Wait for keys; with `speech` (a language tag) for spoken words too, of which `hints` are likely. Silence goes on to the next
    verb."""
    attributes: dict[str, str | int | bool] = {"input": "dtmf speech" if speech else "dtmf", "action": action}
    attributes |= {"method": "POST", "timeout": seconds, "numDigits": most, "finishOnKey": "#"}
    if speech:
        attributes |= {"language": speech, "speechTimeout": "auto"}
        if hints:
            attributes["hints"] = ", ".join(hint.replace(",", " ") for hint in hints)
    return Verb("Gather", attributes, inner=says)


def redirect(url: str) -> Verb:
    """Ask again at another address."""
    return Verb("Redirect", {"method": "POST"}, url)


def record(action: str, told: str, *, seconds: int, transcript: str = "") -> Verb:
    """Record until # or 0; the recording is told to `told` when it is ready, its transcript to `transcript`."""
    attributes: dict[str, str | int | bool] = {"action": action, "method": "POST", "maxLength": seconds}
    attributes |= {"timeout": 5, "finishOnKey": "0#", "playBeep": True}
    attributes |= {"recordingStatusCallback": told, "recordingStatusCallbackEvent": "completed"}
    if transcript:
        attributes |= {"transcribe": True, "transcribeCallback": transcript}
    return Verb("Record", attributes)


def dial(to: str, action: str, *, seconds: int) -> Verb:
    """Ring somebody: a number, or an address that begins with sip: or client:."""
    if to.startswith("sip:"):
        whom = Verb("Sip", text=to)
    elif to.startswith("client:"):
        whom = Verb("Client", text=to.removeprefix("client:"))
    else:
        whom = Verb("Number", text=to)
    return Verb("Dial", {"action": action, "method": "POST", "timeout": seconds}, inner=[whom])


def hang_up() -> Verb:
    """The end."""
    return Verb("Hangup")
