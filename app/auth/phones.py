"""Phone numbers: one written form for each, and a masked one for people to recognise."""

from __future__ import annotations

import re
import unicodedata

from app.kernel.errors import Invalid, msg


def normal(text: str) -> str:
    """Digits only, without the country code of mainland China; Invalid if it is no phone number."""
    plain = re.sub(r"[\s().-]", "", unicodedata.normalize("NFKC", text))
    plain = re.sub(r"^(\+86|0086)", "", plain)
    if not re.fullmatch(r"\+?[0-9]{7,15}", plain):
        raise Invalid(msg("Please check the marked fields."), fields={
            "phone": [(msg("This does not look like a phone number."), {})]})
    return plain


def masked(phone: str) -> str:
    """`138****0001`."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) > 7 else "****"
