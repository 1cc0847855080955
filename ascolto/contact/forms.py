"""The form that people fill in, and the guards that keep machines out without ever losing what a person wrote."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner, b62_decode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.channels.adapters.form.adapter import MAX_LENGTH, Config
from ascolto.channels.models import ChannelAccount
from ascolto.contact.actions import KeptFile
from ascolto.kit.clock import now
from ascolto.kit.ids import new_token
from ascolto.ui.forms import PlainForm

FASTEST = timedelta(seconds=2)  # nobody reads and fills in a form in less
OPEN_FOR = timedelta(hours=24)


class ContactForm(PlainForm):
    """What somebody wants from the company. `reference` looks like a field and is none: people never see it."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        help_text=gettext_lazy("We answer to this address."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "input"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200, required=False)
    message = forms.CharField(
        label=gettext_lazy("Message"), max_length=MAX_LENGTH, widget=forms.Textarea(attrs={"rows": 7})
    )
    reference = forms.CharField(
        label=gettext_lazy("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args: Any, config: Config, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not config.ask_phone:
            del self.fields["phone"]

    def clean_reference(self) -> str:
        """A machine fills in every field. A person whose browser did it just sends again: the field is empty then."""
        if self.cleaned_data["reference"]:
            raise ValidationError(_("Please send it again."))
        return ""

    @property
    def visible(self) -> list[forms.BoundField]:
        """The fields for people."""
        return [bound for bound in self if bound.name != "reference"]


class Unready(Exception):
    """The form was sent too fast, too late, or was not made by us. The text is for the person who sends it."""

    keeps_key = False


class TooFast(Unready):
    """Sent before a person could have read it; the same page may be sent in a moment."""

    keeps_key = True


def _signer(account: ChannelAccount) -> TimestampSigner:
    return TimestampSigner(salt=f"form:{account.pk}")


def new_form_key(account: ChannelAccount, *, again: bool = False) -> str:
    """The key of a freshly drawn form; one that is drawn `again` holds what somebody wrote, and may leave at once."""
    return _signer(account).sign(f"{'again' if again else 'first'}-{new_token(12)}")


def check_form_key(account: ChannelAccount, key: str) -> str:
    """What a form is recognised by when it is sent twice. Raises Unready."""
    try:
        nonce = _signer(account).unsign(key[:300], max_age=OPEN_FOR)
    except SignatureExpired:
        raise Unready(
            _("This page was open for a long time. Everything is still here: please send it again.")
        ) from None
    except (BadSignature, UnicodeError):
        raise Unready(_("Everything is still here: please send it again.")) from None
    if nonce.startswith("first-") and _age(key) < FASTEST:
        raise TooFast(_("That was very fast. Everything is still here: please send it again."))
    return nonce


def _age(key: str) -> timedelta:
    return timedelta(seconds=now().timestamp() - b62_decode(key.split(":")[1]))


def submission_id(nonce: str, values: dict[str, Any], files: list[KeptFile]) -> str:
    """The same form with the same content is the same message; after "back" and a change it is another one."""
    told = repr((sorted(values.items()), [file.sha256 for file in files]))
    return f"{nonce}-{hashlib.sha256(told.encode('utf-8', 'replace')).hexdigest()[:16]}"
