"""Telling people: message templates, and channels behind one interface. When something is told, the diagram says."""

from app.notifications import links, preview
from app.notifications.channels import check_configuration, configure, stored_only
from app.notifications.delivery import IN_BULK as BULK_QUEUE
from app.notifications.delivery import OWN as OWN_QUEUE
from app.notifications.delivery import tick
from app.notifications.pushing import tick as push
from app.notifications.queueing import Manner, Recipient, locale_for, queue

__all__ = ["BULK_QUEUE", "Manner", "OWN_QUEUE", "Recipient", "check_configuration", "configure", "links", "locale_for",
           "preview", "push", "queue", "stored_only", "tick"]
