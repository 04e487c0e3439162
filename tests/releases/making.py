"""Makes the database of the present release: an office in the middle of its work, and the backup of it."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import create_engine, select

from app import assemble, backups
from app.auth.queries import staff
from app.cases.commands import KeepDraft, OpenMatter
from app.cli.demo import office, tables
from app.cli.demo.replay.messages import Message
from app.cli.demo.replay.play import Play
from app.cli.migrate import upgrade
from app.engine.model import BufferedMessage, IncidentRow, JobRow, OpenTaskRow, SubscriptionRow, TimerRow
from app.kernel import blobs, clock, database, ids
from app.kernel.bus import dispatch
from app.kernel.clock import VirtualClock
from app.kernel.commands import SYSTEM
from app.kernel.database import Database
from app.kernel.unit_of_work import transact
from app.tenancy.attachments import AcceptAttachment, bind
from tests.factories import cheap_passwords
from tests.releases import everything, playing

FOLDER = Path(__file__).resolve().parent
SLUG = "demo"
START = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)
DAYS, CASES, SEED = 18, 64, 11
TOPICS = ("楼道里堆了垃圾，天热以后味道很重", "对面工地半夜还在施工，噪音很大", "小区停车位被占，消防通道也停了车", "想问一下居住证怎么办",
          "老人想申请送餐，不知道找谁", "楼上漏水，天花板都湿了", "建议在路口加一盏灯", "家里跳闸了，请派人来修", "想申请加装电梯，需要哪些材料")


def make(folder: Path = FOLDER) -> dict[str, Any]:
    """Write `<version>-<migration>.zip` and the residents' memory beside it; what is open, by kind and element."""
    assemble()
    cheap_passwords()
    with tempfile.TemporaryDirectory(prefix="yikou-release-") as name:
        engine = create_engine(f"sqlite:///{Path(name) / 'release.db'}", query_cache_size=4_000)
        database.install(Database(engine))
        blobs.install(blobs.FolderStore(Path(name) / "files"))
        backups.erasures.configure(Path(name) / "erased.jsonl")
        upgrade(engine)
        with clock.use(VirtualClock(START)) as virtual, ids.seeded(f"release {SEED}"):
            assert isinstance(virtual, VirtualClock)
            office.publish_base()
            tenant_id = office.create(SLUG, years=range(START.year, START.year + 3))
            cases = _played(tenant_id, virtual, Path(name))
            made = backups.archives.write(folder / "new.zip", compression=zipfile.ZIP_LZMA)
            target = folder / f"{made.manifest['version']}-{made.manifest['migration']}.zip"
            made.target.replace(target)
            told = {"slug": SLUG, "at": clock.now().isoformat(), "seed": SEED, "cases": cases}
            target.with_suffix(".json").write_text(json.dumps(told, ensure_ascii=False, indent=0), "utf-8")
            found = _open(tenant_id) | {"file": target.name, "bytes": target.stat().st_size}
        engine.dispose()
    return found


def _played(tenant_id: UUID, virtual: VirtualClock, folder: Path) -> dict[str, Any]:
    """Messages over some weeks, most of them at the end; what stands still stays where it is."""
    playing.publish_everything(tenant_id, everything.diagram())
    cases: dict[UUID, Any] = {}
    play = playing.people(tenant_id, virtual, SEED, cases, _behaviour(folder), Play)
    play.run(_messages(), stop_at=START + timedelta(days=DAYS))
    virtual.move_to(START + timedelta(days=DAYS))
    play.look_around()
    matter = UUID(dispatch(OpenMatter(tenant_id=tenant_id, actor=SYSTEM, nature="order", process_id=everything.KEY,
                                      unit="LRS", title="全部等待 / Everything waits"))["matter_id"])
    _leave_things(tenant_id, matter)
    play.look_around()
    _last_minute(tenant_id, play, cases)
    return {str(one): {"number": known.number, "token": known.token, "service": known.service}
            for one, known in cases.items()}


def _behaviour(folder: Path) -> Path:
    values = tables.document("behaviour.yaml")
    values["forms"]["intake"]["intake_decision"] = {"accept": 70, "answer_now": 8, "not_accept": 10, "join": 12}
    values["staff"]["late"] = {"share": 0.08, "after": ["6 wd", "30 wd"]}
    path = folder / "behaviour.yaml"
    path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    return path


def _messages() -> list[Message]:
    zone, found = ZoneInfo("Asia/Shanghai"), []
    services = [row["code"] for row in tables.rows("services.csv")]
    for number in range(CASES):
        share = 1 - (1 - number / CASES) ** 2  # more and more towards the end
        at = START + timedelta(days=DAYS * share, minutes=7 * (number % 11))
        found.append(Message(number + 2, str(number), f"U{number % 17}", at.astimezone(zone),
                             f"{TOPICS[number % len(TOPICS)]}（第{number}件）", "web", services[number * 5 % len(services)]))
    return found


def _leave_things(tenant_id: UUID, matter: UUID) -> None:
    """A draft, and a file that belongs to the matter."""
    content = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
    sha256 = blobs.current().put(tenant_id, content)
    file_id = UUID(dispatch(AcceptAttachment(tenant_id=tenant_id, actor=SYSTEM, sha256=sha256, size=len(content),
                                             media_type="application/pdf", file_name="说明.pdf"))["attachment_id"])
    transact(tenant_id, SYSTEM, lambda uow: bind(uow, [file_id], case_id=matter))
    with database.current().read(tenant_id) as session:
        rows = list(session.scalars(select(OpenTaskRow).order_by(OpenTaskRow.id)))
        people = {row.login for row in staff(session)}
    actors = [office.account(tenant_id, login) for login in sorted(people)]
    for row in rows[::4]:
        actor = next((one for one in actors if not one.groups.isdisjoint(row.groups)), None)
        if actor is not None and row.form_hash is not None:
            dispatch(KeepDraft(tenant_id=tenant_id, actor=actor, task_id=row.id, data={"reply": "草稿：正在核实"},
                               form_hash=row.form_hash))


def _last_minute(tenant_id: UUID, play: Play, cases: dict[UUID, Any]) -> None:
    """Handed in after the worker's last turn: jobs, deliveries and events without a number wait."""
    before = len(cases)
    for message in _messages()[:3]:
        again = Message(900 + message.line, f"last-{message.line}", message.user, message.at, message.text, "web",
                        message.service)
        play.visitors.submit(again, play.plan)
    assert len(cases) > before


def _open(tenant_id: UUID) -> dict[str, Any]:
    kinds = {"tasks": OpenTaskRow, "timers": TimerRow, "jobs": JobRow, "subscriptions": SubscriptionRow}
    with database.current().read(tenant_id) as session:
        found: dict[str, Any] = {
            name: dict(Counter(row.element_id for row in session.scalars(select(kind)))) for name, kind in kinds.items()}
        found["incidents"] = [row.element_id for row in session.scalars(select(IncidentRow))]
        found["messages"] = len(session.scalars(select(BufferedMessage)).all())
    return found
