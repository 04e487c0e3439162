"""What a wished-for message needs: its template, parameters and whom to tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.model import EVERY, Case, CaseNotice, Person


@dataclass(frozen=True)
class NoticeView:
    """`user_id` and `phone` are the resident's, None when unknown or erased; `group` is set for a group."""

    notice_id: UUID
    case_id: UUID
    case_number: str
    template: str
    audience: str
    group: str | None
    params: Mapping[str, Any]
    locale: str
    user_id: UUID | None
    phone: str | None


def notice(session: Session, notice_id: UUID) -> NoticeView | None:
    """The message that an event `case.notice_wanted` names."""
    row = session.get(CaseNotice, (session.info["tenant_id"], notice_id))
    case = session.get(Case, (row.tenant_id, row.case_id), execution_options=EVERY) if row is not None else None
    if row is None or case is None:
        return None
    person = session.get(Person, (case.tenant_id, case.person_id)) if case.person_id else None
    return NoticeView(row.id, case.id, case.number, row.template, row.audience, row.group_name, row.params,
                      case.locale, person.user_id if person else None, person.phone if person else None)
