"""A form, filled -> the render model in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.forms.filling import Filling, Raw, Slot
from app.forms.markup import from_html, from_markdown
from app.forms.model import Form
from app.forms.options import OptionSource
from app.forms.presenting import Presenter
from app.forms.scope import Scope, as_text, plain
from app.forms.settings import SAFE_IMAGE
from app.forms.shown import Field, Item, RenderModel, Row
from app.forms.values import Message
from app.forms.vocabulary import INPUTS, MAX_ROWS

Errors = Mapping[str, Sequence[Message]]


def render(form: Form, values: Mapping[str, Any], errors: Errors | None = None, *, locale: str, now: datetime,
           options_sources: OptionSource | None = None, raw: Raw | None = None,
           marks: Mapping[str, str] | None = None) -> RenderModel:
    """What the page shows.

    `values` are the variables; `raw` what was entered before (of `Validated.raw`), to show it again unchanged.
    `marks`: component id -> what a comparison says of it.
    `errors` as `Validated.errors`. `now` is aware, in the office's zone.
    """
    filling = Filling(form, values, raw, Scope(form.id, {}, now, locale), options_sources)
    page = _Page(filling, errors or {}, marks or {})
    rows = page.rows(filling.slots)
    known = {slot.name for slot in filling.visible()}
    others = tuple(message for name, found in (errors or {}).items() if name not in known for message in found)
    model = RenderModel(form.id, rows, other_errors=others)
    fields = model.fields()
    return RenderModel(
        form.id, rows, other_errors=others,
        has_files=any(one.type == "filepicker" for one in fields),
        has_submit=any(one.kind == "button" and one.attributes["type"] == "submit" for one in fields),
        reactive=any(component.hide is not None or component.type == "expression" for component in form.walk()),
        summary=tuple((one.label, one.id, one.errors) for one in fields if one.errors))


class _Page:
    """Turns slots into fields; scopes are looked up by slot."""

    def __init__(self, filling: Filling, errors: Errors, marks: Mapping[str, str]) -> None:
        self.filling, self.errors, self.marks = filling, errors, marks
        self.first_time = filling.raw is None
        self.scope_of = {id(slot): scope for slot, scope in filling.scopes()}

    def rows(self, slots: Iterable[Slot]) -> tuple[Row, ...]:
        """Visible slots in rows: neighbours with one row id share a row."""
        groups: list[tuple[str | None, list[tuple[Slot, Field]]]] = []
        for slot in slots:
            if slot.hidden or slot.component.type == "expression":
                continue
            row, field = slot.component.row, self.field(slot)
            if groups and row is not None and groups[-1][0] == row:
                groups[-1][1].append((slot, field))
            else:
                groups.append((row, [(slot, field)]))
        return tuple(_row(members) for _name, members in groups)

    def field(self, slot: Slot) -> Field:
        """One field of any type."""
        field = self._field(slot, self.scope_of[id(slot)])
        mark = self.marks.get(slot.component.id)
        return replace(field, mark=mark) if mark else field

    def _field(self, slot: Slot, scope: Scope) -> Field:
        if slot.component.type in INPUTS:
            errors = tuple(self.errors.get(slot.name, ()))
            return Presenter(slot, scope, self.first_time, errors).field()
        return _SHOWN[slot.component.type](self, slot, scope)

    def group(self, slot: Slot, scope: Scope) -> Field:
        return Field("group", "group", id=f"g-{slot.component.id}", label=slot.component.text("label").show(scope),
                     rows=self.rows(slot.children), outline=bool(slot.component.settings.get("outline")),
                     properties=dict(slot.component.properties))

    def list(self, slot: Slot, scope: Scope) -> Field:
        component, growing = slot.component, bool(slot.component.settings["growing"])
        items = tuple(Item(f"{slot.name}[{number}]", number, self.rows(item))
                      for number, item in enumerate(slot.items))
        return Field("list", "dynamiclist", key=slot.name, id=f"g-{component.id}", items=items,
                     label=component.text("label").show(scope), growing=growing and len(items) < MAX_ROWS,
                     outline=bool(component.settings.get("outline")), properties=dict(component.properties))

    def text(self, slot: Slot, scope: Scope) -> Field:
        kind = slot.component.type
        convert, name = (from_markdown, "text") if kind == "text" else (from_html, "content")
        template = slot.component.text(name).template(scope.locale)
        return Field("text", kind, id=f"f-{slot.component.id}", html=convert(template, scope))

    def image(self, slot: Slot, scope: Scope) -> Field:
        source = slot.component.settings["source"]
        source = source if isinstance(source, str) else as_text(scope.evaluate(source))
        safe = bool(SAFE_IMAGE.fullmatch(source)) and ".." not in source
        alt = slot.component.text("alt").show(scope)
        return Field("image", "image", label=alt, attributes={"src": source if safe else "", "alt": alt})

    def table(self, slot: Slot, scope: Scope) -> Field:
        settings = slot.component.settings
        columns = [(key, label.show(scope)) for key, label in settings["columns"]]
        if settings["columns_expression"] is not None:
            found = plain(scope.evaluate(settings["columns_expression"]))
            columns = [(str(one.get("key")), str(one.get("label") or one.get("key")))
                       for one in (found if isinstance(found, list) else []) if isinstance(one, dict)]
        data = plain(scope.evaluate(settings["source"]))
        lines = [line for line in (data if isinstance(data, list) else []) if isinstance(line, dict)]
        cells = tuple(tuple(as_text(line.get(key)) for key, _label in columns) for line in lines[:1000])
        return Field("table", "table", id=f"f-{slot.component.id}", label=slot.component.text("label").show(scope),
                     columns=tuple(label for _key, label in columns), cells=cells)

    def button(self, slot: Slot, scope: Scope) -> Field:
        return Field("button", "button", label=slot.component.text("label").show(scope),
                     attributes={"type": slot.component.settings["action"]})

    def spacer(self, slot: Slot, scope: Scope) -> Field:
        return Field("spacer", "spacer", attributes={"data-height": str(slot.component.settings["height"])})

    def separator(self, slot: Slot, scope: Scope) -> Field:
        return Field("separator", "separator")


_SHOWN: dict[str, Callable[[_Page, Slot, Scope], Field]] = {
    "group": _Page.group, "dynamiclist": _Page.list, "text": _Page.text, "html": _Page.text, "image": _Page.image,
    "table": _Page.table, "button": _Page.button, "spacer": _Page.spacer, "separator": _Page.separator,
}


def _row(members: Sequence[tuple[Slot, Field]]) -> Row:
    """Fields with their widths: as given, the rest shared equally, sixteen in all."""
    given = [slot.component.columns for slot, _field in members]
    open_ones = [width for width in given if width is None]
    left = max(16 - sum(width for width in given if width), 2 * len(open_ones))
    return Row(tuple(replace(field, width=width or max(left // len(open_ones), 2))
                     for width, (_slot, field) in zip(given, members, strict=True)))
