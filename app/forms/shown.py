"""The render model: what a page prints, as plain data. No HTML but texts that were cleaned, and no decisions left."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from app.forms.values import Message


@dataclass(frozen=True)
class ShownOption:
    """One option of a `choices` or `select` field; `attributes` holds id, value and checked or selected."""

    value: str
    label: str
    selected: bool
    attributes: dict[str, str]


@dataclass(frozen=True)
class Item:
    """One row of a list. `marker` is the name of the hidden input that says the row is there."""

    marker: str
    index: int
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Field:
    """One thing on the page.

    `kind` names the macro: input, textarea, checkbox, choices, select, group, list, text, image, table, button,
    separator, spacer. `type` is the form-js type. `attributes` are the HTML attributes of the control, ready for
    `xmlattr`. `value` is the text of an input (checkbox: "on" when ticked). `errors`: (message id, params).
    `mark`: added, removed, changed or moved, where two forms are compared.
    """

    kind: str
    type: str
    key: str = ""
    id: str = ""
    label: str = ""
    description: str = ""
    required: bool = False
    readonly: bool = False
    disabled: bool = False
    value: str = ""
    options: tuple[ShownOption, ...] = ()
    errors: tuple[Message, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
    prefix: str = ""
    suffix: str = ""
    width: int = 16
    html: Markup = field(default_factory=Markup)
    rows: tuple[Row, ...] = ()
    items: tuple[Item, ...] = ()
    growing: bool = False
    outline: bool = False
    columns: tuple[str, ...] = ()
    cells: tuple[tuple[str, ...], ...] = ()
    properties: dict[str, Any] = field(default_factory=dict)
    mark: str = ""


@dataclass(frozen=True)
class Row:
    """Fields that stand side by side; their widths are in sixteenths."""

    fields: tuple[Field, ...]


@dataclass(frozen=True)
class RenderModel:
    """A form for one person at one moment. `reactive`: entries change what is shown, so the page should ask again.

    `other_errors` belong to no visible field. `summary` lists (label, id of the control, messages) for the top.
    """

    form_id: str
    rows: tuple[Row, ...]
    has_files: bool = False
    has_submit: bool = False
    reactive: bool = False
    other_errors: tuple[Message, ...] = ()
    summary: tuple[tuple[str, str, tuple[Message, ...]], ...] = ()

    def fields(self) -> list[Field]:
        """All fields, depth first."""
        found: list[Field] = []
        waiting = list(self.rows)
        while waiting:
            row = waiting.pop(0)
            for one in row.fields:
                found.append(one)
                waiting = [*one.rows, *(inner for item in one.items for inner in item.rows), *waiting]
        return found
