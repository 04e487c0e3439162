"""How a person wants to be told: homes, interests, channels by kind of message, quiet hours, and stop.

Other rooms use `from app.notifications import profiles`.
"""

from app.notifications.profiles.choices import CHANNELS, KINDS, STAFF_KINDS, usual
from app.notifications.profiles.commands import (
    ConfirmEmail,
    EraseProfile,
    LinkWechat,
    RequestEmailCode,
    SaveProfile,
    SaveWorkChoices,
    StopMessages,
)
from app.notifications.profiles.model import ContactProfile, ProfileInterest, ProfilePlace
from app.notifications.profiles.queries import Audience, ProfileView, audience, homes, may_stop, of_user, view

__all__ = [
    "CHANNELS", "KINDS", "STAFF_KINDS", "Audience", "ConfirmEmail", "ContactProfile", "EraseProfile", "LinkWechat",
    "ProfileInterest", "ProfilePlace", "ProfileView", "RequestEmailCode", "SaveProfile", "SaveWorkChoices",
    "StopMessages", "audience", "homes", "may_stop", "of_user", "usual", "view",
]
