"""Files of a form: handed to the attachments room one by one, under the form's idempotency key."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import request, session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.kernel.commands import GUEST, Actor
from app.kernel.errors import Invalid, TooLarge, msg
from app.tenancy import attachments
from app.web.pages import KEY_FIELD
from app.web.sessions import actor, the_office

MOST_FILES = 8
MARK, AHEAD = "mark", "_sent"
LOST = msg("A photo is no longer there. Please choose it again; your words are kept.")


def guest_mark(sender: Actor) -> str | None:
    """Tells visitors without an account apart, by a hash of their address and this office.

    The browser that sent a photo keeps its mark: a phone changes its address between a photo and the rest.
    """
    if sender.kind != "guest":
        return None
    kept = session.get(MARK)
    return str(kept) if kept else hashlib.sha256(
        f"{the_office().tenant_id}|{request.remote_addr}".encode()).hexdigest()


def receive(field: str) -> UUID:
    """Keep one file by itself, as a visitor's: whoever sends it may still choose to stay unnamed."""
    file = request.files.get(field)
    if file is None or not file.filename:
        raise Invalid(msg("Please choose a photo."))
    session.setdefault(MARK, guest_mark(GUEST))
    return _store(file, 0, GUEST)


def sent_before(names: Sequence[str]) -> dict[str, list[str]]:
    """Ids of files that came ahead of the form, by field."""
    return {name: request.form.getlist(name + AHEAD) for name in names}


def store(field: str, *, as_guest: bool = False) -> tuple[UUID, ...]:
    """The attachment ids of the files of one field, also of those sent ahead. Raises Invalid on the field, TooLarge."""
    return store_all((field,), as_guest=as_guest)


def store_all(names: Sequence[str], *, as_guest: bool = False) -> tuple[UUID, ...]:
    """The same of several fields, which share the allowance of one form."""
    sent = [(name, file) for name in names for file in request.files.getlist(name) if file.filename]
    ahead = [(name, one) for name, ids in sent_before(names).items() for one in dict.fromkeys(ids)]
    if len(sent) + len(ahead) > MOST_FILES:
        raise Invalid(msg("Please check what is marked."), fields={
            (sent or ahead)[-1][0]: [(msg("Please send at most %(limit)s files."), {"limit": MOST_FILES})]})
    return (*(_named(name, one) for name, one in ahead),
            *(_stored(name, file, number, as_guest) for number, (name, file) in enumerate(sent)))


def _named(field: str, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(msg("Please check what is marked."), fields={field: [(LOST, {})]}) from None


def _stored(name: str, file: FileStorage, number: int, as_guest: bool) -> UUID:
    try:
        return _store(file, number, GUEST if as_guest else actor())
    except (Invalid, TooLarge) as error:
        raise Invalid(msg("Please check what is marked."), fields={
            name: [(error.message, error.params)]}) from error


def _store(file: FileStorage, number: int, sender: Actor) -> UUID:
    data = file.stream.read(attachments.MAX_BYTES + 1)
    key = request.form.get(KEY_FIELD, "")[:64]
    answer: dict[str, Any] = attachments.receive(
        the_office().tenant_id, sender, data, file.filename or "", file.mimetype or "", guest_mark=guest_mark(sender),
        key=f"{key}:{number}" if key else None)
    return UUID(str(answer["attachment_id"]))


def download(attachment: attachments.Attachment) -> Response:
    """Always to be saved, never shown: nothing that was sent runs in our pages."""
    content = attachments.open_content(attachment)
    response = Response(content, headers=attachments.download_headers(attachment))
    response.direct_passthrough = True
    response.call_on_close(content.close)
    return response
