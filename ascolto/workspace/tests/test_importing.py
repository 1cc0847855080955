"""Anna brings her colleagues in from a file, sees first what it would make, and takes it back; and lets somebody go."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from ascolto.accounts import actions
from ascolto.accounts.actions.importing import NewPerson, import_people, undo_import
from ascolto.accounts.models import Agent, Invitation, PeopleImport, Team
from ascolto.conversations.actions import assign
from ascolto.conversations.models import Conversation
from ascolto.events.models import Event
from ascolto.kit.tables import BadTable, decoded, read_table
from ascolto.testing.factories import make_agent, make_cast, make_team

pytestmark = pytest.mark.django_db
ADDRESS = "/settings/people/import/"
FILE = """Cognome;Nome;E-mail;Ruolo;Squadre;Lingue
Villa;Marco;Marco.Villa@telvia.example;Agente;Care, Mobile;it, en
Bianchi;Niccolò;niccolo@telvia.example;Responsabile;care;it
Rossi;Eva;not an address;Agente;;
Verdi;Ugo;niccolo@telvia.example;Agente;;
Neri;Lia;lia@telvia.example;Zar;;
"""


def post(client: Client, text: str, **more: str) -> str:
    return client.post(ADDRESS, {"text": text, **more}).content.decode()


def test_it_is_looked_at_first_and_nothing_is_made(desk: Client) -> None:
    make_team("Care")
    page = post(desk, FILE)
    assert "2 people would be added." in page
    assert "3 lines would be left out." in page
    assert "New teams: Mobile." in page
    assert "The same address is in line 3." in page
    assert "There is no role “Zar”." in page
    assert Agent.objects.count() == 1


def test_the_good_lines_come_in_with_roles_teams_languages_and_links(desk: Client) -> None:
    make_team("Care")
    page = post(desk, FILE, **{"import": "1", "invites": "on"})
    assert "2 people are here." in page
    marco = Agent.objects.get(email="marco.villa@telvia.example")
    assert (marco.name, marco.role, sorted(team.name for team in marco.teams.all())) == (
        "Marco Villa",
        "agent",
        ["Care", "Mobile"],
    )
    assert marco.skills.languages == ["en", "it"]
    assert Agent.objects.get(email="niccolo@telvia.example").role == "lead"
    assert Team.objects.count() == 2
    assert page.count("/join/") == Invitation.objects.count() == 2
    assert Event.objects.filter(type="agent.created").count() == 2
    assert Event.objects.get(type="people.imported").data["count"] == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encoding_and_separator_are_found(desk: Client, encoding: str, separator: str) -> None:
    text = (
        separator.join(["name", "email"])
        + "\r\n"
        + separator.join(["Niccolò Perché", "n@telvia.example"])
        + "\r\n"
    )
    file = SimpleUploadedFile("people.csv", text.encode(encoding))
    desk.post(ADDRESS, {"file": file, "text": "", "import": "1"})
    assert Agent.objects.get(email="n@telvia.example").name == "Niccolò Perché"


def test_columns_with_strange_names_are_chosen_by_hand(desk: Client) -> None:
    text = "chi,dove\nMarco Villa,m@telvia.example\n"
    assert "Say which column holds the e-mail address." in post(desk, text)
    post(desk, text, column_email="1", column_name="0", **{"import": "1"})
    assert Agent.objects.get(email="m@telvia.example").name == "Marco Villa"


def test_it_is_taken_back_within_an_hour_unless_somebody_came_in(desk: Client, anna: Agent) -> None:
    post(desk, FILE, **{"import": "1"})
    row = PeopleImport.objects.get()
    assert "Take the import back" in desk.get(ADDRESS).content.decode()
    desk.post(f"{ADDRESS}{row.pk}/undo/")
    assert Agent.objects.count() == 1
    assert not Team.objects.exists()
    with pytest.raises(ValidationError):
        undo_import(by=anna, row=row)
    post(desk, FILE, **{"import": "1"})
    row = PeopleImport.objects.latest("pk")
    PeopleImport.objects.filter(pk=row.pk).update(at=row.at - timedelta(minutes=61))
    with pytest.raises(ValidationError):
        undo_import(by=anna, row=row)
    PeopleImport.objects.filter(pk=row.pk).update(at=row.at)
    Agent.objects.filter(email="niccolo@telvia.example").update(last_login=row.at)
    with pytest.raises(ValidationError):
        undo_import(by=anna, row=row)
    assert Agent.objects.count() == 3


def test_nobody_imports_more_than_they_are(client: Client) -> None:
    helper = make_agent("Helga People", language="en")
    role = actions.create_role(
        by=None, name="Personnel", permissions=["people.manage", "conversations.reply"]
    )
    actions.change_agent(by=None, agent=helper, role=f"custom:{role.pk}")
    client.force_login(Agent.objects.get(pk=helper.pk))
    page = post(
        client, "email,role\nx@telvia.example,administrator\ny@telvia.example,personnel\n", **{"import": "1"}
    )
    assert "1 person is here." in page
    assert not Agent.objects.filter(email="x@telvia.example").exists()
    with pytest.raises(ValidationError):
        import_people(
            by=Agent.objects.get(pk=helper.pk), people=[NewPerson("z@telvia.example", "Z", "administrator")]
        )


def test_five_thousand_come_in_batch_by_batch(django_assert_max_num_queries: object, anna: Agent) -> None:
    people = [NewPerson(f"p{n}@telvia.example", f"Person {n}", "agent", ("Care",)) for n in range(5_000)]
    with django_assert_max_num_queries(800):  # type: ignore[operator]
        import_people(by=anna, people=people)
    assert Team.objects.get(name="Care").members.count() == 5_000


def test_too_much_is_refused(desk: Client) -> None:
    assert "At most 5000 lines at once." in post(desk, "email\n" + "a@b.example\n" * 5_001)
    file = SimpleUploadedFile("people.csv", b"x" * 1_000_001)
    assert "at most 1000 kB" in desk.post(ADDRESS, {"file": file, "text": ""}).content.decode()


@pytest.mark.parametrize(
    "text",
    [
        "\0\0\0", "email\n" + '"' * 10_000, "email,name\n" + "=cmd|' /C calc'!A0,@SUM(1)\n", "\u202eemail\n\u200b@x\n",
        "email\n" + "Z̴" * 5_000, "email\n" + "😀" * 10_000, "\ud800email\n".encode("utf-8", "replace").decode(), "," * 5_000,
        "email;email;email\na;b;c\n",
    ],
)  # fmt: skip
def test_hostile_files_make_nobody(desk: Client, text: str) -> None:
    post(desk, text, **{"import": "1"})
    assert Agent.objects.count() == 1


@given(st.binary(max_size=2_000))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        table = read_table(decoded(data))
    except BadTable:
        return
    assert all(len(line) == len(table.heading) for line in table.lines)


def test_everybody_is_exported_as_they_can_be_imported_again(desk: Client) -> None:
    care = make_team("Care")
    make_agent("Marco Villa", teams=[care])
    evil = make_agent("Eva Formula")
    Agent.objects.filter(pk=evil.pk).update(name="=1+1")
    text = desk.get("/settings/people/export.csv").content.decode("utf-8-sig")
    rows = {row["email"]: row for row in csv.DictReader(io.StringIO(text))}
    assert rows["marco@telvia.example"]["teams"] == "Care"
    assert rows["eva@telvia.example"]["name"] == "'=1+1"
    assert "0 people would be added." in post(desk, text)


# --- letting somebody go -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["agent", "team", "queue"])
def test_what_is_open_goes_to_whom_one_chooses(client: Client, to: str) -> None:
    cast = make_cast()
    olga = make_agent("Olga Fini", "administrator", language="en")
    client.force_login(olga)
    written = cast.writes("My line is dead")
    assign(agent=None, conversation=written, assignee=cast.marco)
    colleague, team = make_agent("Carla Longo", teams=list(cast.marco.teams.all())), make_team("Others")
    address = f"/settings/people/{cast.marco.pk}/close/"
    assert "1 open conversation is theirs." in client.get(address).content.decode()
    target = {"agent": f"agent:{colleague.pk}", "team": f"team:{team.pk}", "queue": ""}[to]
    assert client.post(address, {"to": target}).status_code == 302
    now_held = Conversation.objects.get(pk=written.pk)
    assert now_held.assignee_id == (colleague.pk if to == "agent" else None)
    assert (now_held.team_id == team.pk) == (to == "team")
    assert not Agent.objects.get(pk=cast.marco.pk).is_active


def test_the_last_administrator_is_not_let_go_and_keeps_their_work(client: Client) -> None:
    cast = make_cast()
    olga = make_agent("Olga Fini", "administrator", language="en")
    client.force_login(olga)
    written = cast.writes("My line is dead")
    assign(agent=None, conversation=written, assignee=olga)
    page = client.post(f"/settings/people/{olga.pk}/close/", {"to": ""})
    assert page.status_code == 200
    assert Conversation.objects.get(pk=written.pk).assignee_id == olga.pk
