"""An analyst publishes a changed lifecycle and takes running cases along, watches them move, and takes it all back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, select

from app import assemble, catalog
from app.cases.commands import SubmitCase
from app.cases.model import Case
from app.cli.demo import office
from app.deadlines.model import Deadline
from app.engine.model import OpenTaskRow, ProcessInstance
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM
from app.kernel.database import Database, install
from app.studio.commands import BeginDraft, SaveDraft
from app.tenancy.queries import tenant_by_slug
from tests.journeys.main_path import Stage
from tests.journeys.people import DESK, PHONE, Person, chromium
from tests.journeys.server import ROOT, running

KEY, CASES = "service_request", 12
PAGE = f"/studio/publish/process/{KEY}"


class Inside:
    """The same database from behind: what the pages show is held against its rows."""

    def __init__(self, url: str) -> None:
        assemble()
        self.database = Database(create_engine(url))
        install(self.database)
        found = tenant_by_slug("demo")
        assert found is not None
        self.tenant_id: UUID = found.tenant_id

    def submit(self, number: int) -> None:
        for one in range(number):
            dispatch(SubmitCase(tenant_id=self.tenant_id, actor=GUEST, text=f"楼道第{one}盏灯不亮，请来修。", name="王女士",
                                phone=f"139{one:08d}", module="LS", service="LS01"))

    def draft(self) -> None:
        """The lifecycle with another id and name for the intake."""
        begun = dispatch(BeginDraft(tenant_id=self.tenant_id, actor=SYSTEM, kind="process", definition_key=KEY))
        with self.database.read(self.tenant_id) as session:
            live = catalog.live(session, self.tenant_id, "process", KEY)
        assert live is not None
        text = live.data.decode().replace('"task_intake"', '"task_reception"').replace(">task_intake<", ">task_reception<")
        dispatch(SaveDraft(tenant_id=self.tenant_id, actor=SYSTEM, kind="process", definition_key=KEY,
                           revision=begun["revision"], data=text.encode()))

    def standing(self) -> dict[str, tuple[Any, ...]]:
        """Number -> version, open tasks, running clocks with their dates."""
        with self.database.read(self.tenant_id) as session:
            found = {}
            for number, case_id, instance in session.execute(select(Case.number, Case.id, ProcessInstance).join(
                    ProcessInstance, ProcessInstance.id == Case.instance_id)):
                tasks = session.scalars(select(OpenTaskRow.element_id).where(OpenTaskRow.instance_id == instance.id))
                clocks = session.execute(select(Deadline.name, Deadline.state, Deadline.due_at).where(
                    Deadline.case_id == case_id).order_by(Deadline.name))
                found[number] = (instance.pins[KEY], sorted(tasks), [tuple(row) for row in clocks])
            return found


@pytest.fixture(scope="module")
def played(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Inside]]:
    """The running product with cases at the intake and a draft of their lifecycle."""
    copies, template = templates("sqlite", "demo")
    url = copies.copy(template)
    folder = tmp_path_factory.mktemp("publish")
    inside = Inside(url)
    inside.submit(CASES)
    inside.draft()
    with chromium() as browser, running(url, folder) as address:
        yield Stage(browser, address, office.PASSWORD, ROOT / "instance" / "screenshots" / "publish"), inside
    inside.database.engine.dispose()
    copies.drop(url)


def until(person: Person, words: str, seconds: int = 90) -> None:
    """The page itself brings it: nobody reads it again."""
    person.page.wait_for_function("words => document.querySelector('main').innerText.includes(words)", arg=words,
                                  timeout=seconds * 1000)


def all_at(inside: Inside, person: Person, element: str) -> dict[str, tuple[Any, ...]]:
    for _ in range(240):
        found = inside.standing()
        if len(found) == CASES and all(tasks == [element] for _pin, tasks, _clocks in found.values()):
            return found
        person.page.wait_for_timeout(500)
    raise AssertionError(inside.standing())


def test_publish_move_watch_and_take_back(played: tuple[Stage, Inside]) -> None:
    stage, inside = played
    with stage.person(size=DESK) as analyst:
        analyst.sign_in("analyst", stage.password)
        before = all_at(inside, analyst, "task_intake")
        for lang, size in (("zh", DESK), ("en", PHONE), ("zh", PHONE), ("en", DESK)):
            analyst.page.set_viewport_size(size)  # type: ignore[arg-type]
            analyst.go(f"/preferences?lang={lang}")
            analyst.go(PAGE)
            analyst.look(f"effect-{lang}-{size['width']}")
        assert f"0 can go over, {CASES} stay." in analyst.page.inner_text("main")
        analyst.page.locator('select[name="pair.task_intake"]').select_option(label="Take in the request")
        analyst.page.get_by_role("button", name="Look again with this choice").click()
        until(analyst, f"{CASES} can go over, 0 stay.")
        assert analyst.page.locator('select[name="pair.task_intake"]').input_value() == "task_reception"
        analyst.page.fill("#c-reason", "another name for the desk")
        analyst.page.get_by_role("button", name="Publish", exact=True).click()
        until(analyst, f"{CASES} moved, 0 stayed, 0 failed.")
        run = analyst.page.url
        analyst.look("moved")
        after = all_at(inside, analyst, "task_reception")
        assert {one: row[2] for one, row in after.items()} == {one: row[2] for one, row in before.items()}, "clocks"
        analyst.page.locator("summary", has_text="Take it back").click()
        analyst.page.locator("details[open] #c-reason").fill("it was better before")
        analyst.page.get_by_role("button", name="See what would go back").click()
        until(analyst, f"Of {CASES} cases, {CASES} can move")
        analyst.page.get_by_role("button", name="Move those that can").click()
        until(analyst, f"{CASES} moved, 0 stayed, 0 failed.")
        assert inside.standing() == before, "every case is as it was"
        analyst.page.locator("summary", has_text="in force again").click()
        analyst.page.get_by_role("button", name="in force again").click()
        analyst.go(f"/studio/published/process/{KEY}")
        assert "version 1 shipped" in analyst.page.inner_text("#now"), "and not a copy of it"
        for lang, size in (("en", DESK), ("zh", PHONE)):
            analyst.page.set_viewport_size(size)  # type: ignore[arg-type]
            for path, name in ((f"/studio/published/process/{KEY}", "in-force"), (run, "run"), ("/admin/starts", "starts")):
                analyst.go(f"/preferences?lang={lang}")
                analyst.go(path)
                analyst.look(f"{name}-{lang}-{size['width']}")
    with stage.person(size=PHONE) as chief:
        chief.sign_in("administrator", stage.password)
        for path, name in (("/admin/starts", "starts-chief"), ("/staff/processes?process=service_request", "processes"),
                           ("/admin/retention", "retention")):
            chief.go(path)
            chief.look(name)
