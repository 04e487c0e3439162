"""Definitions as files: `<folder>/base/...` and `<folder>/tenants/<slug>/...` below the project's root."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalog.cache import Bounded
from app.catalog.checking import SCENARIOS, Draft, identified, problems_of
from app.catalog.in_force import Published, all_live
from app.catalog.model import DefinitionLive, DefinitionVersion
from app.catalog.publishing import lock, publish_all
from app.catalog.registry import Kind, kind_named, kinds
from app.kernel.errors import DefinitionError, Problem, msg
from app.kernel.model import BASE_TENANT_ID
from app.kernel.unit_of_work import UnitOfWork

BASE = "base"
_scanned = Bounded(64)
"""What `waiting` read last, by folder."""


@dataclass(frozen=True)
class Drift:
    """An own version whose base has changed since it was made."""

    kind: str
    key: str
    made_from: str | None
    base: str | None


@dataclass(frozen=True)
class FolderReport:
    """What `publish_folder` did. `kept`: files published before, while another version is in force now."""

    published: list[Published]
    unchanged: list[Draft]
    kept: list[Draft]
    drift: list[Drift]


def publish_folder(uow: UnitOfWork, root: Path, folder: str = BASE) -> FolderReport:
    """Publish what is new in `base` or `tenants/<slug>` for the unit of work's tenant: everything or nothing.

    A file is new when no version of its key ever had its bytes: what an administrator published later stays in
    force. Raises DefinitionError with every problem of every new file.
    """
    lock(uow)
    drafts, problems = scan(root, folder)
    known = _known(uow.session, uow.tenant_id)
    fresh = [draft for draft in drafts if (draft.kind, draft.key, draft.hash) not in known]
    in_force = {(one.kind, one.key, one.hash) for one in all_live(uow.session, uow.tenant_id)
                if one.tenant_id == uow.tenant_id}
    if problems:
        raise DefinitionError(problems + _faults(uow.session, uow.tenant_id, fresh))
    published = publish_all(uow, fresh)
    old = [draft for draft in drafts if draft not in fresh]
    unchanged = [draft for draft in old if (draft.kind, draft.key, draft.hash) in in_force]
    return FolderReport(published, unchanged, [draft for draft in old if draft not in unchanged],
                        drift(uow.session, uow.tenant_id))


def waiting(session: Session, tenant_id: UUID, root: Path, folder: str = BASE) -> list[Problem]:
    """Why files of a folder are not published, errors only; none when everything that is new could be."""
    state, place = fingerprint(root, folder), (root, folder, *(kind.name for kind in kinds()))
    found = _scanned.get(place)
    if found is None or found[0] != state:  # reading a hundred files takes longer than making the page
        found = (state, *scan(root, folder))
        _scanned.put(place, found)
    drafts, problems = found[1:]
    known = _known(session, tenant_id)
    fresh = [draft for draft in drafts if (draft.kind, draft.key, draft.hash) not in known]
    return [one for one in problems + _faults(session, tenant_id, fresh) if one.severity == "error"]


def _faults(session: Session, tenant_id: UUID, fresh: list[Draft]) -> list[Problem]:
    below = {(one.kind, one.key): one.data for one in all_live(session, tenant_id)} if fresh else {}
    return problems_of(fresh, lambda kind, key: below.get((kind, key)), lambda kind: keys_of(below, kind))


def scan(root: Path, folder: str = BASE) -> tuple[list[Draft], list[Problem]]:
    """The definition files of one folder, and those that cannot be named. Other files are left alone."""
    drafts: list[Draft] = []
    problems: list[Problem] = []
    for kind in kinds():
        if kind.own and folder == BASE:
            continue
        for path in sorted((root / kind.folder / folder).glob(kind.pattern)):
            draft, found = _draft(root, folder, kind, path)
            drafts += [draft] if draft else []
            problems += found
    return drafts, problems


def check(root: Path) -> list[Problem]:
    """Every problem of the base and of each office's folder, without a database."""
    base, problems = scan(root)
    shipped = {(draft.kind, draft.key): draft.data for draft in base}
    problems += problems_of(base, lambda kind, key: None)
    for folder in offices_of(root):
        own, found = scan(root, folder)
        problems += found + problems_of(own, lambda kind, key: shipped.get((kind, key)),
                                        lambda kind: keys_of(shipped, kind))
    return problems


def keys_of(found: Iterable[tuple[str, str]], kind: str) -> list[str]:
    """The keys of one kind among (kind, key)."""
    return [key for named, key in found if named == kind]


def fingerprint(root: Path, folder: str = BASE) -> frozenset[tuple[str, int, int]]:
    """(path, time of the last change in ns, bytes) of each file of a folder: another one when something changed."""
    files = {path for kind in kinds() for path in (root / kind.folder / folder).glob(kind.pattern)}
    found: set[tuple[str, int, int]] = set()
    for path in files | {path.with_name(SCENARIOS) for path in files}:
        try:
            told = path.stat()
        except FileNotFoundError:  # without scenarios, or gone since it was listed
            continue
        found.add((str(path), told.st_mtime_ns, told.st_size))
    return frozenset(found)


def export(session: Session, tenant_id: UUID, root: Path, folder: str = BASE) -> list[Path]:
    """Write what is in force for the owner itself to its folder; the paths that were written."""
    written: list[Path] = []
    for published in all_live(session, tenant_id):
        if published.tenant_id != tenant_id:
            continue
        path = root / kind_named(published.kind).path(published.key, folder)
        if path.is_file() and path.read_bytes() == published.data:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(published.data)
        written.append(path)
    return written


def drift(session: Session, tenant_id: UUID) -> list[Drift]:
    """The office's own versions in force whose base is another one now, and was not seen and left on purpose."""
    if tenant_id == BASE_TENANT_ID:
        return []
    query = (select(DefinitionLive.tenant_id, DefinitionLive.kind, DefinitionLive.key, DefinitionVersion.hash,
                    DefinitionVersion.base_hash, DefinitionLive.seen_base)
             .join(DefinitionVersion, (DefinitionLive.tenant_id == DefinitionVersion.tenant_id)
                   & (DefinitionLive.version_id == DefinitionVersion.id))
             .where(DefinitionLive.tenant_id.in_((tenant_id, BASE_TENANT_ID)))
             .order_by(DefinitionLive.kind, DefinitionLive.key))
    rows = session.execute(query).all()
    base = {(row[1], row[2]): row[3] for row in rows if row[0] == BASE_TENANT_ID}
    own = [Drift(row[1], row[2], row[5] or row[4], base.get((row[1], row[2]))) for row in rows if row[0] == tenant_id]
    return [one for one in own if one.made_from != one.base]


def _draft(root: Path, folder: str, kind: Kind, path: Path) -> tuple[Draft | None, list[Problem]]:
    file = path.relative_to(root).as_posix()
    if not path.resolve().is_relative_to(root.resolve()) or not path.is_file():
        return None, [Problem("file", msg("The file lies outside the project."), file=file)]
    if path.stat().st_size > kind.max_bytes:
        return None, [Problem("too_large", msg("The file has more than %(limit)s bytes."),
                              {"limit": kind.max_bytes}, file=file, line=1)]
    data = path.read_bytes()
    key, problems = identified(kind, data, file)
    if key is None:
        return None, problems
    if kind.path(key, folder) != file:
        problems.append(Problem("file_name", msg("The file of %(key)s must be called %(file)s."),
                                {"key": key, "file": kind.path(key, folder)}, file=file, line=1))
    beside = path.with_name(SCENARIOS)
    told = beside.read_bytes() if kind.ask is not None and beside.is_file() else None
    return Draft(kind.name, key, data, file, told), problems


def offices_of(root: Path) -> list[str]:
    """`tenants/<slug>` of each office that has files of its own."""
    found: Iterable[Path] = (path for kind in kinds() for path in (root / kind.folder / "tenants").glob("*"))
    return sorted({f"tenants/{path.name}" for path in found if path.is_dir()})


def _known(session: Session, tenant_id: UUID) -> set[tuple[str, str, str]]:
    query = (select(DefinitionVersion.kind, DefinitionVersion.key, DefinitionVersion.hash)
             .where(DefinitionVersion.tenant_id == tenant_id))
    return {(row[0], row[1], row[2]) for row in session.execute(query)}
