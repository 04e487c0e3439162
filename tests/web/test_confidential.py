"""What the table `person_visibility` hides stands in no answer of any page, however it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from app.cases import queries
from app.cases.commands import AddNote
from app.cases.model import CaseLink
from app.kernel import database
from app.kernel.commands import GUEST, SYSTEM
from app.kernel.ids import new_id
from app.kernel.unit_of_work import transact
from app.tenancy import attachments
from tests.factories import demo_of
from tests.integration.play import Office, playing
from tests.integration.test_lifecycle import INTAKE, on_to_handling
from tests.unit.attachments.files import png
from tests.web.admin_pages import HOME, Desk
from tests.web.test_security_access import rules

NAME, PHONE, WORD = "欧阳静姝", "13912345678", "灶台漏水QX7"
ON_BEHALF = "欧阳老太太"


@pytest.fixture
def office(any_app: Any) -> Iterator[Office]:
    """The demo office behind the web application, on a Monday at ten."""
    with playing(demo_of(database.current())) as made:
        yield made


def at_provider(office: Office, *, kind: str = "help", **more: Any) -> UUID:
    """A request of a resident who named herself in it, with the outside provider; the file's id."""
    file = UUID(attachments.receive(office.tenant_id, GUEST, png(), "灶台.png")["attachment_id"])
    values = {"name": NAME, "phone": PHONE, "module": "LS", "service": "LS03", "attachment_ids": (file,),
              "on_behalf_of": ON_BEHALF} | more
    office.submit(f"我是{NAME},{WORD},请打139 1234 5678。", **values)
    office.work()
    office.do("task_intake", **(INTAKE | {"service": "LS03", "kind": kind, "cause": f"{NAME}来电",
                                          "course": f"{WORD},电话{PHONE}"}))
    if "task_dispatch" in office.tasks():
        office.do("task_dispatch", unit="WBS", urgency="normal", instruction=f"联系{NAME} {PHONE}")
    office.send(AddNote, office.who("intake_clerk"), case_id=office.case_id, text=f"{NAME}又来电,{PHONE},{WORD}")
    assert office.case().unit == "WBS", office.state()
    return file


def answers(app: Any, desk: Desk, office: Office, file: UUID) -> dict[str, str]:
    """Every page that the reader can open with the ids of this case, as it was sent: headers too."""
    task = next(iter(office.tasks().values()))
    known = {"case_id": office.case_id, "task_id": task.id, "file_id": file}
    found: dict[str, str] = {}
    for rule in rules(app, "GET"):
        if not rule.endpoint.startswith("staff.") or rule.arguments - known.keys():
            continue
        with app.test_request_context():
            path = HOME + app.url_map.bind("").build(rule.endpoint, {name: known[name] for name in rule.arguments})
        for query in ("", f"?q={WORD}", f"?q={PHONE}", f"?q={NAME}", "?scope=mine", "?after=1"):
            answer = desk.client.get(path + query, buffered=True)
            if answer.status_code == 200:
                body = answer.get_data().decode("utf-8", "replace")
                found[f"{rule.endpoint}{query}"] = f"{answer.headers}\n{body}"
    return found


def leaks(found: dict[str, str], *secrets: str) -> list[tuple[str, str]]:
    """What stands where it must not. The words that were searched for come back in the search field, not the case."""
    return [(page, secret) for page, text in found.items() for secret in secrets
            if secret in text and not page.endswith(f"?q={secret}")]


def work_on(office: Office, desk: Desk) -> None:
    """The provider takes the task, so that its form is on the pages too."""
    task = next(iter(office.tasks().values()))
    assert desk.post(f"/staff/tasks/{task.id}/claim", {}, page="/staff/account").status_code == 303


def test_security_20_a_provider_sees_the_matter_of_a_confidential_request_and_not_who_asked(
        any_app: Any, office: Office) -> None:
    file = at_provider(office, confidential=True)
    provider = Desk(any_app, "provider_wbs")
    work_on(office, provider)
    found = answers(any_app, provider, office, file)
    assert {"staff.case", "staff.task", "staff.inbox", "staff.messages", "staff.diagram"} <= found.keys()
    assert WORD in found["staff.case"] and WORD in found["staff.task"], "the work is told"
    assert "*********78" in found["staff.case"] and "confidential" in found["staff.case"]
    assert not leaks(found, NAME, PHONE, "139 1234 5678", ON_BEHALF, "灶台.png")
    assert not [page for page in found if page.startswith("staff.inbox?q=") and office.number in found[page]]
    assert provider.client.get(f"{HOME}/staff/cases/{office.case_id}/files/{file}").status_code == 404
    window = answers(any_app, Desk(any_app, "intake_clerk"), office, file)
    assert NAME in window["staff.case"] and PHONE in window["staff.case"] and "staff.file" in window, "the test can fail"


def test_security_20_a_provider_sees_nothing_of_a_report_of_an_offence(any_app: Any, office: Office) -> None:
    file = at_provider(office, kind="report")
    provider = Desk(any_app, "provider_wbs")
    found = answers(any_app, provider, office, file)
    assert "Not shown to you: the request is confidential." in found["staff.case"]
    assert not leaks(found, NAME, PHONE, ON_BEHALF, WORD, "灶台.png")


def test_a_provider_rings_whoever_asked_for_no_confidentiality(any_app: Any, office: Office) -> None:
    file = at_provider(office)
    found = answers(any_app, Desk(any_app, "provider_wbs"), office, file)
    assert NAME in found["staff.case"] and PHONE in found["staff.case"] and "staff.file" in found


def test_security_20_another_unit_finds_no_confidential_request_by_name_or_phone(any_app: Any, office: Office) -> None:
    file = at_provider(office, confidential=True)
    stranger, window = Desk(any_app, "handler_fwb"), Desk(any_app, "intake_clerk")
    assert not leaks(answers(any_app, stranger, office, file), NAME, PHONE, ON_BEHALF)
    for query in (PHONE, NAME):
        assert office.number not in stranger.get(f"/staff/cases?q={query}")
        assert office.number in window.get(f"/staff/cases?q={query}")
    assert office.number in stranger.get(f"/staff/cases?q={office.number}")


def test_security_20_a_provider_that_only_helps_sees_no_person(any_app: Any, office: Office) -> None:
    office.submit(f"我是{NAME},{WORD}", name=NAME, phone=PHONE)
    office.work()
    office.do("task_intake", **INTAKE)
    on_to_handling(office)
    office.do("task_handle", action="co_handle", co_units=["WBS"], co_request=f"请派车,{WORD},联系{NAME} {PHONE}")
    helping = next(row for row in office.tasks().values() if "handler@WBS" in row.groups)
    provider = Desk(any_app, "provider_wbs")
    provider.post(f"/staff/tasks/{helping.id}/claim", {}, page="/staff/account")
    page = provider.get(f"/staff/tasks/{helping.id}")
    assert WORD in page and "请派车" in page
    assert NAME not in page and PHONE not in page and "*********78" in page
    provider.get(f"/staff/cases/{office.case_id}", status=404)


def together(office: Office, case_id: UUID, other_id: UUID) -> None:
    """Two requests of one call."""
    transact(office.tenant_id, SYSTEM, lambda uow: uow.session.add(CaseLink(
        tenant_id=office.tenant_id, id=new_id(), case_id=case_id, other_id=other_id, kind="same_call", at=uow.now)))


def test_security_20_links_show_no_more_of_a_case_than_its_own_page(any_app: Any, office: Office) -> None:
    at_provider(office, kind="report")
    hidden, number = office.case_id, office.number
    at_provider(office)
    seen = office.case_id
    together(office, seen, hidden)
    elsewhere = office.submit(f"{WORD}别家的事", name=NAME, phone=PHONE)
    other_number = office.number
    together(office, seen, elsewhere)
    provider, window = Desk(any_app, "provider_wbs"), Desk(any_app, "intake_clerk")
    page = provider.get(f"/staff/cases/{seen}")
    assert number in page and other_number not in page, "another unit's request is not the provider's to know"
    assert other_number in window.get(f"/staff/cases/{seen}"), "the test can fail"
    with database.current().read(office.tenant_id) as session:
        rows = {role: queries.linked(session, office.who(role), seen).same_call
                for role in ("provider@WBS", "intake_clerk")}
    assert not leaks({role: repr(found) for role, found in rows.items() if role != "intake_clerk"}, WORD, NAME, PHONE)
    assert WORD in repr(rows["intake_clerk"])
