"""The address of the mail server for letters to the house's own people."""

from __future__ import annotations

from pathlib import Path

import pytest

from ascolto.config.environment import WrongSetting, django_mail, from_variables


def test_a_mail_server_in_one_address() -> None:
    made = django_mail("smtp+tls://care%40telvia.example:p%2Fw@mail.telvia.example?from=care@telvia.example")
    assert (made["EMAIL_HOST"], made["EMAIL_PORT"], made["EMAIL_USE_TLS"]) == (
        "mail.telvia.example",
        587,
        True,
    )
    assert (made["EMAIL_HOST_USER"], made["EMAIL_HOST_PASSWORD"]) == ("care@telvia.example", "p/w")
    assert made["DEFAULT_FROM_EMAIL"] == "care@telvia.example"


@pytest.mark.parametrize(
    "wrong",
    ["mail.telvia.example", "http://mail?from=a@b.c", "smtps://mail.telvia.example", "smtp://?from=a@b"],
)
def test_what_is_no_mail_server_is_told_before_the_start(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(WrongSetting, match="ASCOLTO_MAIL_URL"):
        from_variables({"ASCOLTO_DATA": str(tmp_path), "ASCOLTO_MAIL_URL": wrong})
