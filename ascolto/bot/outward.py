"""Addresses of other people's systems, as an administrator writes them down."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ascolto.channels.addresses import Resolve, system_resolve
from ascolto.kit import http
from ascolto.kit.text import clean

LONGEST_ADDRESS = 500


def checked_url(text: str, resolve: Resolve = system_resolve) -> str:
    """A web address that we may talk to. Raises ValidationError for the field `url`.

    It is asked again at every request (kit/http.py): what a name means can change.
    """
    url = clean(text[: LONGEST_ADDRESS + 1]).strip()
    if len(url) > LONGEST_ADDRESS or any(char.isspace() for char in url):
        raise ValidationError({"url": _("This is not a web address: it begins with https:// or http://.")})
    try:
        http.origin_of(url)
    except http.AddressRefused as error:
        raise ValidationError(
            {"url": _("This is not a web address: it begins with https:// or http://.")}
        ) from error
    host = urlsplit(url).hostname or ""
    inside = [address for address in resolve(host) if not http.is_public(address)]
    if inside and not settings.ALLOW_PRIVATE_NETWORKS:
        raise ValidationError(
            {"url": _("%(host)s is inside a private network.") % {"host": host}}, code="private"
        )
    return url


def host_of(url: str) -> str:
    """The part of an address that may be shown and logged."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
