"""The edge for programs: the same commands and rights as the pages, JSON in and out, keys that make repeating harmless."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import event

from app.kernel import database
from tests.bench import same_case
from tests.factories import demo_of

HOME = "/t/demo"


class Program:
    """Somebody's session, used by a program."""

    def __init__(self, client: Any, demo: Any, login: str) -> None:
        self.client = client
        page = client.get(f"{HOME}/staff/sign-in").get_data(as_text=True)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        answer = client.post(f"{HOME}/staff/sign-in",
                             data={"login": login, "password": demo.password, "csrf_token": token[1]})
        assert answer.status_code == 303
        self.token = client.get(f"{HOME}/api/v1/session").get_json()["csrf_token"]

    def post(self, path: str, sent: Any = None, key: str | None = None, token: str | None = None) -> Any:
        headers = {"X-CSRFToken": self.token if token is None else token} | ({"Idempotency-Key": key} if key else {})
        return self.client.post(f"{HOME}/api/v1{path}", json=sent, headers=headers)

    def begin(self, **more: Any) -> Any:
        return self.post("/matters", {"process_id": same_case.PROCESS, "title": "查看", "variables":
                                      {"kind": "k1", "amount": 5}} | more)


@pytest.fixture
def demo(any_app: Any) -> Any:
    found = demo_of(database.current())
    same_case.publish(found.tenant_id, found.actors["administrator"])
    return found


@pytest.fixture
def office(any_app: Any, demo: Any) -> Any:
    return any_app.test_client()


def test_a_matter_runs_from_start_to_end(office: Any, demo: Any) -> None:
    program = Program(office, demo, "supervisor")
    begun = program.begin()
    assert begun.status_code == 201 and begun.is_json, begun.get_data(as_text=True)
    task = begun.get_json()["next_task_id"]
    answer = program.post(f"/tasks/{task}/complete", {"data": {"note": "well", "ok": True}})
    assert answer.status_code == 200
    last = program.post(f"/tasks/{answer.get_json()['next_task_id']}/complete", {"data": {"note": "well"}})
    assert last.get_json() == {"case_id": begun.get_json()["matter_id"], "next_task_id": None, "stopped": False}


def test_the_same_key_gives_the_same_answer_once(office: Any, demo: Any) -> None:
    program = Program(office, demo, "supervisor")
    task = program.begin().get_json()["next_task_id"]
    sent = {"data": {"note": "well", "ok": True}}
    first = program.post(f"/tasks/{task}/complete", sent, key="k")
    again = program.post(f"/tasks/{task}/complete", sent, key="k")
    assert again.status_code == 200 and again.get_json() == first.get_json()
    assert program.post(f"/tasks/{task}/complete", {"data": {"note": "other"}}, key="k").status_code == 409
    assert program.post(f"/tasks/{task}/complete", sent, key="other").status_code == 409


def test_at_most_eight_statements_a_request(office: Any, demo: Any, database_kind: str) -> None:
    """Two of them are the role's and not seen here; BEGIN and COMMIT are not counted. SQLite takes a statement for each
    table, none of which goes on a journey."""
    if database_kind != "postgres":
        pytest.skip("counted where a statement is a journey")
    program = Program(office, demo, "supervisor")
    for _ in range(2):  # what a process reads once is read in the first round
        seen: list[str] = []
        counts = []

        def note(*given: Any, seen: list[str] = seen) -> None:
            seen.append(given[2])

        event.listen(database.current().engine, "before_cursor_execute", note)
        task = program.begin().get_json()["next_task_id"]
        counts.append(list(seen))
        for _turn in range(2):
            seen.clear()
            answer = program.post(f"/tasks/{task}/complete", {"data": {"note": "well"}}, key=f"{task}").get_json()
            counts.append(list(seen))
            task = answer["next_task_id"]
        event.remove(database.current().engine, "before_cursor_execute", note)
    for statements in counts:
        asked_for_the_office = [one for one in statements if one.startswith("SELECT tenant.tenant_id, tenant.slug")
                                and "definition_generation" not in one]  # once in a quarter of a second
        assert len(statements) - len(asked_for_the_office) <= 6, statements


@pytest.mark.parametrize(("sent", "field"), [({"data": {"ok": True}}, "note"), ({"data": {"note": "x", "tenant_id": "y"}}, "tenant_id")])
def test_what_the_form_refuses_is_named(office: Any, demo: Any, sent: Any, field: str) -> None:
    program = Program(office, demo, "supervisor")
    task = program.begin().get_json()["next_task_id"]
    answer = program.post(f"/tasks/{task}/complete", sent)
    said = answer.get_json()
    assert answer.status_code == 422 and (field in said["error"] or said["fields"][field])


@pytest.mark.parametrize("body", [b"[1]", b"{", b'"x"', b'{"data": 5}', b'{"data": {"note": {"a": 1}}}', b"[" * 100_000])
def test_40_a_body_that_is_no_object_is_refused_in_words(office: Any, demo: Any, body: bytes) -> None:
    program = Program(office, demo, "supervisor")
    task = program.begin().get_json()["next_task_id"]
    answer = office.post(f"{HOME}/api/v1/tasks/{task}/complete", data=body,
                         headers={"X-CSRFToken": program.token, "Content-Type": "application/json"})
    assert answer.status_code == 422 and answer.get_json()["error"]


def test_18_without_the_token_nothing_changes(office: Any, demo: Any) -> None:
    program = Program(office, demo, "supervisor")
    answer = program.post("/matters", {"process_id": same_case.PROCESS, "title": "x"}, token="")
    assert answer.status_code == 400 and answer.is_json


def test_24_a_process_is_begun_only_by_whom_it_names(office: Any, demo: Any) -> None:
    program = Program(office, demo, "handler_lrs")
    assert program.begin().status_code == 403
    supervisor = Program(office, demo, "supervisor")
    assert supervisor.begin(process_id="service_request").status_code == 403, "requests are not opened as matters"
    assert supervisor.begin(process_id="nothing").status_code == 404
    assert supervisor.begin(title=" ").status_code == 422


def test_a_guest_is_told_as_json(office: Any) -> None:
    answer = office.get(f"{HOME}/api/v1/nothing")
    assert answer.status_code == 404 and answer.is_json
