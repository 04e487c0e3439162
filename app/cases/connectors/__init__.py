"""What service tasks do, by job type. Each is a function of the case's rows; nothing slow or remote runs here."""

from app.cases.connectors import joining, notifying, suggesting
from app.cases.connectors.registry import (
    BusinessError,
    JobCall,
    connector,
    connector_of,
    job_types,
    register_suggester,
)

__all__ = ["BusinessError", "JobCall", "connector", "connector_of", "job_types", "joining", "notifying",
           "register_suggester", "suggesting"]
