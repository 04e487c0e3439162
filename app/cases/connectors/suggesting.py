"""Job `suggest`: which service the text may be about."""

from __future__ import annotations

import logging
from typing import Any

from app.cases.connectors.registry import BusinessError, JobCall, connector, suggester

log = logging.getLogger(__name__)
FAILED = "suggestion_failed"


@connector("suggest")
def suggest(call: JobCall) -> dict[str, Any]:
    """`suggestion`; without anybody who could suggest, the diagram goes its other way."""
    source = suggester()
    if source is None:
        raise BusinessError(FAILED)
    try:
        with call.uow.session.begin_nested():
            return {"suggestion": dict(source(call.uow.session, call.uow.tenant_id, call.case.text))}
    except Exception as error:
        log.warning("no suggestion: %s", type(error).__name__, exc_info=True)
        raise BusinessError(FAILED) from error
