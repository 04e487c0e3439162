"""What editors ask about expressions and forms: functions, faults with their place, a form as people will see it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from app import feel
from app.web.studio.expression_words import BUILT_IN_WORDS, HOST_WORDS
from tests.unit.forms.making import source as form_bytes
from tests.web.admin_pages import HOME, Desk

HOSTILE = '"><script>window.hacked=1</script><img src=x onerror="window.hacked=1">'


@pytest.fixture
def analyst(app: Any) -> Desk:
    return Desk(app, "analyst")


def check(desk: Desk, status: int = 200, **sent: Any) -> Any:
    token = desk.marks("/admin/definitions/check")["csrf_token"]
    answer = desk.client.post(f"{HOME}/studio/feel", json=sent, headers={"X-CSRFToken": token})
    assert answer.status_code == status, answer.text
    return answer.get_json() if answer.is_json else answer.text


def preview(desk: Desk, source: str | bytes, lang: str = "zh", **more: str) -> Any:
    text = source if isinstance(source, str) else source.decode()
    return desk.post("/studio/form/classify/preview", {"source": text, "lang": lang, **more}, "/admin/definitions/check")


def functions(desk: Desk, place: str) -> dict[str, Any]:
    found = json.loads(desk.get(f"/studio/feel?place={place}"))["functions"]
    return {one["name"]: one for one in found}


def test_every_function_is_offered_with_words_and_only_where_it_can_be_called(analyst: Desk) -> None:
    assert set(BUILT_IN_WORDS) == set(feel.BUILT_IN) and set(HOST_WORDS) == feel.HOST_FUNCTIONS
    process, table, form = (functions(analyst, place) for place in ("process", "table", "form"))
    assert set(process) == {*feel.BUILT_IN, "deadline", "due_in", "setting"}
    assert set(table) == {*feel.BUILT_IN, "deadline", "setting"} and set(form) == set(feel.BUILT_IN)
    assert [one["name"] for one in form["substring"]["params"]] == ["string", "start position", "length"]
    assert form["substring"]["params"][2]["optional"] is True and form["count"]["text"] == "The number of items."
    analyst.client.get(f"{HOME}/preferences?lang=zh")
    assert functions(analyst, "form")["count"]["text"] == "项数。"
    analyst.get("/studio/feel?place=nowhere", 422)


def test_a_fault_is_told_with_its_place_in_the_reader_s_language(analyst: Desk) -> None:
    assert check(analyst, text="amount >\n  )") == {"problems": [{"line": 2, "column": 3, "text": check_text(2)}]}
    assert check(analyst, text="[1..5], > 100", kind="unary") == {"problems": []}
    assert check(analyst, text="> 100")["problems"], "the cell of a table is no expression"
    assert check(analyst, text='deadline("reply").due_at') == {"problems": []}
    assert check(analyst, text='deadline("reply").due_at', place="form")["problems"]
    assert check(analyst, text="days left + 1", names=["days left"]) == {"problems": []}
    analyst.client.get(f"{HOME}/preferences?lang=zh")
    (problem,) = check(analyst, text="1 +")["problems"]
    assert problem == {"line": 1, "column": 4, "text": "表达式在此结束，应为一个值。"}


def check_text(line: int) -> str:
    """The English sentence of the parser for a bracket where a value is expected."""
    with pytest.raises(feel.FeelSyntaxError) as error:
        feel.compile_expression("amount >\n  )")
    assert error.value.line == line
    return str(error.value)


@pytest.mark.parametrize("sent", [
    {}, {"text": 7}, {"text": "1", "kind": "python"}, {"text": "1", "place": "__import__"}, {"text": "1", "names": "x"},
    {"text": "1", "names": [""]}, {"text": "1", "names": ["x" * 101]}, {"text": "1", "names": ["x"] * 501},
    {"text": "1", "more": 1}, {"text": "x" * 10_001}, {"text": "1", "kind": ["unary"]}])
def test_what_is_not_expected_is_refused(analyst: Desk, sent: dict[str, Any]) -> None:
    check(analyst, 422, **sent)


def test_a_check_needs_its_token_and_a_right(app: Any, analyst: Desk) -> None:
    assert analyst.client.post(f"{HOME}/studio/feel", json={"text": "1"}).status_code == 400
    clerk = Desk(app, "handler_lrs")
    clerk.get("/studio/feel", 403)


@pytest.mark.parametrize("text", ["(" * 10_000, "[" * 5_000 + "]" * 5_000, "not(" * 2_500, "a." * 5_000, "-" * 10_000,
                                  "1+" * 5_000, '"' + "\\" * 9_999, "if " * 3_333, "for x in " * 1_100, "{a:" * 3_300,
                                  "x " * 5_000, 'matches("a", "(a+)+$")' + " and true" * 1_000])
def test_security_33_34_no_text_keeps_the_server_busy(analyst: Desk, text: str) -> None:
    begun = time.process_time()
    for kind in ("expression", "unary"):
        check(analyst, text=text, kind=kind)
    assert time.process_time() - begun < 4


def test_a_form_is_shown_as_people_will_see_it(analyst: Desk) -> None:
    source = Path("forms/base/classify.form").read_bytes()
    answer = preview(analyst, source)
    assert answer.status_code == 200 and "诉求类别" in answer.text and 'lang="zh-CN"' in answer.text
    answer = preview(analyst, source, "en")
    assert "Report of an offence" in answer.text and "诉求类别" not in answer.text and 'lang="en"' in answer.text
    assert "CS01" in answer.text, "the office's own services can be chosen from"


def test_a_form_that_does_not_hold_yet_says_why(analyst: Desk) -> None:
    answer = preview(analyst, Path("forms/base/classify.form").read_text().replace('"select"', '"iframe"', 1))
    assert answer.status_code == 200 and "The form cannot be shown yet." in answer.text and "iframe" in answer.text
    assert "Line" in preview(analyst, '{"type": ').text
    assert preview(analyst, "{}", "fr").status_code == 422
    assert preview(analyst, "{}", more="1").status_code == 422
    assert preview(analyst, '"' + "x" * 400_000).status_code in (200, 413)


def test_security_16_17_texts_of_a_form_stay_texts_and_its_page_runs_nothing(analyst: Desk) -> None:
    field = {"type": "textfield", "key": "a", "label": HOSTILE, "description": HOSTILE, "defaultValue": HOSTILE,
             "properties": {"label_en": HOSTILE, "description_en": HOSTILE}}
    html = {"type": "html", "content": HOSTILE, "properties": {"content_en": HOSTILE}}
    text = {"type": "text", "text": f"{HOSTILE} [a](javascript:alert(1))", "properties": {"text_en": HOSTILE}}
    choice = {"type": "select", "key": "b", "label": "b", "properties": {"label_en": "b"},
              "values": [{"value": HOSTILE, "label": HOSTILE, "label_en": HOSTILE}]}
    for lang in ("zh", "en"):
        answer = preview(analyst, form_bytes(field, html, text, choice), lang)
        assert answer.status_code == 200 and "cannot be shown" not in answer.text, answer.text
        assert not any(sign in answer.text.lower() for sign in ("<script", "<img", 'href="javascript')), answer.text
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src" not in policy and policy.startswith("default-src 'none'") and "sandbox" in policy
        assert "allow-scripts" not in policy and "frame-ancestors 'self'" in policy and "form-action 'none'" in policy
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN" and "unsafe" not in policy
