"""An erased person stands in the lists that outlive the person's row."""

from __future__ import annotations

from uuid import UUID

from app.backups import erasures
from app.kernel.bus import subscribes
from app.kernel.events import StoredEvent
from app.kernel.unit_of_work import UnitOfWork


@subscribes("person.erased", name="backups.note_erasure")
def note_erasure(event: StoredEvent, uow: UnitOfWork) -> None:
    """After the commit; done again it writes the line again."""
    erasures.note(uow, UUID(str(event.current()["person_id"])), event.at)
