"""An office changes its lifecycle while cases stand anywhere in it: all of them move, and all of them come to an end."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app import catalog
from app.cases import moving
from app.cases.model import CaseStep
from app.catalog.commands import PublishDefinition
from app.cli.demo.replay import stage
from app.cli.demo.replay.play import Play
from app.cli.demo.replay.stage import Wanted, replay
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.workers import moving as worker
from tests.integration.test_replay import CN, busy, rooms, said, table

__all__ = ["busy", "rooms"]
KEY, ADDED = "service_request", "task_file_away"
NODE = f"""
    <bpmn:userTask id="{ADDED}" name="归档"><bpmn:extensionElements><zeebe:userTask />
      <zeebe:formDefinition formId="contact_resident" /><zeebe:assignmentDefinition candidateGroups="intake_clerk" />
      <zeebe:ioMapping><zeebe:output source="=true" target="filed" /></zeebe:ioMapping>
      <zeebe:properties><zeebe:property name="name_en" value="File away" /></zeebe:properties></bpmn:extensionElements>
      <bpmn:incoming>flow_satisfied_to_satisfied</bpmn:incoming><bpmn:outgoing>flow_filed</bpmn:outgoing></bpmn:userTask>
    <bpmn:sequenceFlow id="flow_filed" sourceRef="{ADDED}" targetRef="end_satisfied" />
  </bpmn:process>"""


def with_a_task_ahead(text: str) -> str:
    """A task of a person before the usual end."""
    before = 'sourceRef="gw_is_satisfied" targetRef="end_satisfied"'
    assert before in text
    return text.replace(before, f'sourceRef="gw_is_satisfied" targetRef="{ADDED}"').replace("\n  </bpmn:process>", NODE, 1)


class Midway(Play):
    """A play in whose middle the office publishes a changed lifecycle and moves everything to it."""

    seen: moving.RunView
    false: int
    filed: int

    def run(self, messages: Any, **given: Any) -> Any:
        """With one more deed on the agenda."""
        self.at(messages[len(messages) * 2 // 3].at, self._change)
        played = super().run(messages, **given)
        with database.current().read(self.tenant_id) as session:
            Midway.filed = session.query(CaseStep).filter_by(element_id=ADDED, how="completed").count()
        return played

    def _change(self) -> None:
        with database.current().read(self.tenant_id) as session:
            before = catalog.live(session, self.tenant_id, "process", KEY)
        assert before is not None
        dispatch(PublishDefinition(
            tenant_id=self.tenant_id, actor=SYSTEM, kind="process", definition_key=KEY, reason="file away",
            data=with_a_task_ahead(before.data.decode()).encode(), file=f"processes/tenants/replay/{KEY}/{KEY}.bpmn"))
        with database.current().read(self.tenant_id) as session:
            now = catalog.live(session, self.tenant_id, "process", KEY)
        assert now is not None
        answer = dispatch(moving.PlanMigration(tenant_id=self.tenant_id, actor=SYSTEM, process_id=KEY, reason="file away",
                                               from_hash=before.hash, to_hash=now.hash))
        run_id = UUID(answer["run_id"])
        worker.carry_on(self.tenant_id, run_id, moving.LOOKING, float("inf"))
        dispatch(moving.StartMigration(tenant_id=self.tenant_id, actor=SYSTEM, run_id=run_id))
        worker.carry_on(self.tenant_id, run_id, moving.RUNNING, float("inf"))
        with database.current().read(self.tenant_id) as session:
            Midway.seen = moving.run_view(session, SYSTEM, run_id)
            Midway.false = moving.false_verdicts(session, run_id)


def test_all_cases_move_wherever_they_stand_and_all_finish(tmp_path: Path, busy: Path,  # noqa: F811
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "Play", Midway)
    rows = [said(number) for number in range(36)]
    made = replay(Wanted(table(tmp_path / "a.csv", CN, rows), seed=5, behaviour=busy))
    seen = Midway.seen
    places = {name for group in seen.groups for name in group.at}
    assert seen.total >= 6 and len(places) >= 3, (seen.total, places)
    assert (seen.moved, seen.stayed, seen.failed, Midway.false) == (seen.total, 0, 0, 0), seen.groups
    assert made.cases == 36 and made.stuck == [] and made.incidents == {}
    assert not [line for line in made.failures if not line.startswith(("never reached", "no case ended"))], made.failures
    assert Midway.filed >= seen.total / 4


