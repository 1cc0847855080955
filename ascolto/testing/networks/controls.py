"""The city's town hall: `/city/` lets people and other processes write as customers, read what came, and make networks fail.

GET  /city/                    a page to write as a customer and read the answers
GET  /city/networks            every network: its inbox settings, hook address, people
POST /city/<kind>/hook         {"url"}: where the hooks of this network go
POST /city/<kind>/people       {"name"}: a new person; {"id", "handle"}
POST /city/<kind>/write        {"person", "text", "public"}: they write; {"id"}
GET  /city/<kind>/sent         what the company sent
POST /city/<kind>/suffer       {"chaos", "times", "on"}: the next requests go wrong (chaos.py)
POST /city/<kind>/manners      {"duplicates", "disorder", "reads"}: how unruly its hooks are
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from ascolto.testing.networks.chaos import Chaos
from ascolto.testing.networks.city import City, Network, Person, Reply, Request, SentMessage


class Wrong(ValueError):
    """A request to the town hall that cannot be carried out."""


def answer(city: City, request: Request) -> Reply:
    """Answer a request below /city/."""
    parts = request.parts
    if not parts:
        return Reply(_page(city), content_type="text/html; charset=utf-8")
    if parts == ["networks"]:
        return Reply({kind: _about(network) for kind, network in city.networks.items()})
    network = city.networks.get(parts[0])
    action = _ACTIONS.get((request.method, *parts[1:]))
    if network is None or action is None:
        return Reply({"error": "no such network or action; see GET /city/networks"}, 404)
    try:
        return Reply(action(network, _said(request)))
    except (Wrong, KeyError, TypeError, ValueError) as error:
        return Reply({"error": str(error) or type(error).__name__}, 400)


def _said(request: Request) -> Mapping[str, Any]:
    if request.method == "GET":
        return {}
    said = request.json()
    if not isinstance(said, dict):
        said = {name: values[0] for name, values in request.form().items()}
    return said


def _about(network: Network) -> dict[str, Any]:
    return {
        "settings": network.settings,
        "hook_url": network.hook_url,
        "people": [_person(person) for person in network.people],
        "sent": len(network.sent),
    }


def _person(person: Person) -> dict[str, Any]:
    return {"id": person.id, "name": person.name, "handle": person.handle}


def _message(message: SentMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "to": message.person.name if message.person else None,
        "text": message.text,
        "public": message.public,
        "answers": message.answers,
        "files": [content_type for content_type, _ in message.files],
        "at": message.at.isoformat(),
    }


def _hook(network: Network, said: Mapping[str, Any]) -> Any:
    network.hook_url = str(said["url"])
    return {"hook_url": network.hook_url}


def _add_person(network: Network, said: Mapping[str, Any]) -> Any:
    return _person(network.add_person(str(said["name"])[:100]))


def _write(network: Network, said: Mapping[str, Any]) -> Any:
    wanted = str(said["person"])
    person = network.find_person(wanted) or next((p for p in network.people if p.name == wanted), None)
    if person is None:
        person = network.add_person(wanted[:100])
    public = said.get("public") in {True, "true", "on", "1"}
    return {"id": network.write(person, str(said["text"]), public=public)}


def _sent(network: Network, said: Mapping[str, Any]) -> Any:
    return [_message(message) for message in network.sent[-200:]]


def _suffer(network: Network, said: Mapping[str, Any]) -> Any:
    network.suffer(Chaos(str(said["chaos"])), int(said.get("times", 1)), str(said.get("on", "")))
    return {}


def _manners(network: Network, said: Mapping[str, Any]) -> Any:
    network.mailman.duplicates = bool(said.get("duplicates", network.mailman.duplicates))
    network.disorder = bool(said.get("disorder", network.disorder))
    network.reads = bool(said.get("reads", network.reads))
    return {}


_ACTIONS: dict[tuple[str, ...], Callable[[Network, Mapping[str, Any]], Any]] = {
    ("POST", "hook"): _hook,
    ("POST", "people"): _add_person,
    ("POST", "write"): _write,
    ("GET", "sent"): _sent,
    ("POST", "suffer"): _suffer,
    ("POST", "manners"): _manners,
}

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
section{border:1px solid #8886;border-radius:.6rem;padding:.8rem 1rem;margin:1rem 0}
form{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center}
input[name=text]{flex:1;min-width:12rem}input,button,select{font:inherit;padding:.3rem .6rem}
ul{padding-left:1.2rem}code{font-size:.85em;overflow-wrap:anywhere}
"""


def _page(city: City) -> bytes:
    """Every network with a line to write, and its last answers. No script: a form comes back as JSON, this page by "back"."""
    sections = "".join(_section(kind, network) for kind, network in city.networks.items())
    page = (
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>The city</title><style>{_STYLE}</style><h1>The city</h1>"
        "<p>Stand-ins of the networks. Write as a customer; answers of the company appear below each network when you reload.</p>"
        f"{sections}"
    )
    return page.encode()


def _section(kind: str, network: Network) -> str:
    answers = "".join(
        f"<li>{escape(m.person.name if m.person else 'everybody')}: {escape(m.text[:300])}</li>"
        for m in network.sent[-5:]
    )
    pairs = " ".join(f"--set {name}={value}" for name, value in network.settings.items())
    told = "" if network.hook_url or not network.has_hooks else _connect(kind, pairs)
    return (
        f"<section><h2>{escape(kind)}</h2>{told}<form method=post action='/city/{escape(kind)}/write'>"
        "<input name=person value='Giulia Conti' aria-label=Name><input name=text required aria-label=Text>"
        "<label><input type=checkbox name=public> in public</label><button>Write</button></form>"
        f"<ul>{answers}</ul></section>"
    )


def _connect(kind: str, pairs: str) -> str:
    command = escape(f'ascolto channel add {kind} --name "{kind} (stand-in)" {pairs}')
    return (
        f"<p>Not connected yet. Run <code>{command}</code>, then give the hook address it prints:</p>"
        f"<form method=post action='/city/{escape(kind)}/hook'><input name=url size=50 required aria-label='Hook address'>"
        "<button>Connect</button></form>"
    )


def open_town_hall(city: City) -> City:
    """Let the city answer below /city/."""
    city.controls = answer
    return city
