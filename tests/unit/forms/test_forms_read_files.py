"""Form files: what is read, and what is refused with line and element."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import forms
from app.forms import vocabulary
from app.forms.source import Block, SourceError, read
from app.kernel.errors import DefinitionError
from tests.unit.forms.making import codes, component, form, patient, source

OPTIONS = [{"value": "a", "label": "甲", "label_en": "A"}]


def sample(kind: str) -> dict[str, object]:
    more: dict[str, object] = {}
    if kind in vocabulary.CHOICES:
        more["values"] = OPTIONS
    more |= {"expression": {"expression": "=1"}, "text": {"text": "字", "properties": {"text_en": "x"}},
             "html": {"content": "<p>字</p>", "properties": {"content_en": "<p>x</p>"}},
             "image": {"source": "/static/a.png", "alt": "图", "properties": {"alt_en": "picture"}},
             "table": {"dataSource": "=rows", "columns": [{"key": "a", "label": "列", "label_en": "Column"}]},
             "group": {"components": []}, "dynamiclist": {"components": []}}.get(kind, {})
    keyed = kind in vocabulary.KEYED or kind == "dynamiclist"
    return component(kind, "x" if keyed else None, **more)


@pytest.mark.parametrize("kind", sorted(vocabulary.KEYS))
def test_every_known_component_type_is_read(kind: str) -> None:
    made = form(sample(kind))
    assert [c.type for c in made.walk()] == [kind]


@pytest.mark.parametrize("kind", sorted(vocabulary.REFUSED))
def test_types_that_are_not_rendered_are_refused_by_name(kind: str) -> None:
    problem = forms.lint(source({"type": kind, "id": "it"}), "a.form")[0]
    assert problem.code == "refused_component"
    assert kind in problem.text()
    assert problem.element == "it"


def test_an_unknown_type_is_refused_with_file_line_and_element() -> None:
    data = source(component("textfield", "a"), {"type": "hologram", "id": "Field_9"})
    (problem,) = forms.lint(data, "forms/base/a.form")
    line = next(n for n, text in enumerate(data.decode().split("\n"), 1) if "hologram" in text)
    assert (problem.code, problem.line, problem.element) == ("unknown_component", line, "Field_9")
    assert problem.place() == f"forms/base/a.form:{line} Field_9"
    with pytest.raises(DefinitionError):
        forms.load(data, "a.form")


@pytest.mark.parametrize(("broken", "code"), [
    ({"conditional": {"hide": "=a >"}}, "feel"),
    ({"conditional": {"hide": "a > 1"}}, "expression"),
    ({"conditional": {"show": "=a"}}, "unknown_conditional"),
    ({"validate": {"regex": "a"}}, "unknown_validate"),
    ({"validate": {"validationType": "iban"}}, "unknown_validation"),
    ({"validate": {"required": "yes"}}, "validate"),
    ({"validate": {"pattern": "(?=a)"}}, "pattern"),
    ({"validate": {"pattern": "("}}, "pattern"),
    ({"validate": {"minLength": "much"}}, "validate"),
    ({"validate": {"maxLength": "=1 +"}}, "feel"),
    ({"readonly": "yes"}, "expression"),
    ({"disabled": "=)"}, "feel"),
    ({"label": "={"}, "feel"),
    ({"label": "{{#if a}}b{{/if}}"}, "template_block"),
    ({"label": 5}, "text"),
    ({"colour": "red"}, "unknown_key"),
    ({"defaultValue": 5}, "default"),
    ({"layout": {"columns": 17}}, "layout"),
    ({"layout": {"order": 1}}, "unknown_layout"),
    ({"key": "a b"}, "key"),
    ({"key": "__builtins__"}, "reserved_key"),
    ({"key": "typename"}, "reserved_key"),
    ({"key": "if"}, "reserved_key"),
    ({"id": "x' or '1'='1"}, "id"),
    ({"properties": {"label_en": ""}}, "missing_english"),
    ({"properties": []}, "object"),
    ({"validate": {"pattern": "^a$", "patternErrorMessage": "只要 a"}}, "missing_english"),
])
def test_what_is_wrong_in_a_component_is_named(broken: dict[str, object], code: str) -> None:
    field = component("textfield", "a")
    field |= broken
    assert code in codes(field)


@pytest.mark.parametrize(("broken", "code"), [
    (component("number", "n", increment=0), "setting"),
    (component("number", "n", validate={"minLength": 1}), "unknown_validate"),
    (component("number", "n", defaultValue="many"), "default"),
    (component("datetime", "d", subtype="month"), "setting"),
    (component("select", "s"), "options"),
    (component("select", "s", values=OPTIONS * 2), "options"),
    (component("select", "s", values=OPTIONS, valuesKey="units"), "options"),
    (component("select", "s", values=OPTIONS, defaultValue="b"), "default"),
    (component("select", "s", values=[{"value": "a", "label": "甲"}]), "missing_english"),
    (component("select", "s", valuesExpression="units"), "expression"),
    (component("checklist", "s", values=OPTIONS, defaultValue="a"), "default"),
    (component("image", source="https://example.org/a.png"), "image_source"),
    (component("image", source="//example.org/a.png"), "image_source"),
    (component("image", source="/../secret"), "image_source"),
    (component("image", source="data:image/svg+xml;base64,AAAA"), "image_source"),
    (component("image", source="javascript:alert(1)"), "image_source"),
    (component("table", dataSource="=a"), "table"),
    (component("table", dataSource="a", columnsExpression="=b"), "expression"),
    (component("button", action="delete"), "setting"),
    (component("expression", "e", expression="1"), "expression"),
    (component("dynamiclist", components=[]), "key"),
    (component("filepicker", "f", accept="<x>"), "setting"),
    (component("filepicker", "f", properties={"max_files": 1000}), "setting"),
    (component("spacer", height="tall"), "setting"),
    ({"type": "textfield", "key": "a"}, "missing_label"),
    ({"type": 5}, "unknown_component"),
])
def test_what_is_wrong_for_a_type_is_named(broken: dict[str, object], code: str) -> None:
    assert code in codes(broken)


def test_keys_stand_once_in_each_data_object() -> None:
    assert codes(component("textfield", "a"), component("number", "a")) == ["duplicate_key"]
    assert codes(component("textfield", "a.b"), component("number", "a")) == ["duplicate_key"]
    group = component("group", "g", components=[component("textfield", "a", id="inner")])
    assert codes(component("textfield", "a"), group) == []
    assert codes(component("textfield", "g.a"), group) == ["duplicate_key"]
    rows = component("dynamiclist", "rows", components=[component("textfield", "a", id="inner")])
    assert codes(component("textfield", "a"), rows) == []
    assert codes(component("textfield", "a", id="f"), component("textfield", "b", id="f")) == ["id"]


@pytest.mark.parametrize("top", [{"schemaVersion": 99}, {"schemaVersion": True}, {"id": "a b"}, {"type": "page"},
                                 {"components": {}}, {"extra": 1}])
def test_the_head_of_a_form_is_checked(top: dict[str, object]) -> None:
    assert codes(**top)


def test_texts_that_speak_no_language_need_no_english() -> None:
    assert codes(component("textfield", "a", label="12 ℃", properties={"label_en": ""})) == []
    assert codes(component("text", text="= name")) == []
    assert codes(component("text", text='= if locale = "en" then "Hello" else "你好"')) == []
    assert codes(component("text", text='= "你好" + name')) == ["missing_english"]
    assert codes(component("text", text="{{name}}: {{number}}")) == []


def test_a_form_has_a_bounded_number_of_components() -> None:
    many = [component("separator", id=f"s{n}") for n in range(vocabulary.MAX_COMPONENTS + 5)]
    assert codes(*many) == ["too_many"]


@pytest.mark.parametrize(("data", "line"), [
    (b"", 1), (b"{", 1), (b"[]x", 1), (b'{\n"a": 1,\n"a": 2}', 3), (b'{"a": NaN}', 1), (b'{"a":\n Infinity}', 2),
    (b'{"a": 1e99999}', 1), (b'{"a": 01}', 1), (b"\xff\xfe{}", 1), (b'{"a": "\n"}', 1), (b'{"a": "\\ud800"}', 1),
    (b'{"a": "\\x"}', 1), (b"[" * 100_000, 1), (b'{"a"' * 1000, 1), (b"{'a': 1}", 1), (b'{"a": 1,}', 1),
    (b'{}\n\n{}', 3), (b'" ' + b"x" * 2_000_000, 1), (b"[1,\n2,\n,]", 3), (b"null", None),
])
def test_security_40_every_json_fault_is_a_definition_error_with_a_line(data: bytes, line: int | None) -> None:
    with pytest.raises(DefinitionError) as caught:
        forms.load(data, "a.form")
    problem = caught.value.problems[0]
    assert caught.value.status == 422
    assert problem.line == (line or 1)
    assert "Traceback" not in problem.text()


@patient
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_security_40_no_bytes_raise_anything_else(data: bytes) -> None:
    assert all(p.line and p.text() for p in forms.lint(data, "a.form"))


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-10**30, 10**30) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=20)


@patient
@given(_json)
def test_the_reader_reads_what_json_writes(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=2)):
        assert read(text.encode("utf-8", "surrogatepass")) == value


@patient
@given(_json, st.sampled_from(["type", "components", "validate", "conditional", "layout", "properties", "values",
                               "label", "key", "id", "defaultValue", "readonly"]))
def test_security_40_any_value_in_any_place_is_a_problem_or_fine(value: object, key: str) -> None:
    field = component("select", "a", values=OPTIONS)
    field[key] = value
    for problem in forms.lint(source(field), "a.form"):
        assert problem.line
        assert problem.text()


def test_objects_know_the_lines_of_their_keys() -> None:
    block = read(b'{\n "a": {\n  "b": 1},\n "c": 2}')
    assert isinstance(block, Block)
    assert (block.line, block.line_of("a"), block["a"].line_of("b"), block.line_of("c")) == (1, 2, 3, 4)
    assert block.line_of("missing") == 1
    with pytest.raises(SourceError) as caught:
        read(b'{"a": 1,\n "a": 2}')
    assert caught.value.line == 2
