"""Who may open what, and whose conversations they see there: one rule behind every surface.

The screens come from the real address book, so that a new view is looked at here without anybody adding it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RoutePattern

import ascolto
from ascolto.accounts.actions import change_agent, create_role, create_token
from ascolto.accounts.guards import is_at_least
from ascolto.accounts.models import Agent, Role
from ascolto.accounts.permissions import PERMISSIONS
from ascolto.conversations.access import sight_of
from ascolto.conversations.files import store_file
from ascolto.conversations.models import Attachment, Conversation, Message, Participant
from ascolto.conversations.selectors import access_conversation, count_views, list_conversations
from ascolto.gates import Refused
from ascolto.kit.ids import reference_number
from ascolto.search.consumers import renew
from ascolto.testing.factories import Cast, make_agent, make_cast

pytestmark = pytest.mark.django_db
FILE = b"a bill that nobody else should read"
WORDS = "zebracrossing nobody else should read"

# The settings, as they were decided: a change of a guard is a change here. `signed_in` includes guests.
SETTINGS = {
    "accounts:sign-in": "public",
    "accounts:sign-out": "signed_in",
    "accounts:join": "public",
    "accounts:look": "public",
    "accounts:logo": "public",
    "accounts:language": "public",
    "accounts:preferences": "signed_in",
    "accounts:profile": "signed_in",
    "accounts:keys": "signed_in",
    "accounts:password": "signed_in",
    "accounts:end-sessions": "signed_in",
    "workspace:settings": "signed_in",
    "workspace:inboxes": "may:inboxes.see|inboxes.manage",
    "workspace:inbox": "may:inboxes.see|inboxes.manage",
    "workspace:capabilities": "may:inboxes.see|inboxes.manage",
    "workspace:choose-channel": "may:inboxes.manage",
    "workspace:connect": "may:inboxes.manage",
    "workspace:manual": "may:inboxes.manage",
    "workspace:change-inbox": "may:inboxes.manage",
    "workspace:test-inbox": "may:inboxes.manage",
    "workspace:switch-inbox": "may:inboxes.manage",
    "workspace:register-inbox": "may:inboxes.manage",
    "workspace:sign-in-inbox": "may:inboxes.manage",
    "workspace:oauth-callback": "may:inboxes.manage",
    "workspace:dead-letters": "may:inboxes.see|inboxes.manage",
    "workspace:dead-letter": "may:inboxes.see|inboxes.manage",
    "workspace:decide": "may:inboxes.see|inboxes.manage",
    "workspace:people": "may:people.manage",
    "workspace:person": "may:people.manage",
    "workspace:invite-again": "may:people.manage",
    "workspace:switch-person": "may:people.manage",
    "workspace:teams": "may:people.manage",
    "workspace:team": "may:people.manage",
    "workspace:remove-team": "may:people.manage",
    "workspace:import-people": "may:people.manage",
    "workspace:undo-import": "may:people.manage",
    "workspace:people-csv": "may:people.manage",
    "workspace:let-go": "may:people.manage",
    "workspace:labels": "may:labels.manage",
    "workspace:label-rules": "may:labels.manage",
    "workspace:label-wish": "may:labels.manage",
    "workspace:label": "may:labels.manage",
    "workspace:archive-label": "may:labels.manage",
    "workspace:merge-label": "may:labels.manage",
    "workspace:blocked": "may:customers.block",
    "workspace:unblock": "may:customers.block",
    "workspace:roles": "may:people.manage",
    "workspace:role": "may:people.manage",
    "workspace:archive-role": "may:people.manage",
    "workspace:appearance": "may:company.manage",
    "workspace:reset-appearance": "may:company.manage",
    "workspace:company": "may:company.manage",
    "workspace:audit": "may:log.see",
    "workspace:audit-csv": "may:log.see",
    "workspace:tokens": "may:tokens.make",
    "workspace:revoke-token": "may:tokens.make",
    "workspace:welcome": "set-up link",
    "workspace:welcome-demo": "set-up link",
    "workspace:welcome-inbox": "role:administrator",
    "workspace:welcome-connect": "role:administrator",
    "workspace:welcome-promise": "role:administrator",
    "workspace:welcome-keep": "role:administrator",
    "workspace:welcome-people": "role:administrator",
    "workspace:welcome-done": "role:administrator",
}
SIGNED_OUT = {302, 401}
ROLES = (Role.GUEST, Role.AGENT, Role.LEAD, Role.ADMINISTRATOR)


def views(
    resolver: Any = None, names: str = "", before: str = ""
) -> Iterator[tuple[str, str, Any, URLPattern]]:
    """Every view: name, route, function, pattern."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from views(pattern, f"{pattern.namespace}:" if pattern.namespace else names, route)
        elif isinstance(pattern, URLPattern):
            yield f"{names}{pattern.name or route}", route, pattern.callback, pattern


def guarded_views() -> list[Any]:
    """Those that ask who is there (the others have a lock of their own, tested in their rooms)."""
    chosen = [
        (name, pattern)
        for name, _, view, pattern in views()
        if getattr(view, "guard", "").startswith(("signed_in", "role:", "may:"))
    ]
    return [pytest.param(name, pattern, id=name) for name, pattern in chosen]


def opens(guard: str, agent: Agent) -> bool:
    """Whether a door with this mark lets somebody in."""
    if guard.startswith("may:"):
        return any(agent.may(permission) for permission in guard.removeprefix("may:").split("|"))
    return is_at_least(agent, guard.removeprefix("role:") if guard.startswith("role:") else Role.GUEST)


def address_of(name: str, pattern: URLPattern, **known: object) -> str:
    """The address with values for its parameters: of `known` rows, else of rows that are not there."""
    assert isinstance(pattern.pattern, RoutePattern)
    values = {}
    for parameter, converter in pattern.pattern.converters.items():
        missing: object = 987654 if type(converter).__name__ == "IntConverter" else "nothing"
        values[parameter] = known.get(parameter, missing)
    return reverse(name, kwargs=values)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def people(cast: Cast) -> dict[str, Agent]:
    """Marco's team has the inbox, Viktor's has not; Sara and Nico are guests, only Sara was asked."""
    return {
        "administrator": make_agent("Ada Root", Role.ADMINISTRATOR),
        "lead": cast.anna,
        "marco": cast.marco,
        "viktor": cast.viktor,
        "sara": make_agent("Sara Guest", Role.GUEST),
        "nico": make_agent("Nico Guest", Role.GUEST),
        "closed": make_agent("Carla Gone", Role.ADMINISTRATOR, is_active=False),
    }


@pytest.fixture
def conversation(cast: Cast, people: dict[str, Agent]) -> Conversation:
    written = cast.writes(WORDS)
    Participant.objects.create(conversation=written, agent=people["sara"])
    message = Message.objects.get(conversation=written)
    renew([message.pk])
    kept = store_file(FILE, name="bill.txt", content_type="text/plain")
    Attachment.objects.filter(pk=kept.pk).update(message=message)
    return written


def browser_of(agent: Agent) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(agent)
    return client


# --- doors -------------------------------------------------------------------------------------------------------------


def test_the_settings_are_guarded_as_decided() -> None:
    found = {name: getattr(view, "guard", "") for name, _, view, _ in views()}
    assert {n: g for n, g in found.items() if n.startswith(("accounts:", "workspace:"))} == SETTINGS


def test_no_view_is_without_a_guard() -> None:
    assert [name for name, _, view, _ in views() if not getattr(view, "guard", "")] == []


@pytest.mark.parametrize(("name", "pattern"), guarded_views())
def test_a_stranger_is_asked_to_sign_in(client: Client, name: str, pattern: URLPattern) -> None:
    address = address_of(name, pattern)
    statuses = {client.get(address).status_code, client.post(address).status_code}
    assert statuses <= {*SIGNED_OUT, 405}
    assert statuses & SIGNED_OUT


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("name", "pattern"), guarded_views())
def test_a_door_opens_from_its_role_upwards(name: str, pattern: URLPattern, role: str) -> None:
    agent = make_agent("Robin Someone", role)
    guard = pattern.callback.guard
    browser, address = browser_of(agent), address_of(name, pattern)
    statuses = [browser.get(address).status_code]
    browser = browser_of(agent)  # the GET may have signed them out
    statuses.append(browser.post(address).status_code)
    if opens(guard, agent):
        assert not {500} & set(statuses)
        assert (
            403 not in statuses or role == Role.GUEST
        )  # what guests may not do to a conversation is its own rule
    else:
        assert set(statuses) <= {403, 405}
        assert 403 in statuses


# --- conversations -----------------------------------------------------------------------------------------------------


def in_list(agent: Agent, conversation: Conversation) -> bool:
    return conversation.pk in {row["id"] for row in list_conversations(agent, view="all").rows}


def in_counts(agent: Agent, conversation: Conversation) -> bool:
    return any(count_views(agent).values())


def in_search(agent: Agent, conversation: Conversation) -> bool:
    page = browser_of(agent).get(reverse("desk:queue"), {"q": "zebracrossing"})
    return WORDS.removeprefix("zebracrossing") in page.content.decode()  # the word itself is marked


def on_the_desk(agent: Agent, conversation: Conversation) -> bool:
    return WORDS in browser_of(agent).get(reverse("desk:queue"), {"view": "all"}).content.decode()


def as_thread(agent: Agent, conversation: Conversation) -> bool:
    page = browser_of(agent).get(reverse("desk:thread", args=[reference_number(conversation.pk)]))
    assert page.status_code in {200, 302, 404}
    return page.status_code == 200 and WORDS in page.content.decode()


def as_row(agent: Agent, conversation: Conversation) -> bool:
    page = browser_of(agent).get(reverse("desk:row", args=[conversation.pk]))
    return page.status_code == 200 and WORDS in page.content.decode()


def in_the_live_stream(agent: Agent, conversation: Conversation) -> bool:
    return sight_of(agent).allows(
        conversation=conversation.pk,
        account=conversation.account_id,
        assignee=conversation.assignee_id,
        team=conversation.team_id,
    )


def by_the_rule(agent: Agent, conversation: Conversation) -> bool:
    try:
        return access_conversation(agent, conversation.pk).pk == conversation.pk
    except Conversation.DoesNotExist:
        return False


def api_get(agent: Agent, path: str) -> Any:
    if not agent.is_active:
        Agent.objects.filter(pk=agent.pk).update(is_active=True)
        agent.is_active = True
        _, clear_text = create_token(agent=agent, scopes=["conversations:read"])
        Agent.objects.filter(pk=agent.pk).update(is_active=False)
    else:
        _, clear_text = create_token(agent=agent, scopes=["conversations:read"])
    return Client().get(f"/api/v1{path}", HTTP_AUTHORIZATION=f"Bearer {clear_text}")


def in_the_api_list(agent: Agent, conversation: Conversation) -> bool:
    answer = api_get(agent, "/conversations")
    return answer.status_code == 200 and conversation.pk in {row["id"] for row in answer.json()["data"]}


def in_the_api_search(agent: Agent, conversation: Conversation) -> bool:
    answer = api_get(agent, "/conversations?q=zebracrossing")
    return answer.status_code == 200 and conversation.pk in {row["id"] for row in answer.json()["data"]}


def as_api_conversation(agent: Agent, conversation: Conversation) -> bool:
    return api_get(agent, f"/conversations/{conversation.pk}").status_code == 200


def as_api_messages(agent: Agent, conversation: Conversation) -> bool:
    answer = api_get(agent, f"/conversations/{conversation.pk}/messages")
    return answer.status_code == 200 and WORDS in answer.content.decode()


def file_of(conversation: Conversation) -> int:
    return Attachment.objects.get(message__conversation=conversation).pk


def as_file(agent: Agent, conversation: Conversation) -> bool:
    answer = browser_of(agent).get(reverse("desk:file", args=[file_of(conversation)]))
    return answer.status_code == 200 and b"".join(answer.streaming_content) == FILE


def as_api_file(agent: Agent, conversation: Conversation) -> bool:
    answer = api_get(agent, f"/attachments/{file_of(conversation)}/content")
    return answer.status_code == 200 and b"".join(answer) == FILE


SURFACES = (
    as_file,
    as_api_file,
    in_list,
    in_counts,
    in_search,
    on_the_desk,
    as_thread,
    as_row,
    in_the_live_stream,
    by_the_rule,
    in_the_api_list,
    in_the_api_search,
    as_api_conversation,
    as_api_messages,
)
SEES = {
    "administrator": True,
    "lead": True,
    "marco": True,
    "viktor": False,
    "sara": True,
    "nico": False,
    "closed": False,
}


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.__name__)
@pytest.mark.parametrize("who", SEES)
def test_every_surface_shows_the_same_conversations(
    people: dict[str, Agent],
    conversation: Conversation,
    who: str,
    surface: Callable[[Agent, Conversation], bool],
) -> None:
    assert surface(people[who], conversation) is SEES[who]


@pytest.mark.parametrize(("who", "may"), [("lead", True), ("marco", True), ("sara", False)])
def test_guests_read_and_note_but_do_not_answer(
    people: dict[str, Agent], conversation: Conversation, who: str, may: bool
) -> None:
    for what in ("reply", "manage"):
        if may:
            assert access_conversation(people[who], conversation.pk, to=what)
        else:
            with pytest.raises(Refused):
                access_conversation(people[who], conversation.pk, to=what)
    assert access_conversation(people[who], conversation.pk, to="note")


def about_a_conversation() -> list[Any]:
    """Every screen of the desk that is about one conversation, or one row of it."""
    return [param for param in guarded_views() if param.id and param.id.startswith("desk:")]


@pytest.mark.parametrize("who", ["viktor", "nico", "sara"])
@pytest.mark.parametrize(("name", "pattern"), about_a_conversation())
def test_no_address_of_the_desk_tells_or_changes_what_is_not_theirs(
    people: dict[str, Agent], conversation: Conversation, name: str, pattern: URLPattern, who: str
) -> None:
    number, message = reference_number(conversation.pk), Message.objects.get(conversation=conversation)
    for pk in {conversation.pk, message.pk, file_of(conversation)}:
        address, browser = address_of(name, pattern, number=number, pk=pk), browser_of(people[who])
        tried = {"text": "I was here", "status": "resolved", "assignee": people[who].pk}
        shown = b"".join([*browser.get(address), *browser.post(address, tried)])
        if who != "sara":
            assert WORDS.encode() not in shown
            assert FILE not in shown
    after = Conversation.objects.get(pk=conversation.pk)
    assert (after.status, after.assignee_id) == (conversation.status, conversation.assignee_id)
    assert (
        not Message.objects.filter(conversation=conversation, direction="out")
        .exclude(visibility="note")
        .exists()
    )
    assert who == "sara" or Message.objects.filter(conversation=conversation).count() == 1


def test_an_inbox_of_nobodys_team_is_everybodys_but_the_guests(people: dict[str, Agent], cast: Cast) -> None:
    cast.inbox.teams.clear()
    written = cast.writes(WORDS)
    seen = {who: by_the_rule(agent, written) for who, agent in people.items()}
    assert seen == {**SEES, "viktor": True, "sara": False}


def test_an_assigned_conversation_is_seen_by_its_assignee_in_any_team(
    people: dict[str, Agent], cast: Cast
) -> None:
    written = cast.writes(WORDS)
    Conversation.objects.filter(pk=written.pk).update(assignee=people["viktor"])
    written.refresh_from_db()
    for surface in (in_list, as_thread, in_the_live_stream, as_api_messages):
        assert surface(people["viktor"], written)


# --- roles of the company's own ------------------------------------------------------------------------------------------


def doors_naming(permission: str) -> list[tuple[str, URLPattern, bool]]:
    """The views whose guard names a permission, and whether it is the only one that opens them."""
    found = []
    for name, _route, view, pattern in views():
        named = getattr(view, "guard", "").removeprefix("may:").split("|")
        if getattr(view, "guard", "").startswith("may:") and permission in named:
            found.append((name, pattern, len(named) == 1))
    return found


def robin_who_may(*permissions: str) -> Agent:
    robin = make_agent("Robin Someone", Role.AGENT)
    role = create_role(by=None, name="Own", permissions=permissions)
    change_agent(by=None, agent=robin, role=f"custom:{role.pk}")
    return Agent.objects.get(pk=robin.pk)


@pytest.mark.parametrize("permission", sorted(PERMISSIONS))
def test_a_permission_opens_the_doors_that_name_it_and_without_it_they_stay_shut(permission: str) -> None:
    browser = browser_of(robin_who_may(permission))
    for name, pattern, _alone in doors_naming(permission):
        assert browser.get(address_of(name, pattern)).status_code != 403, name


@pytest.mark.parametrize("permission", sorted(PERMISSIONS))
def test_all_other_permissions_together_do_not_open_its_doors(permission: str) -> None:
    browser = browser_of(robin_who_may(*(PERMISSIONS.keys() - {permission})))
    for name, pattern, alone in doors_naming(permission):
        if alone:
            statuses = {
                browser.get(address_of(name, pattern)).status_code,
                browser.post(address_of(name, pattern)).status_code,
            }
            assert statuses <= {403, 405}, name


@pytest.mark.parametrize("seed", range(8))
def test_no_role_sees_more_by_going_round_another_way(
    people: dict[str, Agent], conversation: Conversation, seed: int
) -> None:
    chance = random.Random(seed)
    permissions = [name for name in PERMISSIONS if chance.random() < 0.6 and name != "conversations.see_all"]
    permissions += ["conversations.see_all"] if seed % 4 == 0 else []
    role = create_role(by=None, name="Own", permissions=permissions)
    for who in ("viktor", "nico"):
        change_agent(by=None, agent=people[who], role=f"custom:{role.pk}")
        agent = Agent.objects.get(pk=people[who].pk)
        seen = {surface.__name__: surface(agent, conversation) for surface in SURFACES}
        assert set(seen.values()) == {agent.may("conversations.see_all")}, (who, seen)


def test_every_permission_is_asked_for_somewhere() -> None:
    """A box that one may tick and that changes nothing would be a lie."""
    package = Path(ascolto.__file__).parent
    modules = [
        path for path in package.rglob("*.py") if "tests" not in path.parts and path.name != "permissions.py"
    ]
    source = " ".join(path.read_text() for path in modules)
    assert [name for name in PERMISSIONS if f'"{name}"' not in source and name not in SPELT] == []


SPELT = {"conversations.reply", "conversations.manage"}  # access_conversation(to=…) puts these together
