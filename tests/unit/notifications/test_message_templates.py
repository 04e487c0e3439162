"""Message templates: both languages, placeholders only, values inert."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kernel.errors import DefinitionError, Invalid
from app.notifications.templates import lint_template, load_template, render

GOOD = """
id: case_received
zh:
  subject: 诉求 {number} 已受理
  body: |
    您的诉求 {number} 预计 {due_on} 前答复。
en:
  subject: Request {number} received
  body: "Your request {number} will be answered by {due_on}. {{braces}}"
"""


def codes(text: str) -> list[str]:
    return [problem.code for problem in lint_template(text.encode(), "m.yaml")]


def test_a_template_is_filled_in_the_persons_language() -> None:
    template = load_template(GOOD.encode(), "m.yaml")
    assert (template.id, template.placeholders) == ("case_received", {"number", "due_on"})
    zh = render(template, {"number": "20260501-0001", "due_on": "5月8日", "more": 1}, "zh_Hans_CN")
    assert (zh.subject, zh.body) == ("诉求 20260501-0001 已受理", "您的诉求 20260501-0001 预计 5月8日 前答复。")
    en = render(template, {"number": 7, "due_on": Decimal("1.50")}, "en")
    assert en.body == "Your request 7 will be answered by 1.50. {braces}"
    with pytest.raises(Invalid):
        render(template, {"number": 1}, "zh")


@pytest.mark.parametrize(("old", "new", "code"), [
    ("id: case_received", "id: ../x", "id"), ("{due_on} 前", "前", "placeholders"), ("{number} 已", "{number 已", "braces"),
    ("{number} 已", "{number.__class__} 已", "braces"), ("{number} 已", "{number!r} 已", "braces"),
    ("{number} 已", "{0} 已", "braces"), ("{number} 已", "{} 已", "braces"), ("{number} 已", "{{number} 已", "braces"),
    ("en:", "fr:", "missing_language"), ("en:", "fr:", "unknown_key"), ("  subject: 诉", "  title: 诉", "unknown_key"),
    ("subject: 诉求", "subject: [诉求]\n  x: 诉求", "text"), ("诉求 {number} 已受理", "'" + "长" * 121 + "'", "text"),
    ("subject: Request", "subject: |\n    a\n    b", "text"), ("id: case_received", "- 1", "yaml"),
])
def test_what_is_wrong_is_named_with_its_line(old: str, new: str, code: str) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    assert code in codes(text)
    assert all(p.line and p.file == "m.yaml" for p in lint_template(text.encode(), "m.yaml"))
    with pytest.raises(DefinitionError):
        load_template(text.encode(), "m.yaml")


@pytest.mark.parametrize("value", ["{due_on}", "{{7*7}}", "{% x %}", "%(x)s", "{number.__class__}", "<script>"])
def test_security_30_values_are_never_read_as_templates(value: str) -> None:
    template = load_template(GOOD.encode(), "m.yaml")
    assert value in render(template, {"number": value, "due_on": "d"}, "zh").body


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text())
def test_security_31_no_value_brings_a_line_break_into_a_subject(value: str) -> None:
    found = render(load_template(GOOD.encode(), "m.yaml"), {"number": f"1\r\nBcc: x{value}", "due_on": ""}, "en")
    assert len(found.subject.splitlines()) == 1
    assert "\r" not in found.subject
    assert len(found.subject) < 2_200
