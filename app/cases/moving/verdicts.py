"""Whether a case can go to another version of its process, and the move itself. The look and the move ask the same."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import catalog, engine
from app.cases import stepping
from app.cases.journal import record, write_entry
from app.cases.model import REQUEST, Case, CaseStep
from app.cases.moving.events import CaseMigrated
from app.cases.moving.model import MigrationItem, MigrationRun
from app.cases.ports import CasePorts
from app.deadlines import DeadlineBook
from app.engine import Element, Migration, Plan, ProcessDefinition, Remark, store
from app.engine.model import ProcessInstance
from app.engine.store import SUSPENDED
from app.kernel.errors import Invalid, NotFound, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import zones

log = logging.getLogger(__name__)
KIND = "operation"
PAUSE, SHORT = "deadline.pause", 12
PAUSES = msg("%(element)s pauses a clock in one version and not in the other: the clock would never go on.")
HELD = msg("It is suspended, and would go on at once at %(element)s.")
CLOSED = msg("The request is closed.")
DAMAGED = msg("Its stored state could not be read (%(error)s).")
MOVED_ON = msg("It has gone on since it was moved.")


def definition(session: Session, tenant_id: UUID, process_id: str, digest: str) -> tuple[int, ProcessDefinition]:
    """A published version of a process, with its number. Raises NotFound."""
    published, compiled = catalog.compiled_by_hash(session, tenant_id, digest)
    if not isinstance(compiled, ProcessDefinition) or compiled.id != process_id:
        raise NotFound(msg("There is no such version."))
    return published.version, compiled


class MovePorts(CasePorts):
    """Knows where the move goes to, also a draft that nobody has published."""

    def __init__(self, uow: UnitOfWork, book: DeadlineBook, wanted: Plan, *, internal: bool) -> None:
        super().__init__(uow, book, internal=internal)
        self._targets = {target.hash: target for _digest, target in wanted.versions.values()}

    def process_by_hash(self, definition_hash: str) -> ProcessDefinition:
        """Raises NotFound."""
        return self._targets.get(definition_hash) or super().process_by_hash(definition_hash)


def target(session: Session, tenant_id: UUID, process_id: str, to: str | ProcessDefinition) -> ProcessDefinition:
    """A version by its hash, or a draft as it is. Raises NotFound."""
    return to if isinstance(to, ProcessDefinition) else definition(session, tenant_id, process_id, to)[1]


def plan(session: Session, tenant_id: UUID, process_id: str, from_hash: str, to: str | ProcessDefinition,
         pairs: Mapping[str, str]) -> Plan:
    """Raises NotFound for an unknown version, Invalid for a pair of elements that are not there."""
    old = definition(session, tenant_id, process_id, from_hash)[1]
    new = target(session, tenant_id, process_id, to)
    if old.hash == new.hash:
        raise Invalid(msg("Both are the same version."))
    for before, after in pairs.items():
        if before not in old.elements or after not in new.elements:
            raise Invalid(msg("There is no element %(element)s to be paired."),
                          element=(after if before in old.elements else before)[:100])
    return Plan({process_id: (from_hash, new)}, {(process_id, before): after for before, after in pairs.items()})


def plan_of(session: Session, run: MigrationRun) -> Plan:
    """The plan of a run. Raises NotFound."""
    return plan(session, run.tenant_id, run.process_id, run.from_hash, run.to_hash, run.pairs)


def attempt(uow: UnitOfWork, case: Case, instance: ProcessInstance, wanted: Plan,
            origin: MigrationItem | None = None) -> tuple[Migration, CasePorts]:
    """What the move of this case would be; nothing is changed. `origin`: the earlier move that is taken back.

    A state that cannot be read is a reason too: one such case must not keep the others waiting.
    """
    book = DeadlineBook.load(uow.session, uow.tenant_id, case.id, uow.now, acting=True)
    ports = MovePorts(uow, book, wanted, internal=case.nature != REQUEST)
    if case.status != "open":
        return Migration((), (Remark("closed", "", CLOSED),)), ports
    try:
        return _found(uow, case, instance, wanted, origin, ports), ports
    except (TypeError, ValueError, LookupError, AttributeError, RecursionError) as error:
        log.warning("the process of a case could not be read", exc_info=True)
        return Migration((), (Remark("damaged", "", DAMAGED, {"error": type(error).__name__}),)), ports


def _found(uow: UnitOfWork, case: Case, instance: ProcessInstance, wanted: Plan, origin: MigrationItem | None,
           ports: CasePorts) -> Migration:
    now = zones.local_now(uow)
    untouched = origin is not None and origin.before is not None and origin.moved_version == instance.version
    if untouched and origin is not None and origin.before is not None:
        return engine.go_back(instance.state, origin.before, now=now, ports=ports)
    found = engine.migrate(instance.state, wanted, now=now, ports=ports, agree=_agree)
    where = next((one.element_id for one in found.notes if one.code == "goes_on"), None)
    if where is not None and instance.status == SUSPENDED:
        found = Migration(found.at, (Remark("suspended", where, HELD, {"element": where}),))
    if found.reasons and origin is not None and origin.moved_version != instance.version:
        found = replace(found, reasons=(Remark("moved_on", "", MOVED_ON), *found.reasons))
    return found


def _agree(old: Element, new: Element) -> Remark | None:
    """What an element did on entry must be what it undoes when it is left."""
    if old.properties.get(PAUSE) == new.properties.get(PAUSE):
        return None
    return Remark("pause", old.id, PAUSES, {"element": old.id})


def carry_out(uow: UnitOfWork, case: Case, found: Migration, ports: CasePorts, told: Mapping[str, Any],
              reason: str) -> None:
    """Store a move that can be: state, rows, live counts, journal and event. `told`: the fields of `CaseMigrated`."""
    mine = stepping.lock(uow, case)
    if found.result is None:
        raise LookupError("this case cannot move")
    for key, (moved, old, new) in found.renamed.items():
        for element_id, how in ((old, "moved"), (new, "entered")):
            uow.session.add(CaseStep(tenant_id=uow.tenant_id, id=new_id(), case_id=case.id, task_id=key,
                                     process_id=moved, element_id=element_id, how=how, at=uow.now))
    process_id = told["process_id"]
    before = mine.instance.pins[process_id]
    stepped = store.replace(uow, mine.instance.id, found.result, found.renamed)
    now = mine.instance.pins[process_id]
    lines = [reason, f"> {process_id} {told['from_version']} ({before[:SHORT]}) → {told['to_version']} ({now[:SHORT]})",
             *(f"> {old} → {new}" for _process, old, new in sorted(set(found.renamed.values())))]
    entry = write_entry(uow, case, KIND, "\n".join(lines), "staff")
    record(uow, case, CaseMigrated, {process_id: now}, entry_id=entry.id, **told)
    stepping.settle(uow, case, ports, stepped)


def document(remarks: tuple[Remark, ...]) -> list[Any]:
    """As an item keeps them."""
    return [[one.code, one.element_id, one.message, {name: str(value) for name, value in one.params.items()}]
            for one in remarks]
