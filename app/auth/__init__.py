"""People of an office, their memberships and sessions, and what a role may do. No web here."""

from app.auth import limits, passwords, phones, policy
from app.auth.actors import actor_of
from app.auth.actors import asking as asking_actor
from app.auth.codes import WAIT as CODE_WAIT
from app.auth.codes import deliver_with as deliver_codes_with

__all__ = ["CODE_WAIT", "actor_of", "asking_actor", "deliver_codes_with", "limits", "passwords", "phones", "policy"]
