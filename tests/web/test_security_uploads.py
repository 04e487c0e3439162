"""Hostile definition files through the browser's ways in: refused in time, in words, and nothing changes."""

from __future__ import annotations

from typing import Any

import pytest

from app.catalog.queries import listing
from app.config import ROOT
from app.kernel import database
from app.tenancy.queries import tenant_by_slug
from tests.hostile_xml import ATTACKS
from tests.pace import measured
from tests.web.admin_pages import Desk, upload

BPMN, DMN = b"http://www.omg.org/spec/BPMN/20100524/MODEL", b"https://www.omg.org/spec/DMN/20191111/MODEL/"
ROUTES = {
    "new diagram": ("/admin/definitions", "process", "p"),
    "diagram in force": ("/admin/definitions/process/follow_up", "process", "follow_up"),
    "checked diagram": ("/admin/definitions/check", "process", "p"),
    "checked table": ("/admin/definitions/check", "decision", "p"),
    "new table": ("/admin/definitions", "decision", "p"),
    "table in force": ("/admin/definitions/decision/urgency", "decision", "urgency"),
}
ENDINGS = {"process": "bpmn", "decision": "dmn"}


def in_force() -> list[tuple[str, str, str]]:
    office = tenant_by_slug("demo")
    assert office is not None
    with database.current().read(office.tenant_id) as session:
        return [(one.kind, one.key, one.hash) for one in listing(session, office.tenant_id)]


def multipart(fields: dict[str, str], name: str, content: bytes) -> tuple[bytes, str]:
    """A form with one file as a browser sends it. The test client would leave big ones open on the disk."""
    parts = [f'--part\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
             for key, value in fields.items()]
    head = f'--part\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    return b"".join(parts) + head + content + b"\r\n--part--\r\n", "multipart/form-data; boundary=part"


@pytest.mark.parametrize("route", list(ROUTES))
def test_security_04_05_every_upload_route_refuses_hostile_xml_in_time(app: Any, route: str) -> None:
    desk, before = Desk(app, "administrator"), in_force()
    path, kind, key = ROUTES[route]
    marks = {**desk.marks(path), **({"kind": kind} if path in ("/admin/definitions", "/admin/definitions/check") else {})}
    for name, make in ATTACKS.items():
        data = make().replace(BPMN, DMN) if kind == "decision" else make()
        with measured() as spent:
            body, content_type = multipart({**marks, **desk.marks(path)}, f"{key}.{ENDINGS[kind]}", data)
            answer = desk.client.post(f"/t/demo{path}", data=body, content_type=content_type)
        assert 400 <= answer.status_code < 500, (name, answer.status_code)
        assert spent[0] < 3, name  # the page is made with it; the verdict alone is under 1 s
    assert in_force() == before


def test_security_07_a_file_is_known_by_what_it_says_inside(app: Any) -> None:
    """The id of the process counts, once; a file of another name or with two equal ids does not come in force."""
    desk, before = Desk(app, "administrator"), in_force()
    path = "/admin/definitions/process/follow_up"
    data = (ROOT / "processes/base/follow_up/follow_up.bpmn").read_bytes()
    for changed in (data.replace(b'process id="follow_up"', b'process id="other"'),
                    data.replace(b"</bpmn:process>", b'<bpmn:task id="follow_up"/></bpmn:process>')):
        assert changed != data
        answer = desk.post(path, {"file": upload(changed, "follow_up.bpmn")}, page=path)
        assert answer.status_code == 422, answer.text
    assert desk.post("/admin/definitions", {"kind": "process", "file": upload(data, "another.bpmn")}).status_code == 422
    assert in_force() == before
