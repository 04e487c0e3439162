"""Hostile texts on each way into the Studio, in a process that has 100 MB for them: refused in a second, with the place."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.extensions import db
from tests.hostile_xml import ATTACKS, doc
from tests.limited import Cost, limited
from tests.web.admin_pages import HOME, Desk
from tests.web.test_security_uploads import BPMN, DMN, multipart

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">'
ENDINGS = {"process": "bpmn", "decision": "dmn", "form": "form", "message": "yaml", "supervision": "yaml", "scenarios": "yaml"}
KEYS = {"process": "ask_resident", "decision": "review", "form": "review", "message": "task_assigned", "supervision": "unclaimed"}


def form(*components: dict[str, Any]) -> bytes:
    return json.dumps({"type": "default", "id": "review", "schemaVersion": 17, "components": list(components)}).encode()


def laughs() -> bytes:
    levels = (f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9))
    return ("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(levels)).encode()


XML: dict[str, Callable[[], bytes]] = {
    **{name: ATTACKS[name] for name in ("billion laughs", "depth 5,000", "100,000 attributes", "external entity", "file of 11 MB")},
    "100,000 elements": lambda: doc(text="<a/>" * 100_000), "5 MB": lambda: doc(text="A" * 5_000_100)}
JSON_: dict[str, Callable[[], bytes]] = {
    "depth": lambda: b"[" * 100_000, "5 MB": lambda: form({"type": "text", "id": "t", "text": "A" * 5_000_000}),
    "100,000 components": lambda: form(*({"type": "textfield", "id": f"f{i}", "key": f"k{i}", "label": "x"} for i in range(100_000))),
    "a number without end": lambda: form().replace(b"17", b"9" * 400_000), "1e400": lambda: form().replace(b"17", b"1e400"),
    "brackets in a condition": lambda: form({"type": "textfield", "id": "s", "key": "s", "label": "x", "conditional": {
        "hide": "=" + "(" * 50_000 + "1" + ")" * 50_000}})}
YAML: dict[str, Callable[[], bytes]] = {
    "laughs": laughs, "depth": lambda: b"[" * 100_000, "braces": lambda: b"{a: " * 40_000, "5 MB": lambda: b"rule: " + b"A" * 5_000_000,
    "a number in base 60": lambda: b"rule: " + b"1:" * 90_000 + b"1",
    "a program": lambda: b'rule: !!python/object/apply:os.system ["true"]\n', "100,000 items": lambda: b"- a\n" * 100_000,
    "brackets in a condition": lambda: b"rule: unclaimed\nshape: match\nevent: case.rated\nwhere: '" + b"(" * 60_000 + b"'\nthen: []\n"}
OF_KIND = {"process": XML, "decision": XML, "form": JSON_, "message": YAML, "supervision": YAML, "scenarios": YAML}


@pytest.fixture
def desk(app: Any) -> Iterator[Desk]:
    """Signed in; connections are not taken into other processes."""
    yield Desk(app, "administrator")
    with app.app_context():
        db.engine.dispose()


def cost(app: Any, work: Callable[[], Any]) -> Cost:
    with app.app_context():
        db.engine.dispose()

    def told() -> list[Any]:
        answer = work()
        return [answer.status_code, '"error"' in answer.text, "<script>alert(1)" in answer.text]
    return limited(told, 150)


def ways(desk: Desk, kind: str, data: bytes, known: dict[str, dict[str, str]]) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Each way in, as the request that brings the text. `known`: marks of pages that were asked for before."""
    upload, check, packages = "/admin/definitions", "/admin/definitions/check", "/studio/packages"

    def marks_of(path: str) -> dict[str, str]:
        if path not in known:
            known[path] = desk.marks(path)
        return known[path]

    def sent(path: str, name: str, content: bytes, **fields: str) -> Callable[[], Any]:
        marks = marks_of(path)

        def send() -> Any:
            body, content_type = multipart({**marks, **fields}, name, content)
            return desk.client.post(HOME + path, data=body, content_type=content_type)
        return send

    if kind in KEYS:
        page = f"/studio/{kind}/{KEYS[kind]}"
        text = data.decode("utf-8", "replace")
        token = {"X-CSRFToken": marks_of(page)["csrf_token"]}
        yield "lint", lambda: desk.client.post(HOME + page + "/lint", json={"source": text}, headers=token)
        yield "autosave", lambda: desk.client.post(
            HOME + page + "/draft", json={"source": text, "revision": 0, "based_on": "0" * 64}, headers=token)
    name = f"{KEYS.get(kind, 'nothing')}.{ENDINGS[kind]}"
    yield "upload", sent(upload, name, data, kind=kind, reason="x")
    yield "check", sent(check, name, data, kind=kind)
    if kind in ("process", "decision", "form", "message"):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{kind}/{name}", data)
        yield "package", sent(packages, "p.zip", packed.getvalue())


@pytest.mark.parametrize("kind", OF_KIND)
def test_security_04_06_34_hostile_texts_are_refused_within_a_second_and_100_mb(app: Any, desk: Desk, kind: str) -> None:
    known: dict[str, dict[str, str]] = {}
    for name, make in OF_KIND[kind].items():
        data = make().replace(BPMN, DMN) if kind == "decision" else make()
        for way, send in ways(desk, kind, data, known):
            spent = cost(app, send)
            assert spent.answer is not None, (name, way, "more memory was wanted")
            status, fault, runs = spent.answer
            assert status in (409, 413, 422) or (status == 200 and (fault or way in ("check", "package"))), (name, way, status)
            assert not runs and spent.megabytes < 100 and spent.seconds < 1, (name, way, spent)


def test_security_08_what_is_read_at_once_is_refused_by_its_length(app: Any, desk: Desk) -> None:
    """Fields that are not sent in parts become a multiple of their size; before this a visitor could send 32 MB of them."""
    fields = b"csrf_token=x&login=" + b"%41" * 10_000_000
    for client in (app.test_client(), desk.client):
        spent = cost(app, lambda client=client: client.post(  # type: ignore[misc]
            HOME + "/staff/sign-in", data=fields, content_type="application/x-www-form-urlencoded"))
        assert spent.answer and spent.answer[0] == 413 and spent.megabytes < 50 and spent.seconds < 1, spent
    token = {"X-CSRFToken": desk.marks("/studio/form/review")["csrf_token"], "Content-Type": "application/json"}
    nested = b'{"source":[' + b"[]," * 3_500_000 + b"[]]}"
    for path, wanted in (("/studio/form/review/lint", 422), ("/studio/form/review/draft", 422), ("/studio/feel", 413)):
        spent = cost(app, lambda path=path: desk.client.post(HOME + path, data=nested, headers=token))  # type: ignore[misc]
        assert spent.answer and spent.answer[0] == wanted and spent.megabytes < 60 and spent.seconds < 1, (path, spent)


def test_security_16_names_in_written_files_are_shown_as_text(desk: Desk) -> None:
    quoted = json.dumps(HOSTILE)
    files = {"message": f"id: task_assigned\nzh:\n  subject: {quoted}\n  body: {quoted}\nen:\n  subject: {quoted}\n  body: {quoted}\n",
             "supervision": f"rule: unclaimed\ntitle: {quoted}\nshape: match\nevent: case.rated\nthen: [{{action: tag, params: {{tag: a}}}}]\n"}
    for kind, text in files.items():
        page = f"/studio/{kind}/{KEYS[kind]}"
        marks, form_page = desk.marks(page), desk.get(page)
        based_on = form_page.split('name="based_on" value="')[1].split('"')[0]
        answer = desk.client.post(HOME + page + "/draft", json={"source": text, "revision": 0, "based_on": based_on},
                                  headers={"X-CSRFToken": marks["csrf_token"]})
        assert answer.status_code == 200, answer.text
        for path in ("/studio/", page, page + "/publish", f"/studio/publish/{kind}/{KEYS[kind]}", f"/studio/differences/{kind}/{KEYS[kind]}"):
            shown = desk.get(path)
            assert "<script>alert(1)" not in shown and "<img src=x" not in shown, path
        assert "&lt;script&gt;" in desk.get("/studio/")


def test_a_form_with_parts_of_a_number_is_compared(desk: Desk) -> None:
    """A file may say 0.5, which is no number of JSON's own kind once it was read exactly."""
    text = form({"type": "number", "id": "n", "key": "n", "label": "数", "increment": "0.5", "validate": {"min": 0.5}}).decode()
    body, content_type = multipart({**desk.marks("/admin/definitions/check"), "kind": "form"}, "review.form", text.encode())
    assert desk.client.post(HOME + "/admin/definitions/check", data=body, content_type=content_type).status_code in (200, 422)
