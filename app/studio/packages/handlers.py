"""Handler of `ImportPackage`."""

from __future__ import annotations

from typing import Any

from app import catalog
from app.auth import policy
from app.kernel.bus import handles
from app.kernel.errors import Conflict, Invalid, msg
from app.kernel.unit_of_work import UnitOfWork
from app.studio.packages.commands import ImportPackage
from app.studio.packages.comparing import EQUAL, drafts, lines_of, stands
from app.studio.packages.zipped import unpack


@handles(ImportPackage)
def import_package(command: ImportPackage, uow: UnitOfWork) -> dict[str, Any]:
    """Checked as one set under the lock of whoever publishes. Raises DefinitionError for any fault of any file."""
    policy.require(uow.actor, "definition.publish")
    if not command.reason.strip():
        raise Invalid(msg("Please check what is marked."), fields={
            "reason": [(msg("Please say why, so that others understand the change."), {})]})
    packed = unpack(command.package)
    catalog.lock(uow)
    lines = lines_of(uow.session, uow.tenant_id, packed)
    if stands(lines) != command.stands:
        raise Conflict(msg("Somebody else published a version meanwhile."))
    wanted = [one.packed for one in lines if one.state != EQUAL]
    found = catalog.publish_all(uow, drafts(wanted, command.folder), command.reason) if wanted else []
    return {"published": [{"kind": one.kind, "key": one.key, "version": one.version} for one in found]}
