"""The Studio's pictures of diagrams in a browser: what differs between two versions, and figures as a heat map."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import create_engine

from app import assemble, catalog, engine
from app.catalog.commands import PublishDefinition
from app.cli.demo import office
from app.insight.model import PassageDay, PassageRun
from app.kernel import clock, database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.database import Database
from app.kernel.ids import new_id
from app.kernel.safe_xml import BPMN
from app.kernel.unit_of_work import transact
from app.tenancy.queries import tenant_by_slug
from tests.journeys.main_path import Stage
from tests.journeys.people import DESK, PHONE, chromium
from tests.journeys.server import ROOT, running

NARROW = {"width": 360, "height": 740}
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC, WAY = "http://www.omg.org/spec/DD/20100524/DC", "http://www.omg.org/spec/DD/20100524/DI"
DIFFERENCES, HEAT = "/studio/differences/process/unit_work", "/studio/heat/service_request"


def edited() -> bytes:
    """A name, a condition and a place differ; a flow is new, another is gone."""
    tree = etree.parse(ROOT / "processes/base/unit_work/unit_work.bpmn").getroot()

    def one(name: str) -> Any:
        return next(node for node in tree.iter() if node.get("id") == name)

    one("task_handle").set("name", "承办")
    one("flow_review_needed_to_review").find(f"{{{BPMN}}}conditionExpression").text = '=reviewer != "nobody"'
    one("task_review_di").find(f"{{{DC}}}Bounds").set("y", "680")
    for name in ("flow_ask_resident_to_handle", "flow_ask_resident_to_handle_di"):
        one(name).getparent().remove(one(name))
    flow = etree.SubElement(one("unit_work"), f"{{{BPMN}}}sequenceFlow", id="flow_new", sourceRef="task_ask_resident",
                            targetRef="task_decide_review")
    assert flow is not None
    edge = etree.SubElement(next(tree.iter(f"{{{DI}}}BPMNPlane")), f"{{{DI}}}BPMNEdge", id="flow_new_di",
                            bpmnElement="flow_new")
    for x, y in ((675, 150), (1220, 150), (1220, 250)):
        etree.SubElement(edge, f"{{{WAY}}}waypoint", x=str(x), y=str(y))
    for tag in ("incoming", "outgoing"):
        for node in [node for node in tree.iter(f"{{{BPMN}}}{tag}") if node.text == "flow_ask_resident_to_handle"]:
            node.getparent().remove(node)
    data: bytes = etree.tostring(tree, xml_declaration=True, encoding="UTF-8")
    return data


def at_three_months(back: int) -> int:
    """1 for days before those that the page shows by itself: then some was slower, some quicker, and less was done."""
    return int(back >= 90)


def fill(url: str) -> None:
    """A second version, and figures of three months: times from minutes to days."""
    assemble()
    database.install(Database(create_engine(url)))
    found = tenant_by_slug("demo")
    assert found is not None
    dispatch(PublishDefinition(tenant_id=found.tenant_id, actor=SYSTEM, kind="process", definition_key="unit_work",
                               data=edited(), file="tenants/demo/processes/unit_work/unit_work.bpmn", reason="审核前移"))
    with database.current().read(found.tenant_id) as session:
        live = catalog.live(session, found.tenant_id, "process", "service_request")
    assert live is not None
    names = [name for name, part in engine.diagram_parts(live.data).items()
             if part.type.endswith(("Task", "Activity", "Event", "Gateway"))]
    flows = [name for name, part in engine.diagram_parts(live.data).items() if part.type == "sequenceFlow"]
    today = clock.now().date()

    def write(uow: Any) -> None:
        for back in range(1, 200):
            slower = at_three_months(back)
            figures = {name: [30 - at % 25 - slower * (at % 3), at % 4 + slower, at % 3, {
                str(40 + at * 7 % 90 + slower * (at % 9 - 4)): 20 - at % 15, str(60 + at % 70): 10 - at % 10}]
                       for at, name in enumerate(names)}
            figures |= {name: [1 + at % 30, 0, 0, {}] for at, name in enumerate(flows)}
            uow.session.add(PassageDay(tenant_id=found.tenant_id, id=new_id(), process_id="service_request",
                                       hash=live.hash, day=today - timedelta(days=back), figures=figures))
        uow.session.add(PassageRun(tenant_id=found.tenant_id, id=found.tenant_id, through=today + timedelta(days=1)))

    transact(found.tenant_id, SYSTEM, write)
    database.current().engine.dispose()


@pytest.fixture(scope="module")
def stage(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The running product with something to compare."""
    copies, template = templates("sqlite", "demo")
    url = copies.copy(template)
    fill(url)
    folder: Path = tmp_path_factory.mktemp("pictures")
    with chromium() as browser, running(url, folder) as address:
        yield Stage(browser, address, office.PASSWORD, ROOT / "instance" / "screenshots" / "studio")
    copies.drop(url)


def at(page: Any, side: str, element: str) -> dict[str, float]:
    """Where an element stands on the screen, within its picture."""
    found: dict[str, float] = page.evaluate("""([side, id]) => {
      const place = document.querySelector(`[data-side=${side}]`), around = place.getBoundingClientRect();
      const box = place.querySelector(`.djs-element[data-element-id="${id}"]`).getBoundingClientRect();
      return {x: box.x + box.width / 2 - around.x, y: box.y + box.height / 2 - around.y,
              wide: around.width, high: around.height}; }""", [side, element])
    return found


@pytest.mark.parametrize(("size", "lang"), [(DESK, "zh"), (NARROW, "en")], ids=["desk", "narrow"])
def test_differences_are_marked_and_names_lead_to_them(stage: Stage, size: dict[str, int], lang: str) -> None:
    with stage.person(size=size) as analyst:
        analyst.sign_in("analyst", stage.password)
        analyst.go(f"/preferences?lang={lang}")
        analyst.go(DIFFERENCES)
        page = analyst.page
        page.locator("[data-side=new][data-shown=true]").wait_for()
        for side, kind, element in (("old", "changed", "task_handle"), ("new", "changed", "task_handle"),
                                    ("old", "removed", "flow_ask_resident_to_handle"), ("new", "added", "flow_new"),
                                    ("new", "moved", "task_review"),
                                    ("new", "changed", "flow_review_needed_to_review")):
            marked = page.locator(f"[data-side={side}] [data-element-id={element}].differs-{kind}")
            assert marked.count() == 1, (side, kind, element)
        assert page.locator("[data-side=old] [data-element-id=flow_new]").count() == 0
        assert page.locator('[data-side=new] [data-container-id="task_handle"] .sign').inner_text() == "≠"
        assert page.locator(".bjs-powered-by").count() == 2
        analyst.look(f"differences-{lang}")
        page.locator("a[data-jump=flow_new]").click()
        there = at(page, "new", "flow_new")
        assert abs(there["x"] - there["wide"] / 2) < 60 and abs(there["y"] - there["high"] / 2) < 60
        page.locator("a[data-jump=task_handle]").click()
        for side in ("old", "new"):  # both pictures move together
            there = at(page, side, "task_handle")
            assert abs(there["x"] - there["wide"] / 2) < 60 and abs(there["y"] - there["high"] / 2) < 60, side
            assert page.locator(f"[data-side={side}] [data-element-id=task_handle].jumped-to").count() == 1
        analyst.look(f"differences-jumped-{lang}", whole=False)


@pytest.mark.parametrize(("size", "lang"), [(DESK, "zh"), (NARROW, "en")], ids=["desk", "narrow"])
def test_figures_colour_the_diagram(stage: Stage, size: dict[str, int], lang: str) -> None:
    with stage.person(size=size) as chief:
        chief.sign_in("supervisor", stage.password)
        chief.go(f"/preferences?lang={lang}")
        chief.go(f"{HEAT}?against=before")
        page = chief.page
        page.locator("[data-heat][data-shown=true]").wait_for()
        assert page.locator("[data-heat] .djs-shape.heat-5").count() >= 1
        number = page.locator('[data-heat] [data-container-id="task_intake"] .heat-number')
        before = number.inner_text()
        chief.look(f"heat-{lang}")
        page.select_option("[data-colour]", "passages")
        page.locator("[data-heat][data-by=passages]").wait_for()
        assert number.inner_text() != before and page.locator("[data-heat] .djs-connection.heat-1").count()
        chief.look(f"heat-passages-{lang}", whole=False)
        if size is DESK:  # a click on the element, else the link of the table
            page.locator('[data-heat] [data-element-id="task_intake"] .djs-hit').first.click()
        else:
            page.locator('tr[data-element="task_intake"] td a').last.click()
        page.wait_for_selector(".notice")
        assert "task_intake" in page.inner_text("main .notice")


@pytest.mark.parametrize(("size", "lang"), [(DESK, "en"), (PHONE, "zh"), (DESK, "zh"), (PHONE, "en")])
def test_two_periods_are_compared_on_the_diagram(stage: Stage, size: dict[str, int], lang: str) -> None:
    with stage.person(size=size) as chief:
        chief.sign_in("supervisor", stage.password)
        chief.go(f"/preferences?lang={lang}")
        chief.go(HEAT)
        page = chief.page
        page.locator("[data-heat][data-shown=true]").wait_for()
        page.select_option("[data-draw]", "change")
        page.locator("[data-heat][data-drawn=change]").wait_for()
        assert page.locator("[data-heat] .djs-shape[class*=heat-more-]").count()
        assert page.locator("[data-heat] .djs-shape[class*=heat-less-]").count()
        assert page.locator("[data-legend=change]").is_visible() and page.locator("[data-legend=now]").is_hidden()
        number = page.locator('[data-heat] [data-container-id="task_intake"] .heat-number')
        assert "%" in number.inner_text() or number.inner_text() == "="
        largest = page.locator("[data-largest=median] li")
        assert largest.count() == 5 and page.locator("[data-largest=rework]").is_hidden()
        chief.look(f"heat-difference-{size['width']}-{lang}")
        page.select_option("[data-colour]", "rework")
        assert page.locator("[data-largest=rework]").is_visible()
        first, last = (page.locator(f"#c-{name}").input_value() for name in ("first", "last"))
        page.fill("#c-first_before", first)
        page.fill("#c-last_before", last)
        assert page.locator("#c-against").input_value() == "days"  # who names days wants them compared
        page.locator("form.heat-filters button").click()
        page.locator("[data-heat][data-drawn=change]").wait_for()
        assert not page.locator("[data-heat] [class*=heat-more-], [data-heat] [class*=heat-less-]").count()
        assert not page.locator("[data-largest]").count(), "the same days differ in nothing"
        row = page.locator('tr[data-element="task_intake"]')
        assert "=" in row.inner_text()
        row.locator("td a", has_text="上期" if lang == "zh" else "before").click()
        page.wait_for_selector(".notice")
        assert "task_intake" in page.inner_text("main .notice")
