"""The render model: everything a page prints, in the reader's language, and nothing dangerous."""

from __future__ import annotations

import pytest

from app.kernel.errors import Invalid
from tests.unit.forms.making import check, component, form, show

ATTACK = "<script>alert(1)</script><img src=x onerror=alert(1)>"
OPTIONS = [{"value": "a", "label": "甲", "label_en": "A"}, {"value": "b", "label": "乙", "label_en": "B"}]


def only(model: object) -> object:
    (field,) = model.fields()  # type: ignore[attr-defined]
    return field


def test_labels_are_in_the_readers_language_and_computed() -> None:
    made = form(component("textfield", "x", label="你好 {{name}}", description='= "共" + string(n)',
                          properties={"label_en": "Hello {{name}}", "description_en": '= "In all " + string(n)'}))
    zh, en = only(show(made, {"name": "王", "n": 3})), only(show(made, {"name": "王", "n": 3}, locale="en_GB"))
    assert (zh.label, zh.description) == ("你好 王", "共3")
    assert (en.label, en.description) == ("Hello 王", "In all 3")
    assert zh.attributes["aria-describedby"] == "f-x-description"
    assert only(show(made, {}, locale="zh_Hans_CN")).label == "你好 "


@pytest.mark.parametrize(("kind", "more", "value", "control", "shown"), [
    ("textfield", {}, "甲", "input", "甲"), ("textarea", {}, "a\nb", "textarea", "a\nb"), ("number", {}, 3, "input", "3"),
    ("checkbox", {}, True, "checkbox", "on"), ("datetime", {}, "2026-05-31", "input", "2026-05-31"),
    ("datetime", {"subtype": "time"}, "06:30Z", "input", "14:30"),
    ("datetime", {"subtype": "datetime"}, "2026-05-31T06:30Z", "input", "2026-05-31T14:30"),
    ("datetime", {"subtype": "datetime"}, "rubbish", "input", ""),
    ("select", {"values": OPTIONS}, "b", "select", "b"), ("radio", {"values": OPTIONS}, "b", "choices", "b"),
    ("checklist", {"values": OPTIONS}, ["b"], "choices", ""), ("filepicker", {}, None, "input", ""),
])
def test_values_are_shown_in_their_controls(kind: str, more: dict[str, object], value: object, control: str,
                                            shown: str) -> None:
    field = only(show(form(component(kind, "x", **more)), {"x": value}))
    assert (field.kind, field.value) == (control, shown)
    assert [o.value for o in field.options if o.selected] == (["b"] if "values" in more else [])


def test_a_default_value_is_shown_only_where_nothing_is_known() -> None:
    made = form(component("textfield", "x", defaultValue="预设"))
    assert only(show(made)).value == "预设"
    assert only(show(made, {"x": "有"})).value == "有"
    assert only(show(made, raw={})).value == ""


def test_what_was_entered_is_shown_again_with_its_messages() -> None:
    made = form(component("number", "x"), component("checklist", "y", values=OPTIONS))
    found = check(made, {"x": "abc", "y": ["a", "evil"]})
    model = show(made, {"x": 5}, raw=found.raw, errors=found.errors)
    number, choices = model.fields()
    assert number.value == "abc"
    assert number.errors == tuple(found.errors["x"])
    assert number.attributes["aria-invalid"] == "true"
    assert number.attributes["aria-describedby"] == "f-x-errors"
    assert [o.selected for o in choices.options] == [True, False]
    assert [(label, control) for label, control, _ in model.summary] == [("字段x", "f-x"), ("字段y", "f-y")]
    other = show(made, errors={"gone": [("Please look again.", {})]})
    assert other.other_errors == (("Please look again.", {}),)


def test_fields_in_one_row_share_its_width() -> None:
    made = form(component("textfield", "a", layout={"row": "r1", "columns": 4}),
                component("textfield", "b", layout={"row": "r1"}), component("textfield", "c", layout={"row": "r1"}),
                component("textfield", "d"), component("textfield", "e", layout={"row": "r2", "columns": None}))
    assert [[f.width for f in row.fields] for row in show(made).rows] == [[4, 6, 6], [16], [16]]


def test_controls_say_what_they_take() -> None:
    made = form(
        component("textfield", "a", validate={"required": True, "maxLength": 20, "validationType": "phone"},
                  properties={"autocomplete": "tel"}),
        component("number", "b", validate={"min": 0}, decimalDigits=0),
        component("datetime", "c", disallowPassedDates=True), component("textfield", "d", readonly=True),
        component("select", "e", values=OPTIONS, readonly=True), component("textfield", "f", disabled="=true"),
        component("filepicker", "g", multiple=True, accept="image/*"), component("button", action="reset"),
        component("textfield", "h", readonly=True, validate={"required": True}))
    a, b, c, d, e, f, g, button, h = show(made).fields()
    assert a.attributes == {"id": "f-a", "name": "a", "type": "tel", "maxlength": "20", "autocomplete": "tel",
                            "value": "", "required": ""}
    assert b.attributes["inputmode"] == "numeric"
    assert c.attributes["min"] == "2026-05-01"
    assert "readonly" in d.attributes
    assert "disabled" in e.attributes
    assert "disabled" in f.attributes
    assert g.attributes["type"] == "file"
    assert "multiple" in g.attributes
    assert button.attributes == {"type": "reset"}
    assert not h.required
    model = show(made)
    assert (model.has_files, model.has_submit, model.reactive) == (True, False, False)


def test_hidden_fields_are_not_on_the_page() -> None:
    made = form(component("textfield", "a", conditional={"hide": "=secret"}),
                component("group", "g", conditional={"hide": "=secret"}, components=[component("textfield", "b")]))
    assert [f.key for f in show(made, {"secret": True}).fields()] == []
    assert len(show(made, {"secret": False}).fields()) == 3
    assert show(made).reactive


def test_lists_show_a_marker_and_fields_for_each_row() -> None:
    made = form(component("dynamiclist", "rows", components=[component("number", "q")]))
    rows = only_list(show(made, {"rows": [{"q": 1}, {"q": 2}]}))
    assert [item.marker for item in rows.items] == ["rows[0]", "rows[1]"]
    assert [item.rows[0].fields[0].value for item in rows.items] == ["1", "2"]
    assert rows.growing
    assert len(only_list(show(made)).items) == 1
    assert len(only_list(show(made, raw={})).items) == 0


def only_list(model: object) -> object:
    return next(f for f in model.fields() if f.kind == "list")  # type: ignore[attr-defined]


def test_tables_show_rows_as_texts() -> None:
    made = form(component("table", dataSource="=rows", columns=[
        {"key": "a", "label": "列", "label_en": "Column"}, {"key": "b", "label": "值", "label_en": "Value"}]))
    table = only(show(made, {"rows": [{"a": 1, "b": None}, {"a": [1, 2]}, "noise"]}, locale="en"))
    assert table.columns == ("Column", "Value")
    assert table.cells == (("1", ""), ("1、2", ""))
    free = form(component("table", dataSource="=rows", columnsExpression='=[{key: "a", label: "A"}]'))
    assert only(show(free, {"rows": [{"a": True}]})).cells == (("true",),)


def test_markdown_is_a_small_safe_one() -> None:
    text = "## 说明\n第一行\n第二行\n\n- **一**\n- [二](/help)\n\n1. 三\n\n---\n`x < 1`"
    found = only(show(form(component("text", text=text, properties={"text_en": "x"})))).html
    assert "<h2>说明</h2>" in found
    assert "<p>第一行<br>第二行</p>" in found
    assert "<ul><li><strong>一</strong></li>" in found
    assert '<a href="/help"' in found
    assert "<ol><li>三</li></ol>" in found
    assert "<code>x &lt; 1</code>" in found


@pytest.mark.parametrize(("kind", "text"), [
    ("text", ATTACK), ("html", ATTACK), ("text", "[x](javascript:alert(1))"), ("text", "[x]({{v}})"),
    ("html", '<a href="javascript:alert(1)">x</a>'), ("html", '<a href="{{v}}">x</a>'), ("text", "{{v}}"),
    ("html", "{{v}}"), ("text", "= v"), ("html", "= v"), ("html", '<div style="x" onclick="{{v}}">a</div>'),
    ("html", "<form action=/x><input></form><iframe src=//e></iframe><style>*{}</style>"),
    ("html", "<svg><script>alert(1)</script></svg><math><mi//xlink:href='data:x,<script>alert(4)</script>'>"),
    ("text", "`<b onmouseover=alert(1)>`"), ("html", "<a href='x' {{v}}>y</a>"),
])
@pytest.mark.parametrize("value", [ATTACK, "javascript:alert(1)", '" onmouseover="alert(1)', "\ue0000\ue001"])
def test_security_16_texts_never_become_scripts(kind: str, text: str, value: str) -> None:
    key = "text" if kind == "text" else "content"
    made = form(component(kind, **{key: text}, properties={f"{key}_en": "x"}))
    found = str(only(show(made, {"v": value})).html).lower()
    for bad in ("<script", "<img", "<iframe", "<form", "<style", "<svg", "<math"):
        assert bad not in found
    parsed = _attributes(found)
    assert all(name in ("href", "title", "rel", "colspan", "rowspan") for name, _ in parsed)
    assert not any("javascript:" in text for _, text in parsed)


def _attributes(html: str) -> list[tuple[str, str]]:
    from html.parser import HTMLParser

    found: list[tuple[str, str]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.extend((name, value or "") for name, value in attrs)

    Reader().feed(html)
    return found


def test_a_picture_that_is_computed_stays_on_this_site() -> None:
    made = form(component("image", source="=p", alt="图", properties={"alt_en": "picture"}))
    assert only(show(made, {"p": "/static/a.png"})).attributes["src"] == "/static/a.png"
    assert only(show(made, {"p": "//evil.example/a.png"})).attributes["src"] == ""
    assert only(show(made, {"p": "/\\evil.example"})).attributes["src"] == ""


def test_values_of_people_stay_text_in_labels() -> None:
    made = form(component("textfield", "x", label="{{v}}", properties={"label_en": "{{v}}"}))
    assert only(show(made, {"v": "{{secret}}", "secret": "s"})).label == "{{secret}}"


def test_an_expression_that_never_ends_is_a_clear_answer() -> None:
    endless = "=count(for a in 1..1000, b in 1..1000, c in 1..1000 return a) > 0"
    made = form(component("textfield", "x", conditional={"hide": endless}))
    with pytest.raises(Invalid) as caught:
        check(made, {"x": "1"})
    assert "sample" in str(caught.value)
