"""The settings screen "Saved replies"."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from ascolto.accounts.models import Role
from ascolto.knowledge.actions.replies import create_reply
from ascolto.knowledge.models import SavedReply
from ascolto.testing.factories import Cast, make_agent, make_cast

pytestmark = pytest.mark.django_db
FIELDS = {
    "title": "When do refunds arrive?",
    "shortcut": "refund",
    "text_it": "Ciao {customer}!",
    "text_en": "",
}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def signed_in(agent: object) -> Client:
    client = Client()
    client.force_login(agent)  # type: ignore[arg-type]
    return client


def test_marco_writes_searches_changes_and_puts_away(cast: Cast) -> None:
    marco = signed_in(cast.marco)
    assert "There is no saved reply yet" in marco.get(reverse("knowledge:replies")).content.decode()
    answer = marco.post(reverse("knowledge:new-reply"), {**FIELDS, "team": cast.care.pk})
    assert answer.status_code == 302
    made = SavedReply.objects.get()
    page = marco.get(reverse("knowledge:replies"), {"q": "/refund"}).content.decode()
    assert "When do refunds arrive?" in page
    assert (
        "No reply has these words."
        in marco.get(reverse("knowledge:replies"), {"q": "nothing"}).content.decode()
    )
    marco.post(
        reverse("knowledge:reply", args=[made.pk]), {**FIELDS, "team": cast.care.pk, "text_de": "Hallo!"}
    )
    assert set(made.texts.values_list("language", flat=True)) == {"it", "de"}
    marco.post(reverse("knowledge:switch-reply", args=[made.pk]))
    assert (
        "When do refunds arrive?"
        in marco.get(reverse("knowledge:replies"), {"archived": "1"}).content.decode()
    )
    marco.post(reverse("knowledge:switch-reply", args=[made.pk]), {"restore": "1"})
    made.refresh_from_db()
    assert made.archived_at is None


def test_what_is_wrong_is_said_at_its_field(cast: Cast) -> None:
    page = signed_in(cast.marco).post(
        reverse("knowledge:new-reply"),
        {**FIELDS, "team": cast.care.pk, "shortcut": "two words", "text_it": "{nome}"},
    )
    assert "small letters" in page.content.decode()
    page = signed_in(cast.marco).post(
        reverse("knowledge:new-reply"), {**FIELDS, "team": cast.care.pk, "text_it": "{nome}"}
    )
    assert "There is no variable {nome}" in page.content.decode()
    assert not SavedReply.objects.exists()


def test_marco_reads_everybodys_replies_but_does_not_change_them(cast: Cast) -> None:
    made = create_reply(by=cast.anna, title="Hours", shortcut="hours", texts={"en": "Nine to <b>six</b>."})
    marco = signed_in(cast.marco)
    page = marco.get(reverse("knowledge:reply", args=[made.pk])).content.decode()
    assert "Nine to &lt;b&gt;six" in page
    assert "reply-form" not in page
    marco.post(reverse("knowledge:reply", args=[made.pk]), {**FIELDS, "team": cast.care.pk})
    marco.post(reverse("knowledge:switch-reply", args=[made.pk]))
    made.refresh_from_db()
    assert (made.title, made.archived_at) == ("Hours", None)


def test_viktor_and_guests_see_nothing_of_it(cast: Cast) -> None:
    made = create_reply(by=cast.marco, team=cast.care, title="Ours", shortcut="ours", texts={"en": "Ours."})
    viktor = signed_in(cast.viktor)
    assert "Ours" not in viktor.get(reverse("knowledge:replies")).content.decode()
    assert viktor.get(reverse("knowledge:reply", args=[made.pk])).status_code == 404
    assert viktor.post(reverse("knowledge:switch-reply", args=[made.pk])).status_code == 404
    guest = signed_in(make_agent("Bruno Conti", Role.GUEST))
    for name in ("replies", "new-reply"):
        assert guest.get(reverse(f"knowledge:{name}")).status_code == 403


def test_the_preview_shows_what_a_customer_reads(cast: Cast) -> None:
    page = signed_in(cast.marco).post(
        reverse("knowledge:preview"), {"text_it": "Ciao {customer}, <i>{nome}</i> {agent}"}
    )
    told = page.content.decode()
    assert "Ciao Giulia Ferri, &lt;i&gt;{nome}&lt;/i&gt; Marco Villa" in told
    assert "nome" in told


def test_many_replies_cost_no_more_queries(cast: Cast, django_assert_max_num_queries: object) -> None:
    for number in range(30):
        create_reply(
            by=cast.marco, team=cast.care, title=f"Reply {number}", shortcut=f"r{number}", texts={"en": "Hi."}
        )
    marco = signed_in(cast.marco)
    with django_assert_max_num_queries(19):  # type: ignore[operator]
        assert marco.get(reverse("knowledge:replies")).status_code == 200
