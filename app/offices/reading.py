"""Reading what an operator wrote about an office: texts to values, every fault at its field."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.kernel.errors import FieldErrors, msg
from app.tenancy import settings, terms
from app.tenancy.model import SLUG

LOCALES = ("zh", "en")
RESERVED = frozenset({"admin", "api", "assets", "base", "health", "login", "mail", "new", "operator", "root", "staff",
                      "static", "status", "support", "system", "t", "tenant", "tenants", "test", "www"})
"""Names that would mislead in an address, or that the installation may need itself."""
HOST = re.compile(r"(?=.{4,200}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
LOGIN = re.compile(r"[a-z0-9._@-]{2,80}")
MOST_YEARS = 6
TERM_FIELDS = ("starts_on", "ends_on", "grace_days", "warn_days", *terms.LIMITS)
OFFICE_FIELDS = ("name_zh", "name_en", "slug", "host", "locale", "time_zone", "contact_phone", "calendar_from",
                 "calendar_until", "admin_name", "admin_login")
NEEDED = msg("Please fill this in.")


@dataclass
class Reader:
    """Takes fields one by one; what is wrong is collected in `faults`."""

    sent: Mapping[str, str]
    faults: FieldErrors = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Without surrounding space."""
        return str(self.sent.get(name) or "").strip()

    def fault(self, name: str, message: str, /, **params: Any) -> None:
        """One message at a field."""
        self.faults.setdefault(name, []).append((message, params))

    def words(self, name: str, most: int, *, needed: bool = False) -> str:
        """A text of limited length."""
        found = self.text(name)
        if needed and not found:
            self.fault(name, NEEDED)
        elif len(found) > most:
            self.fault(name, msg("At most %(limit)s characters."), limit=most)
        return found

    def day(self, name: str) -> date | None:
        """A day as YYYY-MM-DD."""
        found = self.text(name)
        try:
            if re.fullmatch(r"\d{4}-\d\d-\d\d", found, re.ASCII):
                return date.fromisoformat(found)
        except ValueError:
            pass  # the 30th of February
        self.fault(name, msg("Please give a day, like 2026-12-31."))
        return None

    def number(self, name: str, least: int, most: int) -> int | None:
        """A whole number; None for an empty field."""
        found = self.text(name)
        if not found:
            return None
        if found.isascii() and found.isdecimal() and len(found) < 12 and least <= int(found) <= most:
            return int(found)
        self.fault(name, msg("A whole number from %(least)s to %(most)s."), least=least, most=most)
        return None


def term(reader: Reader) -> dict[str, Any]:
    """The columns of a term."""
    starts, ends = reader.day("starts_on"), reader.day("ends_on")
    if starts is not None and ends is not None and ends < starts:
        reader.fault("ends_on", msg("The term cannot end before it begins."))
    grace = reader.number("grace_days", 0, 365)
    found: dict[str, Any] = {"starts_on": starts, "ends_on": ends, "warn_days": _warn_days(reader),
                             "grace_days": terms.GRACE_DAYS if grace is None else grace}
    return found | {name: reader.number(name, 1, 100_000_000) for name in terms.LIMITS}


def _warn_days(reader: Reader) -> list[int]:
    parts = [part for part in re.split(r"[\s,，、]+", reader.text("warn_days")) if part]
    if all(part.isascii() and part.isdecimal() and len(part) < 4 for part in parts) and len(parts) <= 10:
        return sorted({int(part) for part in parts}, reverse=True)
    reader.fault("warn_days", msg("Please write days like this: 60, 30, 7"))
    return []


def office(reader: Reader) -> dict[str, Any]:
    """Names, address, language, calendar and first administrator, checked by themselves."""
    found: dict[str, Any] = {
        "name_zh": reader.words("name_zh", 120, needed=True), "name_en": reader.words("name_en", 120),
        "slug": _slug(reader), "host": _host(reader), "locale": reader.text("locale") or LOCALES[0],
        "time_zone": reader.text("time_zone"), "contact_phone": reader.text("contact_phone"),
        "admin_name": reader.words("admin_name", 120, needed=True), "admin_login": reader.text("admin_login").lower()}
    if found["locale"] not in LOCALES:
        reader.fault("locale", msg("Please choose from the list."))
    if found["time_zone"] not in zoneinfo.available_timezones():
        reader.fault("time_zone", msg("There is no time zone %(name)s."), name=found["time_zone"][:60])
    if found["contact_phone"] and not settings.PHONE.match(found["contact_phone"]):
        reader.fault("contact_phone", msg("A phone number has digits, spaces, + and - only."))
    if not LOGIN.fullmatch(found["admin_login"]):
        reader.fault("admin_login", msg("A sign-in name has 2 to 80 small letters, digits and . _ @ -"))
    return found | {"years": _years(reader)}


def _slug(reader: Reader) -> str:
    found = reader.text("slug").lower()
    if not SLUG.fullmatch(found):
        reader.fault("slug", msg("The short name of an office has letters a to z, digits and hyphens."))
    elif found in RESERVED:
        reader.fault("slug", msg("This name is kept for the installation itself."))
    return found


def _host(reader: Reader) -> str | None:
    found = reader.text("host").lower().rstrip(".")
    if found and not HOST.fullmatch(found):
        reader.fault("host", msg("A host name looks like window.example.org, without https:// and without a port."))
    return found or None


def _years(reader: Reader) -> range:
    first, last = reader.number("calendar_from", 2000, 2100), reader.number("calendar_until", 2000, 2100)
    for name, year in (("calendar_from", first), ("calendar_until", last)):
        if year is None and name not in reader.faults:
            reader.fault(name, NEEDED)
    if first is None or last is None:
        return range(0)
    if not 0 <= last - first < MOST_YEARS:
        reader.fault("calendar_until", msg("From the first year on, at most %(limit)s years."), limit=MOST_YEARS)
        return range(0)
    return range(first, last + 1)
