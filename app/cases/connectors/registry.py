"""Job types and their functions; and the hook through which a room above offers suggestions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.model import Case
from app.kernel.errors import NotFound, msg
from app.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class JobCall:
    """One job as its connector sees it: the case, the task's headers and its input variables."""

    uow: UnitOfWork
    case: Case
    headers: Mapping[str, str]
    variables: Mapping[str, Any]


class BusinessError(Exception):
    """An outcome the diagram may catch with an error boundary event of this code."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


Connector = Callable[[JobCall], dict[str, Any]]
Suggester = Callable[[Session, UUID, str], Mapping[str, Any]]
_connectors: dict[str, Connector] = {}
_suggesters: list[Suggester] = []


def connector(job_type: str) -> Callable[[Connector], Connector]:
    """Register the function of a job type; its answer are the job's result variables."""

    def register(function: Connector) -> Connector:
        if job_type in _connectors:
            raise ValueError(f"{job_type} has a connector already")
        _connectors[job_type] = function
        return function

    return register


def connector_of(job_type: str) -> Connector:
    """The function of a job type. Raises NotFound."""
    if job_type not in _connectors:
        raise NotFound(msg("There is no connector %(type)s."), type=job_type)
    return _connectors[job_type]


def job_types() -> list[str]:
    """All known job types, for the linter."""
    return sorted(_connectors)


def register_suggester(suggester: Suggester) -> None:
    """(session, tenant, text) -> {code, name, name_en, confidence, codes, source}; the newest registration counts."""
    _suggesters[:] = [suggester]


def suggester() -> Suggester | None:
    """Who suggests services, if anybody."""
    return _suggesters[0] if _suggesters else None
