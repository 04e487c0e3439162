"""Telling people: message templates, and channels behind one interface. When something is told, the diagram says."""

from app.notifications import links, preview
from app.notifications.channels import check_configuration, configure, stored_only
from app.notifications.delivery import tick
from app.notifications.pushing import tick as push
from app.notifications.queueing import Manner, Recipient, queue

__all__ = ["Manner", "Recipient", "check_configuration", "configure", "links", "preview", "push", "queue",
           "stored_only", "tick"]
