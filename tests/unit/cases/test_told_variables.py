"""What rooms tell the engine's checks of starts, jobs and messages is what their code brings."""

from __future__ import annotations

import ast
import inspect
from typing import Any

from app.cases import stepping, told_variables
from app.cases.connectors import joining as connectors_joining
from app.cases.connectors import registry
from app.cases.handlers import desk, joining, matters, resident, submitting
from app.demand import definitions as of_demand
from app.demand.handlers import adjusting, jobs
from app.rules import definitions as of_rules
from app.rules import orders


def keys(function: Any) -> set[str]:
    """The texts that stand as keys in the dicts of a function, or that are set in one."""
    tree = ast.parse(inspect.getsource(function))
    found = {key.value for node in ast.walk(tree) if isinstance(node, ast.Dict)
             for key in node.keys if isinstance(key, ast.Constant)}
    found |= {node.slice.value for node in ast.walk(tree) if isinstance(node, ast.Subscript)
              and isinstance(node.ctx, ast.Store) and isinstance(node.slice, ast.Constant)}
    return {str(one) for one in found}


def test_what_a_start_brings() -> None:
    brought = keys(submitting._variables) | keys(submitting.hand_in)
    assert set(told_variables.AT_SUBMISSION) == brought - set(told_variables.AT_ANY_START)
    assert {"case_id", "number"} <= keys(submitting._variables)
    assert set(told_variables.AT_ANY_START) <= keys(matters._opened)
    assert set(told_variables.AT_THE_DESK) <= keys(desk.take_in_case)
    assert set(of_demand.OF_A_TOPIC) == keys(adjusting._variables) and of_demand.PROCESS == adjusting.PROCESS
    told = ast.unparse(ast.parse(inspect.getsource(of_rules.register)))
    assert all(f"'{name}'" in told for name in keys(orders.open_one)
               if name.startswith(("order_", "about_")))


def test_what_jobs_answer() -> None:
    known = set(registry.job_types())
    assert set(told_variables.JOBS) | set(of_demand.JOBS) == {one for one in known if not one.startswith("test")}
    assert set(of_demand.JOBS["demand_change"]) <= keys(jobs.keep_change)
    assert set(of_demand.JOBS["demand_notice"]) <= keys(jobs.publish_notice)
    measured = {name for name in keys(jobs.measure) if not name.startswith("_")}
    shares = {f"{kind}_{when}" for kind in ("solved", "satisfied") for when in ("before", "after")}
    assert set(of_demand.JOBS["demand_measure"]) == measured | shares


def test_which_messages_are_sent_with_what() -> None:
    sent = {resident.ANSWERED: resident, resident.REFUSED: resident, resident.WITHDREW: resident, resident.RATED: resident,
            joining.WANTED: joining, joining.UNDONE: joining, stepping.EARLIER_CLOSED: stepping}
    assert set(told_variables.MESSAGES) == set(sent)
    for name, module in sent.items():
        source = inspect.getsource(module) + (inspect.getsource(connectors_joining) if name == stepping.EARLIER_CLOSED else "")
        assert all(f'"{key}"' in source for key in told_variables.MESSAGES[name]), name
