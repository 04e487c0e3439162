"""How far the demo office's year has been filled in. Other rooms use `from app.tenancy import show`."""

from app.tenancy.show.commands import StartFilling
from app.tenancy.show.filling import Progress, progress, take_part

__all__ = ["Progress", "StartFilling", "progress", "take_part"]
