"""The same form twice on one page: every id and name of a render model with a word before it."""

from __future__ import annotations

from dataclasses import replace

from app.forms.shown import Field, RenderModel, Row

_IDS = ("id", "name", "list", "aria-describedby", "aria-labelledby")


def beside(model: RenderModel, word: str) -> RenderModel:
    """`word` tells the two apart. What is entered into such a form goes nowhere."""
    return replace(model, rows=_rows(model.rows, word), reactive=False)


def _rows(rows: tuple[Row, ...], word: str) -> tuple[Row, ...]:
    return tuple(Row(tuple(_field(one, word) for one in row.fields)) for row in rows)


def _field(field: Field, word: str) -> Field:
    return replace(
        field, id=f"{word}-{field.id}" if field.id else "", key=f"{word}-{field.key}" if field.key else "",
        attributes=_attributes(field.attributes, word), rows=_rows(field.rows, word),
        options=tuple(replace(one, attributes=_attributes(one.attributes, word)) for one in field.options),
        items=tuple(replace(one, marker=f"{word}-{one.marker}", rows=_rows(one.rows, word)) for one in field.items))


def _attributes(given: dict[str, str], word: str) -> dict[str, str]:
    return {name: " ".join(f"{word}-{one}" for one in str(value).split(" ")) if name in _IDS and value else value
            for name, value in given.items()}
