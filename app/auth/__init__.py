"""People of an office, their memberships and sessions, and what a role may do. No web here."""

from app.auth import limits, phones, policy
from app.auth.actors import actor_of
from app.auth.codes import deliver_with as deliver_codes_with

__all__ = ["actor_of", "deliver_codes_with", "limits", "phones", "policy"]
