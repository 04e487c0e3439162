"""Reading whole offices."""

from app.offices.exporting import listing as exports
from app.offices.steps import first_steps
from app.offices.usage import Month, Standing, Use, by_month, standing, standings

__all__ = ["Month", "Standing", "Use", "by_month", "exports", "first_steps", "standing", "standings"]
