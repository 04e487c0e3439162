"""Which diagram a walk is played on: the draft where there is one, else a version."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from sqlalchemy.orm import Session

from app import catalog, engine
from app.catalog import queries
from app.kernel.errors import NotFound, msg
from app.studio import drafts

KIND = "process"
DRAFT, OWN, SHIPPED = "draft", "own", "shipped"


@dataclass(frozen=True)
class Source:
    """`kind`: draft, own or shipped. `number`: of the version, or the draft's revision. `version_id`: None: a draft."""

    key: str
    data: bytes
    kind: str
    number: int
    version_id: UUID | None = None

    @property
    def hash(self) -> str:
        """SHA-256 of the bytes, in hex."""
        return hashlib.sha256(self.data).hexdigest()

    def definition(self) -> engine.ProcessDefinition:
        """Compiled. Raises DefinitionError with everything that is wrong with it."""
        return _loaded(self.data, catalog.kind_named(KIND).path(self.key))


@lru_cache(maxsize=16)
def _loaded(data: bytes, file: str) -> engine.ProcessDefinition:
    return engine.load(data, file)


def source(session: Session, tenant_id: UUID, key: str, version_id: UUID | None = None) -> Source:
    """A version by its id; else the draft, else what is in force. Raises NotFound."""
    if version_id is not None:
        found = queries.version(session, tenant_id, version_id)
        if (found.kind, found.key) != (KIND, key):
            raise NotFound(msg("There is no such version."))
        return Source(key, found.data, OWN if found.tenant_id == tenant_id else SHIPPED, found.version, found.id)
    draft = _draft(session, tenant_id, key)
    if draft is not None:
        return draft
    live = queries.effective(session, tenant_id, KIND, key)
    return Source(key, live.data, OWN if live.tenant_id == tenant_id else SHIPPED, live.version, live.id)


def _draft(session: Session, tenant_id: UUID, key: str) -> Source | None:
    found = drafts.draft(session, tenant_id, KIND, key)
    return Source(key, found.data, DRAFT, found.revision) if found is not None else None
