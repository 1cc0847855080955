"""Walks every screen that links lead to, as somebody: which view answers, and with how many queries."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve

from ascolto.accounts.models import Agent

EACH = 3  # addresses of one view: a queue, a filtered one, and another
MOST = 1_500
_LINK = re.compile(r'<a\b[^>]*?\shref="([^"]+)"')
_PART = re.compile(r'\shx-get="([^"]+)"')
ELSEWHERE = (
    "/api/",
    "/static/",
    "/live/",
    "/hooks/",
    "/files/",
    "/sign-out",
    "/language/",
    "/join/",
    "/welcome/",
)
LEAVING = {"notifications:open"}  # a link that does something and goes on


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: the view that answered, how it was asked, what it cost."""

    view: str
    path: str
    is_part: bool
    status: int
    queries: int
    content: str = ""

    @property
    def key(self) -> str:
        """The screen in the file of budgets."""
        return f"{self.view} (part)" if self.is_part else self.view


def walk(agent: Agent, *starts: str) -> list[Visit]:
    """Every screen that somebody can come to from these, each view a few times, each request once warm."""
    client = Client()
    client.force_login(agent)
    waiting = deque((start, False) for start in starts)
    known, often, visits = set(waiting), dict[tuple[str, bool], int](), list[Visit]()
    while waiting and len(visits) < MOST:
        path, is_part = waiting.popleft()
        view = view_of(path)
        if view is None or often.get((view, is_part), 0) >= EACH:
            continue
        often[view, is_part] = often.get((view, is_part), 0) + 1
        visit = ask(client, view, path, is_part=is_part)
        visits.append(visit)
        for found in links_of(visit):
            if found not in known:
                known.add(found)
                waiting.append(found)
    return visits


def ask(client: Client, view: str, path: str, *, is_part: bool) -> Visit:
    """Ask twice; the second time tells what it costs."""
    headers = {"HX-Request": "true"} if is_part else {}
    client.get(path, headers=headers)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path, headers=headers)
    is_page = "html" in answer.get("Content-Type", "") and not answer.streaming
    content = answer.content.decode(errors="replace") if is_page else ""
    return Visit(view, path, is_part, answer.status_code, len(queries), content)


def view_of(path: str) -> str | None:
    """The name of the view behind an address of ours; None for what is no screen."""
    if path.startswith(ELSEWHERE):
        return None
    try:
        name = resolve(urlsplit(path).path).view_name
    except Resolver404:
        return f"nowhere: {path}"
    return None if name in LEAVING else name


def links_of(visit: Visit) -> list[tuple[str, bool]]:
    """Where a screen leads: its links, and the parts it loads by itself or on request."""
    found = [(link, False) for link in _LINK.findall(visit.content)]
    found += [(link, True) for link in _PART.findall(visit.content)]
    resolved = ((urldefrag(urljoin(visit.path, unescape(link)))[0], part) for link, part in found)
    return [(path, part) for path, part in resolved if path.startswith("/") and not path.startswith("//")]
