"""Definition files, calendars and settings that changed on this machine come into force by themselves, as
`flask catalog reload` does it.

Each machine looks after its own files, and needs no lease: publishing locks, and known content is published once.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from app import catalog
from app.catalog.commands import NoteRefusal, PublishFolder
from app.config import ROOT
from app.kernel import clock
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import DefinitionError, Paused, Problem
from app.kernel.model import BASE_TENANT_ID
from app.offices import files
from app.tenancy.queries import tenant_by_slug

log = logging.getLogger(__name__)
EVERY, RETRY = 0.2, timedelta(seconds=30)
"""Seconds from one look to the next; after a failure of the database or the disk."""
Print = frozenset[tuple[str, int, int]]


@dataclass
class Watch:
    """One tree of files. What was there at the first look counts as changed: it may be newer than the database."""

    root: Path
    seen: dict[str, Print] = field(default_factory=dict)
    done: dict[str, Print] = field(default_factory=dict)
    later: dict[str, datetime] = field(default_factory=dict)

    def tick(self, now: datetime) -> int:
        """Publish what changed and has been at rest since the last look; the number of definitions published."""
        return sum(self._look(folder, now) for folder in [catalog.BASE, *catalog.offices_of(self.root)])

    def _look(self, folder: str, now: datetime) -> int:
        found, before = _print(self.root, folder), self.seen.get(folder)
        self.seen[folder] = found
        if found == self.done.get(folder) or found != before:  # a file that is still being written changes once more
            return 0
        if timedelta() < self.later.get(folder, now) - now <= RETRY:
            return 0
        tenant_id = _owner(folder)
        try:
            published = 0 if tenant_id is None else _publish(self.root, folder, tenant_id)
        except Paused:  # looked at again, until the office works again
            return 0
        except Exception:  # a file that cannot be read, a database that is away
            log.exception("the files of %s could not be published; trying again in %s", folder, RETRY)
            self.later[folder] = now + RETRY
            return 0
        self.done[folder] = found
        return published


def _print(root: Path, folder: str) -> Print:
    return catalog.fingerprint(root, folder) | files.fingerprint(root, folder)


def _owner(folder: str) -> UUID | None:
    """The base, an office, or None for a folder of no office."""
    if folder == catalog.BASE:
        return BASE_TENANT_ID
    tenant = tenant_by_slug(folder.partition("/")[2])
    return tenant.tenant_id if tenant is not None else None


def _publish(root: Path, folder: str, tenant_id: UUID) -> int:
    """All definitions that are new or none, then its calendars and settings. What is refused is noted; the page of
    definitions says why until it is mended.

    Raises Paused for an office that is suspended.
    """
    return _definitions(root, folder, tenant_id) + _contents(root, folder, tenant_id)


def _contents(root: Path, folder: str, tenant_id: UUID) -> int:
    if tenant_id == BASE_TENANT_ID:
        return 0
    done, problems = files.put_in_force(tenant_id, root, folder)
    _note(tenant_id, problems)
    for one in done:
        log.info("in force: %s %s", one.kind, one.key)
    return len(done)


def _definitions(root: Path, folder: str, tenant_id: UUID) -> int:
    try:
        answer = dispatch(PublishFolder(tenant_id=tenant_id, actor=SYSTEM, root=str(root), folder=folder))
    except DefinitionError as error:
        _note(tenant_id, [one for one in error.problems if one.severity == "error"])
        return 0
    for one in answer["published"]:
        log.info("published %s %s, version %s", one["kind"], one["key"], one["version"])
    return len(answer["published"])


def _note(tenant_id: UUID, problems: list[Problem]) -> None:
    for problem in problems:
        log.warning("%s %s", problem.place(), problem.text())
    for file in sorted({one.file or "" for one in problems}):
        dispatch(NoteRefusal(tenant_id=tenant_id, actor=SYSTEM, kind=_kind(file), definition_key=file,
                             problems=sum(one.file == file for one in problems)))


def _kind(file: str) -> str:
    parts = Path(file).parts
    content = {files.CALENDAR: files.CALENDAR, "settings.yaml": files.SETTINGS}.get(parts[3] if len(parts) > 3 else "")
    kind = next((one for one in catalog.kinds() if file.startswith(f"{one.folder}/")), None)
    return content or (kind.name if kind else "file")


_watch = Watch(ROOT)


def watching(stop: threading.Event) -> None:
    """Look after the files of this installation until `stop` is set.

    In a thread of its own: a worker that is busy for seconds does not keep a changed file waiting.
    """
    while not stop.wait(EVERY):
        try:
            _watch.tick(clock.now())
        except Exception:  # a folder that cannot be listed just now
            log.exception("the definition files could not be looked at; trying again")
