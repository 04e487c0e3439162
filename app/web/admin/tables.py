"""CSV tables sent by a form, and the page that says what is wrong with them."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.kernel.commands import Command
from app.kernel.errors import Invalid, TooLarge, msg
from app.web.admin.sent import expect, refused
from app.web.pages import dispatch
from app.web.texts import t

MAX_BYTES = 5_000_000


def csv_text() -> str:
    """UTF-8, or GB 18030 as spreadsheets in Chinese write it; Invalid for anything else."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid(msg("Please choose a file."), fields={"file": [(msg("Please choose a file."), {})]})
    data = file.stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise TooLarge(msg("This file is too large."))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Invalid(msg("This file is not a text table. Save it as CSV in UTF-8."))


def bring_in(kind: type[Command], back: str, title: str) -> Response | tuple[str, int]:
    """Import the table with a command of `kind`; all or nothing, faults by line. `back`: endpoint of the list."""
    try:
        expect("file")
        answer = dispatch(kind, csv_text=csv_text())
    except Invalid as error:
        return render_template("admin/faults.html", back=url_for(back), title=title, action=request.path,
                               **refused(error)), 422
    flash(t(msg("Imported: %(made)s new, %(changed)s changed."), **answer))
    return redirect(url_for(back), 303)
