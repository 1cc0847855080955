"""Files: upload one to send it with a message, or read one that came with a message."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Annotated

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest
from msgspec import Meta, Struct

from ascolto.api import answers
from ascolto.api.bodies import declared_length
from ascolto.api.endpoints.customers import read_id
from ascolto.api.problems import Problem, invalid
from ascolto.api.routing import Answer, Call
from ascolto.conversations.files import SHOWN_INLINE, path_of, store_file
from ascolto.conversations.models import Attachment
from ascolto.conversations.selectors import access_attachment

ENVELOPE = 64 * 1024  # what multipart may add around a file
_CHUNK = 64 * 1024


class UploadQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`name`: the file's name, when the body is the file itself."""

    name: Annotated[str, Meta(max_length=255)] = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came, outside the transaction that will keep it. `digest` tells whether it is the same one again."""

    content: IO[bytes]
    name: str
    content_type: str
    digest: str

    def chunks(self) -> Iterator[bytes]:
        """The content from the beginning."""
        self.content.seek(0)
        while chunk := self.content.read(_CHUNK):
            yield chunk


def read_upload(request: HttpRequest, name: str) -> Upload:
    """The file in the body: one part of multipart/form-data, or the body itself.

    Raises the problems `length-required`, `too-large`, `malformed` and `invalid`.
    """
    is_form = request.content_type == "multipart/form-data"
    declared_length(request, settings.MAX_UPLOAD_BYTES + (ENVELOPE if is_form else 0))
    if is_form:
        return _from_form(request, name)
    if request.content_type == "application/json":
        raise Problem(
            "unsupported-media-type",
            "Send the file itself with its own Content-Type, or multipart/form-data with the part file.",
        )
    spool = tempfile.SpooledTemporaryFile(max_size=1024 * 1024)  # noqa: SIM115 - closed with its last reader
    while chunk := request.read(_CHUNK):
        spool.write(chunk)
    return _upload(spool, name, request.content_type or "")


def _from_form(request: HttpRequest, name: str) -> Upload:
    files = [file for _, found in request.FILES.lists() for file in found]
    if len(files) != 1 or "file" not in request.FILES:
        raise invalid("file", "send exactly one file, in the part named file.")
    file: UploadedFile = files[0]
    return _upload(file.file, name or file.name or "", file.content_type or "")  # type: ignore[arg-type]


def _upload(content: IO[bytes], name: str, content_type: str) -> Upload:
    content.seek(0)
    whole, size = hashlib.sha256(), 0
    while chunk := content.read(_CHUNK):
        whole.update(chunk)
        size += len(chunk)
    if not size:
        raise invalid("file", "is empty.")
    if size > settings.MAX_UPLOAD_BYTES:
        raise Problem("too-large", f"At most {settings.MAX_UPLOAD_BYTES} bytes are taken.")
    digest = hashlib.sha256(f"{whole.hexdigest()}|{name}|{content_type}".encode()).hexdigest()
    return Upload(content, name, content_type, digest)


def upload_attachment(call: Call) -> Answer:
    """Keep a file, to be sent with a message of the same token's agent. Send the bytes themselves, or a form."""
    if call.agent.is_guest:
        raise Problem("not-allowed", "Guests may read and leave notes, without files.")
    upload: Upload = call.body
    made = store_file(
        upload.chunks(), name=upload.name, content_type=upload.content_type, uploader=call.agent
    )
    document = answers.attachment(made)
    return Answer(document, {"Location": document.url.removesuffix("/content")})


def get_attachment(call: Call) -> Answer:
    """What is known of a file."""
    return Answer(answers.attachment(access_attachment(call.agent, read_id(call))))


def download_attachment(call: Call) -> FileResponse:
    """The bytes of a file."""
    file = access_attachment(call.agent, read_id(call))
    if file.state == Attachment.State.PENDING:
        raise Problem("not-ready", headers={"Retry-After": "5"})
    try:
        content = path_of(file).open("rb")
    except FileNotFoundError as error:
        raise Problem("not-found", f"This file could not be fetched. {file.error}".strip()) from error
    is_shown = file.content_type in SHOWN_INLINE
    response = FileResponse(
        content, as_attachment=not is_shown, filename=file.name or "file", content_type=file.content_type
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
