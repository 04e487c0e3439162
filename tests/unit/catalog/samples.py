"""A toy kind of definition, so that the catalog is tested without the rooms above it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from app import catalog
from app.catalog import registry
from app.kernel.commands import SYSTEM
from app.kernel.errors import DefinitionError, Problem
from app.kernel.model import BASE_TENANT_ID
from app.kernel.unit_of_work import UnitOfWork, transact

OFFICE, OTHER = UUID(int=11), UUID(int=12)
compiled: list[bytes] = []


def lines(data: bytes) -> dict[str, str]:
    try:
        return dict(line.split(":", 1) for line in data.decode().splitlines() if line)
    except ValueError:
        raise DefinitionError([Problem("toy", "no colon", line=1)]) from None


def identify(data: bytes) -> str:
    if b"boom" in data:
        raise RuntimeError("a fault of the reader")
    return lines(data)["id"]


def compile_toy(data: bytes, file: str) -> dict[str, str]:
    compiled.append(data)
    return lines(data)


def lint(data: bytes, file: str, lookup: catalog.Lookup) -> list[Problem]:
    found = lines(data)
    problems = [Problem("bad", "it says bad", file=file, line=2, element="it")] if "bad" in found else []
    if "needs" in found and not lookup.has("toy", found["needs"]):
        problems.append(Problem("missing", "%(key)s is missing", {"key": found["needs"]}, file=file, line=2))
    return problems


def use_toys() -> Callable[[], None]:
    """Register the toy kind; the returned function puts everything back."""
    before = dict(registry._kinds)
    registry._kinds.clear()
    catalog.register_kind(catalog.Kind("toy", "toys", "*/*.toy", identify, compile_toy, lint, max_bytes=1000))
    catalog.forget()
    compiled.clear()

    def back() -> None:
        registry._kinds.clear()
        registry._kinds.update(before)
        catalog.forget()

    return back


def toy(key: str, *more: str) -> bytes:
    return "\n".join([f"id:{key}", *more]).encode()


def put(root: Path, key: str, *more: str, folder: str = "base") -> Path:
    path = root / "toys" / folder / key / f"{key}.toy"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(toy(key, *more))
    return path


def work(tenant_id: UUID, act: Callable[[UnitOfWork], Any]) -> Any:
    return transact(tenant_id, SYSTEM, act)


def publish(key: str, *more: str, tenant: UUID = BASE_TENANT_ID) -> catalog.Published:
    return work(tenant, lambda uow: catalog.publish(uow, "toy", key, toy(key, *more)))


def publish_files(root: Path, tenant: UUID = BASE_TENANT_ID, folder: str = "base") -> catalog.FolderReport:
    return work(tenant, lambda uow: catalog.publish_folder(uow, root, folder))
