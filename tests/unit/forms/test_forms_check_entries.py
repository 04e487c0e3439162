"""What people send: typed, checked, refused."""

from __future__ import annotations

import time
import uuid
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import forms
from app.forms import patterns, with_row, without_row
from app.kernel import documents
from app.kernel.errors import Invalid, TooLarge
from tests.unit.forms.making import check, component, form, patient, show

CHOICES = [{"value": "a", "label": "甲", "label_en": "A"}, {"value": 2, "label": "乙", "label_en": "B"}]


def first(validated: forms.Validated, key: str = "x") -> str:
    message, params = validated.errors[key][0]
    return message % params if params else message


@pytest.mark.parametrize(("kind", "more", "raw", "value"), [
    ("textfield", {}, "  张三\r\n李四 ", "张三 李四"), ("textarea", {}, "一\r\n二", "一\n二"), ("textfield", {}, "", ""),
    ("number", {}, "12", 12), ("number", {}, "１２．５", Decimal("12.5")), ("number", {}, "-3.50", Decimal("-3.5")),
    ("number", {}, "1e3", 1000), ("number", {}, "", None), ("number", {"serializeToString": True}, "3.5", "3.5"),
    ("number", {"serializeToString": True}, "1000", "1000"), ("number", {}, "999999999999999", 10**15 - 1),
    ("checkbox", {}, "on", True), ("checkbox", {}, ["false", "true"], True), ("checkbox", {}, None, False),
    ("radio", {"values": CHOICES}, "2", 2), ("select", {"values": CHOICES}, "", None),
    ("checklist", {"values": CHOICES}, ["2", "a", "2"], [2, "a"]), ("taglist", {"values": CHOICES}, "a", ["a"]),
    ("checklist", {"values": CHOICES}, None, []),
    ("datetime", {}, "2026-05-31", "2026-05-31"), ("datetime", {"subtype": "time"}, "14:30", "14:30+08:00"),
    ("datetime", {"subtype": "time", "timeSerializingFormat": "no_timezone"}, "14:30", "14:30"),
    ("datetime", {"subtype": "time", "timeSerializingFormat": "utc_normalized"}, "14:30", "06:30Z"),
    ("datetime", {"subtype": "datetime"}, "2026-05-31T14:30", "2026-05-31T14:30+08:00"),
    ("datetime", {"subtype": "datetime", "timeSerializingFormat": "utc_normalized"}, "2026-05-31 02:30",
     "2026-05-30T18:30Z"),
])
def test_entries_become_typed_values(kind: str, more: dict[str, object], raw: object, value: object) -> None:
    found = check(form(component(kind, "x", **more)), {} if raw is None else {"x": raw})
    assert found.errors == {}
    assert found.data == {"x": value}
    assert type(found.data["x"]) is type(value)


@pytest.mark.parametrize(("kind", "more", "raw", "text"), [
    ("textfield", {"validate": {"required": True}}, "   ", "required"),
    ("textfield", {"validate": {"minLength": 3}}, "ab", "at least 3"),
    ("textfield", {"validate": {"maxLength": 3}}, "abcd", "at most 3"),
    ("textarea", {"validate": {"maxLength": "=2 + 1"}}, "abcd", "at most 3"),
    ("textfield", {"validate": {"pattern": "^[\\u4e00-\\u9fa5]+$"}}, "abc", "form"),
    ("textfield", {"validate": {"validationType": "email"}}, "me@", "e-mail"),
    ("textfield", {"validate": {"validationType": "phone"}}, "12ab", "telephone"),
    ("textfield", {}, "a\x00b", "stored"), ("textfield", {}, ["a", "b"], "one value"),
    ("textfield", {}, "x" * 10_001, "at most 10000"),
    ("number", {"validate": {"min": 3}}, "2", "at least 3"), ("number", {"validate": {"max": "=1.5"}}, "2", "1.5"),
    ("number", {"validate": {"required": True}}, "", "required"), ("number", {"decimalDigits": 0}, "1.5", "whole"),
    ("number", {"decimalDigits": 1}, "1.25", "at most 1 digits"), ("number", {"increment": "0.5"}, "1.3", "0.5"),
    ("checkbox", {"validate": {"required": True}}, None, "tick"), ("checkbox", {}, "maybe", "options"),
    ("radio", {"values": CHOICES}, "c", "options"), ("checklist", {"values": CHOICES}, ["a", "c"], "options"),
    ("taglist", {"values": CHOICES, "validate": {"required": True}}, None, "required"),
    ("datetime", {}, "2026-02-30", "date"), ("datetime", {}, "0026-02-03", "date"), ("datetime", {}, "31.5.2026", "date"),
    ("datetime", {"subtype": "time"}, "25:00", "time"), ("datetime", {"subtype": "datetime"}, "2026-05-31", "time"),
    ("datetime", {"disallowPassedDates": True}, "2026-04-30", "past"),
    ("filepicker", {}, "../../etc/passwd", "not received"),
    ("filepicker", {}, [str(uuid.UUID(int=n)) for n in (1, 2)], "at most 1"),
])
def test_wrong_entries_get_a_message_and_are_kept(kind: str, more: dict[str, object], raw: object, text: str) -> None:
    found = check(form(component(kind, "x", **more)), {} if raw is None else {"x": raw})
    assert not found.ok
    assert text in first(found)
    assert found.raw == ({} if raw is None else {"x": raw})


@pytest.mark.parametrize("entry", ["NaN", "nan", "inf", "-Infinity", "1e400", "1e30", "1" + "0" * 30, "9" * 1000,
                                   "1e-30", "0x10", "1_000", "1,5", "１e400", "--1", "1e", "+", "1e9999999999",
                                   "1000000000000000"])
def test_security_36_numbers_without_end_or_measure_are_refused(entry: str) -> None:
    found = check(form(component("number", "x")), {"x": entry})
    assert not found.ok
    assert found.data == {"x": None}


@patient
@given(st.decimals(allow_nan=True, allow_infinity=True) | st.floats() | st.integers())
def test_security_36_what_is_accepted_is_finite_and_survives_storage(number: object) -> None:
    found = check(form(component("number", "x")), {"x": str(number)})
    if found.ok:
        assert abs(found.data["x"]) < 10**15
        assert documents.load(documents.dump(found.data)) == found.data


@pytest.mark.parametrize("extra", ["assignee", "tenant_id", "sid", "__builtins__", "x.y", "x[0]", "case_id", "", "e",
                                   "rows[0].id", "rows[01].q", "rows[-1].q", "rows[0]q", "group.z", "shown\n"])
def test_security_22_names_the_form_does_not_have_are_refused(extra: str) -> None:
    made = form(component("textfield", "x"), component("textfield", "shown"),
                component("group", "group", components=[component("textfield", "y")]),
                component("dynamiclist", "rows", components=[component("number", "q")]),
                component("expression", "e", expression="=1"))
    with pytest.raises(Invalid) as caught:
        check(made, {"x": "a", extra: "1"})
    assert caught.value.status == 422


def test_security_22_disabled_readonly_hidden_and_computed_fields_do_not_take_entries() -> None:
    made = form(component("textfield", "off", disabled=True), component("number", "kept", readonly="=locked"),
                component("textfield", "gone", conditional={"hide": "=locked"}),
                component("expression", "sum", expression="=kept + 1"))
    found = check(made, {"off": "hacked", "kept": "99", "gone": "hacked"}, variables={"kept": 5, "locked": True})
    assert found.data == {"kept": 5, "sum": 6}
    free = check(made, {"off": "hacked", "kept": "99", "gone": "said"}, variables={"kept": 5, "locked": False})
    assert free.data == {"kept": 99, "sum": 100, "gone": "said"}


def test_a_hidden_field_is_neither_required_nor_checked() -> None:
    made = form(component("checkbox", "other"),
                component("textfield", "why", validate={"required": True}, conditional={"hide": "=not(other)"}))
    assert check(made, {}).data == {"other": False}
    assert not check(made, {"other": "on"}).ok
    assert check(made, {"other": "on", "why": "x"}).data == {"other": True, "why": "x"}


def test_conditions_follow_each_other_and_end() -> None:
    made = form(component("textfield", "a"), component("textfield", "b", conditional={"hide": '=a = ""'}),
                component("textfield", "c", conditional={"hide": '=b = null or b = ""'}))
    assert check(made, {"a": "", "b": "x", "c": "y"}).data == {"a": ""}
    assert check(made, {"a": "1", "b": "x", "c": "y"}).data == {"a": "1", "b": "x", "c": "y"}
    flip = form(component("textfield", "a", conditional={"hide": '=a = "x"'}))
    check(flip, {"a": "x"})


def test_groups_nest_values_and_lists_repeat_them() -> None:
    made = form(
        component("group", "place", components=[component("textfield", "road")]),
        component("group", components=[component("textfield", "loose")]),
        component("dynamiclist", "rows", components=[
            component("number", "q", validate={"required": True}),
            component("textfield", "why", conditional={"hide": "=q < 10"}),
            component("expression", "double", expression="=q * 2"),
            component("expression", "place", expression="=i")]),
        component("expression", "total", expression="=sum(for row in rows return row.q)"))
    found = check(made, {"place.road": "南京路", "loose": "1", "rows[2].q": "1", "rows[7].q": "10", "rows[7].why": "w"})
    assert found.data == {
        "place": {"road": "南京路"}, "loose": "1",
        "rows": [{"q": 1, "double": 2, "place": 1}, {"q": 10, "why": "w", "double": 20, "place": 2}], "total": 11}
    wrong = check(made, {"rows[3].q": "", "rows[9].q": "x"})
    assert set(wrong.errors) == {"rows[0].q", "rows[1].q"}
    assert wrong.raw == {"rows[0]": "", "rows[0].q": "", "rows[1]": "", "rows[1].q": "x"}


def test_rows_are_added_and_taken_away_without_scripts() -> None:
    made = form(component("dynamiclist", "rows", components=[component("number", "q")]))
    raw = with_row({"rows[0]": "", "rows[0].q": "1"}, "rows")
    assert len(check(made, raw).data["rows"]) == 2
    assert check(made, without_row({**raw, "rows[1].q": "2"}, "rows", 0)).data == {"rows": [{"q": 2}]}
    assert without_row(raw, "rows", 9) == raw
    with pytest.raises(Invalid):
        check(made, {f"rows[{n}].q": "1" for n in range(101)})
    fixed = form(component("dynamiclist", "rows", allowAddRemove=False, defaultRepetitions=1,
                           components=[component("number", "q")]))
    with pytest.raises(Invalid):
        check(fixed, {"rows[0].q": "1", "rows[1].q": "1"})


def test_a_form_grows_to_a_limit_only() -> None:
    cells = [component("number", f"q{n}") for n in range(60)]
    made = form(component("dynamiclist", "rows", components=cells))
    with pytest.raises(TooLarge):
        check(made, {f"rows[{n}].q0": "1" for n in range(100)})


def test_options_come_from_the_host_from_variables_or_from_an_expression() -> None:
    made = form(component("select", "unit", valuesKey="units"), component("radio", "place", valuesKey="places"),
                component("checklist", "n", valuesExpression="=for k in 1..3 return {value: k, label: string(k)}"))

    def source(name: str) -> list[forms.Option] | None:
        return [forms.Option("FWB", "社区服务办公室")] if name == "units" else None

    found = check(made, {"unit": "FWB", "place": "p1", "n": ["1", "3"]}, options_sources=source,
                  variables={"places": [{"value": "p1", "label": "一村"}, {"label": "x"}, None, "p2"]})
    assert found.data == {"unit": "FWB", "place": "p1", "n": [1, 3]}
    assert not check(made, {"unit": "ZZZ"}, options_sources=source).ok
    assert not check(made, {"place": "p1"}, options_sources=source).ok


def test_the_authors_message_is_shown_in_the_readers_language() -> None:
    made = form(component("textfield", "x", validate={"pattern": "^a$", "patternErrorMessage": "只要 a"},
                          properties={"patternErrorMessage_en": "Only a"}))
    assert first(check(made, {"x": "b"})) == "只要 a"
    assert first(check(made, {"x": "b"}, locale="en")) == "Only a"


def test_security_33_catastrophic_patterns_end_at_once() -> None:
    made = form(component("textarea", "x", validate={"maxLength": 100_000}),
                component("textfield", "y", validate={"pattern": "(a+)+$", "maxLength": 100_000}))
    text = "a" * 99_999 + "!"
    check(made, {"y": "warm"})
    started = time.process_time()
    assert not patterns.matches("(a+)+$", text)
    assert not patterns.matches("(a|aa)+$", text)
    assert time.process_time() - started < 0.05
    started = time.process_time()
    assert not check(made, {"y": text}).ok
    assert time.process_time() - started < 0.1


@pytest.mark.parametrize("pattern", ["a" * 1001, "(?=a)", r"(a)\1", "a{1001}", "(" * 500, "[", "a{1000}{1000}"])
def test_security_33_patterns_re2_does_not_take_are_refused(pattern: str) -> None:
    with pytest.raises(patterns.PatternError):
        patterns.compile_pattern(pattern)


@pytest.mark.parametrize(("pattern", "text"), [
    (r"^[\u4e00-\u9fa5]{2,4}$", "张三丰"), (r"^\u{1F600}$", "😀"), (r"^\\u4e00$", r"\u4e00"), (r"^\d{6}$", "200093"),
    (r"^\/a\-b$", "/a-b")])
def test_patterns_mean_what_javascript_means(pattern: str, text: str) -> None:
    assert patterns.matches(pattern, text)


@patient
@given(st.dictionaries(st.sampled_from(["a", "n", "c", "s", "d", "rows[0].q", "rows[3].q", "rows[1]"]),
                       st.text(max_size=30) | st.lists(st.text(max_size=10), max_size=3)))
def test_any_entries_give_a_document_and_the_same_form_again(raw: dict[str, object]) -> None:
    made = form(component("textfield", "a"), component("number", "n"), component("checkbox", "c"),
                component("select", "s", values=CHOICES), component("datetime", "d", subtype="datetime"),
                component("dynamiclist", "rows", components=[component("number", "q")]))
    found = check(made, raw)
    assert documents.load(documents.dump(found.data)) == found.data
    assert check(made, found.raw) == found
    show(made, raw=found.raw, errors=found.errors)
