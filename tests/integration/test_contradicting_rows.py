"""A table that was published with a hint, and whose rows contradict each other for one request: a person is told."""

from __future__ import annotations

from pathlib import Path

from app import dmn
from app.catalog.commands import PublishDefinition
from app.config import ROOT
from app.engine.model import IncidentRow
from app.kernel.bus import dispatch
from tests.integration.play import Office
from tests.integration.test_lifecycle import INTAKE

FILE = "rules/base/decisions/service_module/service_module.dmn"


def test_a_unique_table_hit_by_two_rows_is_an_incident_that_names_both(office: Office) -> None:
    data = (Path(ROOT) / FILE).read_bytes()
    sheet = dmn.sheets(data, FILE)[0]
    added = dmn.Row("", ('? = service', '"CS"', '"complaint"', "all of these"))
    data, _ = dmn.written(data, FILE, {sheet.id: [*sheet.rows, added]})
    hints = [one for one in dmn.lint(data, FILE) if one.code == "dmn.unchecked"]
    assert [(one.severity, one.params["row"]) for one in hints] == [("warning", "41")]
    dispatch(PublishDefinition(
        tenant_id=office.tenant_id, actor=office.who("administrator"), kind="decision", definition_key="service_module",
        data=data, file="tenants/demo/decisions/service_module/service_module.dmn", reason="x"))
    office.submit()
    office.work()
    office.do("task_intake", **INTAKE)
    [incident] = office.rows(IncidentRow, IncidentRow.resolved_at.is_(None))
    assert incident.code == "decision", office.state()
    assert incident.params == {"decision": "service_module", "rows": "31, 41"}
    assert "rows 31, 41" in incident.message % incident.params
