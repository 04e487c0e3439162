"""Diagrams in a browser: the viewer reads the same process out of a file's bytes as the server, and shows live counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import assemble, catalog
from app.cli.demo import office
from app.kernel.errors import DefinitionError, YikouError
from app.web.admin.definitions import for_viewer
from tests.journeys.main_path import Stage, submit
from tests.journeys.people import DESK, PHONE, chromium
from tests.journeys.server import ROOT, running

PAGE = "/admin/definitions/process/service_request"
NS = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DRAWN = ('<{d}:BPMNDiagram xmlns:{d}="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
         'id="di"><{d}:BPMNPlane id="pl" bpmnElement="{id}"><{d}:BPMNShape id="s_di" bpmnElement="s"><dc:Bounds x="0" y="0" '
         'width="36" height="36"/></{d}:BPMNShape></{d}:BPMNPlane></{d}:BPMNDiagram>')


def file(ident: str = "told", *, prefix: str = "bpmn", inside: str = "", before: str = "", head: str = "", drawn: str = "told",
         quote: str = '"', more: str = "") -> str:
    """A small diagram; `ident` as it stands between the quotes of the attribute."""
    p = f"{prefix}:" if prefix else ""
    declared = f"xmlns:{prefix}" if prefix else "xmlns"
    return (f'{head}<{p}definitions {declared}="{NS}" {more} id="defs" targetNamespace="t">{before}'
            f"<{p}process id={quote}{ident}{quote} isExecutable={quote}true{quote}>{inside}"
            f'<{p}startEvent id="s"><{p}outgoing>f</{p}outgoing></{p}startEvent><{p}sequenceFlow id="f" sourceRef="s" '
            f'targetRef="e"/><{p}endEvent id="e"><{p}incoming>f</{p}incoming></{p}endEvent></{p}process>'
            f"{DRAWN.format(d='bpmndi', id=drawn)}</{p}definitions>")


DECOY = 'xmlns:other="urn:other" xmlns:bpmn2="urn:not-bpmn"'
SAME = {
    "plain": file(), "no prefix": file(prefix=""), "another prefix": file(prefix="semantic"),
    "numbers for letters": file("t&#111;l&#x64;"), "apostrophes": file(quote="'"), "byte order mark": "\ufeff" + file(),
    "not executable beside it": file(before='<bpmn:process id="decoy" isExecutable="false"><bpmn:startEvent id="x"/></bpmn:process>'),
    "a process of another language": file(more=DECOY, before='<other:process id="evil" isExecutable="true"/>'),
    "a foreign namespace called bpmn2": file(more=DECOY, before='<bpmn2:process id="evil" isExecutable="true"/>'),
    "a comment that looks like one": file(before='<!-- <bpmn:process id="evil" isExecutable="true"/> -->'),
    "text that looks like one": file(inside='<bpmn:documentation><![CDATA[<bpmn:process id="evil"/>]]></bpmn:documentation>'),
    "space around": file(head="\n \n"),
}
REFUSED = {
    "two executable": file(before='<bpmn:process id="evil" isExecutable="true"><bpmn:startEvent id="x"/></bpmn:process>'),
    "the id twice": file(inside='<bpmn:task id="told"/>'), "an element's id twice": file(inside='<bpmn:task id="s"/>'),
    "the process twice": file(before='<bpmn:process id="told" isExecutable="false"/>'),
    "an entity": file("&who;", head='<!DOCTYPE d [<!ENTITY who "evil">]>'),
    "a path": file("../told"), "space inside": file("told evil"), "a quote": file("told&#39;]"),
    "no id": file(""), "a colon": file("a:told"),
}


@pytest.fixture(scope="module")
def stage(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The running product with one request in it."""
    copies, template = templates("sqlite", "demo")
    url = copies.copy(template)
    folder = tmp_path_factory.mktemp("diagrams")
    with chromium() as browser, running(url, folder) as address:
        made = Stage(browser, address, office.PASSWORD, ROOT / "instance" / "screenshots" / "diagrams")
        submit(made)
        yield made
    copies.drop(url)


def verdict(data: bytes) -> tuple[str | None, list[str]]:
    """(process id, codes of errors) by the server."""
    assemble()
    kind = catalog.kind_named("process")
    try:
        key = kind.identify(data)
    except YikouError as error:
        return None, [one.code for one in error.problems] if isinstance(error, DefinitionError) else ["unreadable"]

    class Around:
        """What the file refers to is there."""

        def has(self, kind: str, key: str) -> bool:
            return True

        def data(self, kind: str, key: str) -> bytes | None:
            return None

    found = [one.code for one in kind.lint(data, "f.bpmn", Around()) if one.severity == "error"]
    return key, found + ([] if catalog.KEY.fullmatch(key) else ["key"])


def shown(person: Any, data: bytes) -> str:
    """The ids of the executable processes that the page's own viewer finds in these bytes."""
    answer = {"xml": for_viewer(data), "active": [], "visited": [], "incidents": []}
    person.page.unroute("**/diagram")
    person.page.route("**/diagram", lambda route: route.fulfill(json=json.loads(json.dumps(answer))))
    person.go(PAGE)
    place = person.page.locator("[data-diagram][data-shown=true]")
    place.wait_for(timeout=10_000)
    return str(place.get_attribute("data-process"))


def test_security_07_viewer_and_server_read_the_same_process_id(stage: Stage) -> None:
    """Every file that the server takes bears, in the browser, the one id that it has on the server."""
    shipped = {path.stem: path.read_text(encoding="utf-8") for path in sorted(Path(ROOT, "processes/base").glob("*/*.bpmn"))[:3]}
    with stage.person(size=DESK) as analyst:
        analyst.sign_in("analyst", stage.password)
        for name, text in {**SAME, **shipped}.items():
            data = text.encode()
            key, errors = verdict(data)
            if name == "space around":
                assert key in ("told", None)
            else:
                assert key == (name if name in shipped else "told") and not errors, (name, key, errors)
            if key is not None and not errors:
                assert shown(analyst, data) == key, name


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_security_07_what_could_be_read_in_two_ways_is_refused(name: str) -> None:
    key, errors = verdict(REFUSED[name].encode())
    assert key is None or errors, (name, key)


def test_security_07_a_file_in_another_encoding_is_the_same_file(stage: Stage) -> None:
    head = '<?xml version="1.0" encoding="UTF-16"?>'
    data = file(head=head).encode("utf-16")
    key, errors = verdict(data)
    if key is None:
        assert errors
        return
    with stage.person(size=DESK) as analyst:
        analyst.sign_in("analyst", stage.password)
        assert shown(analyst, data) == key == "told"


def test_live_counts_stand_on_the_drawing(stage: Stage) -> None:
    with stage.person(size=DESK) as analyst:
        analyst.sign_in("analyst", stage.password)
        analyst.go("/preferences?lang=en")
        analyst.go(PAGE)
        analyst.page.locator("[data-counted=true]").wait_for()
        badge = analyst.page.locator('[data-container-id="task_intake"] .count.live')
        assert badge.inner_text() == "1" and analyst.page.locator(".diagram a.counts").count() == 0
        assert analyst.page.locator("a[href*='bpmn.io'], .bjs-powered-by").first.is_visible()
        analyst.look("counts-desk")
    with stage.person(size=PHONE) as chief:
        chief.sign_in("supervisor", stage.password)
        chief.go("/preferences?lang=zh")
        chief.go(PAGE)
        chief.page.locator("[data-counted=true]").wait_for()
        link = chief.page.locator('[data-container-id="task_intake"] a.counts')
        assert "at=task_intake" in str(link.get_attribute("href"))
        chief.look("counts-phone")
        chief.page.locator('td a[href*="at=task_intake"]').click()
        chief.page.wait_for_selector("tbody tr td a")
        chief.look("cases-at-phone")
