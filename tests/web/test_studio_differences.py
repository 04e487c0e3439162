"""Two versions beside each other: in words, as a table, as forms; what may be chosen; texts stay texts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from lxml import etree

from app.catalog.commands import PublishDefinition
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.tenancy.queries import tenant_by_slug
from tests.web.admin_pages import HOME, Desk, Labels
from tests.web.visiting import UNKNOWN, fill

ROOT = Path(__file__).resolve().parents[2]
EVIL = "<img src=x onerror=alert(1)>"


def publish(kind: str, key: str, data: bytes, reason: str = "why") -> None:
    found = tenant_by_slug("demo")
    assert found is not None
    dispatch(PublishDefinition(tenant_id=found.tenant_id, actor=SYSTEM, kind=kind, definition_key=key, data=data,
                               file=f"tenants/demo/{key}", reason=reason))


def shipped(kind: str, key: str) -> bytes:
    places = {"process": f"processes/base/{key}/{key}.bpmn", "form": f"forms/base/{key}.form",
              "decision": f"rules/base/decisions/{key}/{key}.dmn"}
    return (ROOT / places[kind]).read_bytes()


def other_process(name: str = "承办") -> bytes:
    tree = etree.fromstring(shipped("process", "unit_work"))
    task = next(one for one in tree.iter() if one.get("id") == "task_handle")
    task.set("name", name)
    next(one for one in task.iter() if one.get("name") == "name_en").set("value", name)
    flow = next(one for one in tree.iter() if one.get("id") == "flow_review_needed_to_review")
    next(iter(flow.iter("{*}conditionExpression"))).text = '=reviewer != "nobody"'
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8")


def test_a_process_in_words(app: Any) -> None:
    fill()
    publish("process", "unit_work", other_process(), reason="承办更准确")
    page = Desk(app, "analyst").get("/studio/differences/process/unit_work")
    assert not Labels(page).faults()
    lines = re.findall(r'<li data-element="(\w+)" data-kind="(\w+)"', page)
    assert lines == [("task_handle", "changed"), ("flow_review_needed_to_review", "changed")]
    assert "<del>办理</del> → <ins>承办</ins>" in page and "Condition: " in page and "承办更准确" in page
    assert "English name: " in page and "Name of it: " in page and page.count("data-diagram-of=") == 2
    other = Desk(app, "analyst").get("/admin/definitions/process/unit_work")
    assert "/studio/differences/process/unit_work" in other


def test_the_page_of_a_version_shares_the_words(app: Any) -> None:
    fill()
    publish("process", "unit_work", other_process())
    desk = Desk(app, "analyst")
    page = desk.get("/studio/differences/process/unit_work")
    ids = re.findall(r'<option value="([^"]+)"', page.partition('name="new"')[0])
    old = desk.get(f"/admin/definitions/versions/{ids[1]}")
    assert "<del>承办</del> → <ins>办理</ins>" in old
    link = re.search(r'href="([^"]+/studio/differences/process/unit_work\?[^"]+)"', old)
    assert link
    back = desk.get(link[1].replace("&amp;", "&").removeprefix(HOME))
    assert "<del>承办</del> → <ins>办理</ins>" in back
    same = desk.get(f"/studio/differences/process/unit_work?old={ids[0]}&new={ids[0]}")
    assert "No difference." in same and "data-diagram-of" not in same
    drawn = desk.client.get(f"{HOME}/studio/differences/process/unit_work/diagram?at={ids[0]}").get_json()["xml"]
    assert "承办" in drawn


def test_a_table_and_a_form(app: Any) -> None:
    fill()
    tree = etree.fromstring(shipped("decision", "review"))
    entry = next(one for one in tree.iter("{*}outputEntry"))
    was, entry[0].text = entry[0].text, '"head"' if entry[0].text != '"head"' else '"none"'
    publish("decision", "review", etree.tostring(tree))
    form = json.loads(shipped("form", "co_handle"))
    form["components"][1]["label"] = "协办的结果"
    form["components"].append({"type": "textfield", "id": "field_new", "key": "fresh", "label": "新的",
                               "properties": {"label_en": "New"}})
    publish("form", "co_handle", json.dumps(form).encode())
    desk = Desk(app, "analyst")
    table = desk.get("/studio/differences/decision/review")
    assert f"<del>{was}</del>".replace('"', "&#34;") in table and 'class="differs changed"' in table
    page = desk.get("/studio/differences/form/co_handle")
    assert not Labels(page).faults()
    assert page.count("differs changed") == 2 and page.count("differs added") == 1 and "协办的结果" in page
    assert 'id="old-' in page and 'id="new-' in page


def test_only_versions_of_this_definition_can_be_chosen(app: Any) -> None:
    ids, desk = fill(), Desk(app, "analyst")
    for name in (str(UNKNOWN), str(ids.version_id), "draft", "x", "../.."):
        desk.get(f"/studio/differences/process/unit_work?new={name}", 404)
        desk.get(f"/studio/differences/process/unit_work?old={name}", 404)
        desk.get(f"/studio/differences/process/unit_work/diagram?at={name}", 404)
    desk.get("/studio/differences/process/nothing", 404)
    desk.get("/studio/differences/nothing/unit_work", 404)


def test_security_16_names_in_definitions_are_text(app: Any) -> None:
    fill()
    publish("process", "unit_work", other_process(EVIL), reason=EVIL)
    form = json.loads(shipped("form", "co_handle"))
    form["components"][1]["label"] = EVIL
    publish("form", "co_handle", json.dumps(form).encode())
    desk = Desk(app, "analyst")
    for path in ("process/unit_work", "form/co_handle"):
        page = desk.get(f"/studio/differences/{path}")
        assert EVIL not in page and "&lt;img src=x" in page
