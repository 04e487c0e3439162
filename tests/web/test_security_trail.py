"""Items 6, 32 and 38: doors that take no stored state, tables that carry no formula, and a trail that misses nothing."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.config import ROOT
from app.kernel import database, sequencer
from app.kernel.events import StoredEvent
from app.tenancy.queries import tenant_by_slug
from app.workers import loop
from app.workers.folders import Watch
from tests.pace import measured
from tests.unit.attachments.files import png
from tests.web.admin_pages import HOME, Desk, upload

RULE = "rule: trail\nshape: match\nevent: case.submitted\nthen: [{action: tag, params: {tag: seen}}]\n"
LAUGHS = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
DEEP = "x: " + "[" * 5_000 + "]" * 5_000
WIDE = "rule: x\nthen: [" + ", ".join("{a: 1}" for _ in range(8_000)) + "]"


def tenant_id() -> UUID:
    office = tenant_by_slug("demo")
    assert office is not None
    return office.tenant_id


def rows() -> list[StoredEvent]:
    with database.current().read(tenant_id()) as session:
        return list(session.query(StoredEvent).order_by(StoredEvent.id))


class Trail:
    """What has been recorded since the last look."""

    def __init__(self) -> None:
        self.seen = {one.id for one in rows()}

    def new(self) -> dict[str, StoredEvent]:
        found = [one for one in rows() if one.id not in self.seen]
        self.seen |= {one.id for one in found}
        return {one.type: one for one in found}


def _publish(desk: Desk, source: str) -> Any:
    return desk.post("/admin/definitions", {"kind": "supervision", "reason": "council", "file": upload(source, "trail.yaml")})


def _visitor(app: Any) -> Desk:
    desk = Desk.__new__(Desk)
    desk.client = app.test_client()
    return desk


def test_security_38_every_upload_publication_reload_decision_and_denial_is_in_the_trail(any_app: Any, tmp_path: Path) -> None:
    guest, desk, clerk = _visitor(any_app), Desk(any_app, "administrator"), Desk(any_app, "dispatcher")
    trail = Trail()
    assert guest.post("/staff/sign-in", {"login": "administrator", "password": "wrong"}).status_code == 422
    assert "auth.sign_in_failed" in trail.new()
    assert clerk.client.get(f"{HOME}/admin/people").status_code == 403
    assert trail.new()["auth.access_denied"].actor_id is not None
    assert guest.post("/photos", {"photo": (io.BytesIO(b"MZ no photo"), "a.png")}, page="/submit").status_code == 422
    assert trail.new()["attachment.refused"].data == {"size": 11}
    assert guest.post("/photos", {"photo": (io.BytesIO(png()), "a.png")}, page="/submit").status_code == 200
    assert "attachment.accepted" in trail.new()
    assert _publish(desk, RULE.replace("case.submitted", "case.nothing")).status_code == 422
    refused = trail.new()["definition.refused"]
    assert refused.data == {"kind": "supervision", "key": "trail", "problems": 1} and refused.actor_id is not None
    assert _publish(desk, RULE).status_code == 303
    published = trail.new()["definition.published"]
    assert (published.data["key"], published.data["version"]) == ("trail", 1) and published.actor_id is not None
    assert desk.post("/admin/settings", {**_settings(desk), "contact_phone": "010-1"}).status_code == 303
    assert trail.new()["tenant.settings_changed"].data["names"] == "contact_phone"
    path = re.search(r'href="/t/demo(/admin/people/[0-9a-f-]{36})"', desk.get("/admin/people?q=dispatcher"))
    assert path and desk.post(f"{path[1]}/roles", {"role": ["analyst"], "unit": [""]}, path[1]).status_code == 303
    assert "auth.memberships_set" in trail.new()
    assert desk.post("/admin/subscription/exports", {}, "/admin/subscription").status_code == 303
    assert "office.export_requested" in trail.new()
    folder = tmp_path / "rules" / "tenants" / "demo" / "supervision"
    folder.mkdir(parents=True)
    (folder / "trail.yaml").write_text(RULE + "# again\n")
    watch = Watch(tmp_path)
    assert [watch.tick(one.at) for one in rows()[-1:] * 2] == [0, 1]
    assert trail.new()["definition.published"].actor_kind == "system"
    (folder / "trail.yaml").write_text(RULE + "x: y\n")
    assert [watch.tick(one.at) for one in rows()[-1:] * 2] == [0, 0] and "definition.refused" in trail.new()
    assert guest.post("/submit", {"c-text": "楼道的灯坏了三天。"}, page="/submit").status_code == 303
    loop.until_idle()
    made = trail.new()
    assert {"case.submitted", "decision.made", "supervision.fired"} <= made.keys()
    assert made["decision.made"].data["version"] and made["supervision.fired"].data["version"], "of which version"
    with database.current().read(tenant_id()) as session:
        numbered, whole = sequencer.head(session)[0], sequencer.broken_link(session)
    assert (numbered, whole) == (len(rows()), None)


def _settings(desk: Desk) -> dict[str, str]:
    page = desk.get("/admin/settings")
    found = dict(re.findall(r'<input[^>]*name="([a-z_.]+)"[^>]*value="([^"]*)"', page))
    found |= dict(re.findall(r'<select[^>]*name="([a-z_]+)".*?<option value="([^"]*)" selected', page, re.S))
    return {name: value for name, value in found.items() if name not in ("csrf_token", "_key")} | {"reason": "x"}


CHANGES = ("UPDATE event SET at = at", "DELETE FROM event", "UPDATE event_number SET hash = hash", "DELETE FROM event_number")


def test_security_38_the_trail_only_grows(any_app: Any) -> None:
    """The application's own role has no right to change it; on SQLite, which has no roles, the chain tells."""
    if database.current().engine.dialect.name == "postgresql":
        for change in CHANGES:
            with pytest.raises(Exception, match="permission denied"), database.current().write(tenant_id()) as session:
                session.execute(text(change))
        return
    loop.until_idle()
    with database.current().engine.begin() as connection:
        connection.execute(text("UPDATE event SET data = '{}' WHERE id = (SELECT id FROM event_number WHERE number = 1 AND "
                                "tenant_id = :own)"), {"own": tenant_id().hex})
    with database.current().read(tenant_id()) as session:
        assert sequencer.broken_link(session) == 1


def test_security_06_laughing_yaml_is_refused_at_every_door_at_once(app: Any) -> None:
    desk = Desk(app, "administrator")
    for source in (LAUGHS, DEEP, WIDE):
        for kind, path in (("supervision", "/admin/definitions"), ("message", "/admin/definitions/check")):
            marks = desk.marks(path)
            with measured() as spent:
                answer = desk.client.post(HOME + path, data={**marks, "kind": kind, "file": upload(source, "x.yaml")})
            assert answer.status_code == 422 and spent[0] < 3, (path, source[:20])


def _calls() -> Iterator[tuple[Path, str]]:
    for path in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield path.relative_to(ROOT / "app"), ast.unparse(node.func)


def test_security_06_no_door_takes_the_stored_state_of_an_instance() -> None:
    """States are read where they were written: by the engine's step and rehearsal, to show their scopes, and to check a play."""
    readers = {str(path) for path, name in _calls() if name == "restore"}
    assert readers == {"engine/migrating.py", "engine/modifying.py", "engine/step.py", "engine/rehearsal.py",
                       "engine/scopes.py", "cli/demo/replay/states.py"}


def test_security_32_every_table_of_figures_goes_through_the_one_writer() -> None:
    """The other one writes the made-up places of the demo, which nobody opens in a spreadsheet."""
    writers = {str(path) for path, name in _calls() if name in ("csv.writer", "csv.DictWriter")}
    assert writers == {"web/csv_files.py", "cli/demo/content.py"}
