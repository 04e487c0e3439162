"""What a person entered -> a typed value, and back to what an input shows. Rules of the form are checked elsewhere."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from app.forms import vocabulary as words
from app.forms.model import Component
from app.forms.scope import as_text, plain
from app.kernel.errors import msg

Message = tuple[str, dict[str, Any]]
Entered = str | Sequence[str] | None
Read = tuple[Any, Message | None]

LARGEST = Decimal(10) ** 15
"""Numbers are smaller than this, so that every machine they pass keeps them exact."""
_NUMBER = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,4})?", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

NOT_A_NUMBER = msg("Please enter a number, for example 12 or 3.5.")
NOT_AN_OPTION = msg("Please choose one of the options.")
ONE_VALUE = msg("Please enter one value only.")


@dataclass(frozen=True)
class Option:
    """One option as offered; `value` is a text, number or flag, `label` is in the reader's language."""

    value: Any
    label: str


def empty_value(kind: str) -> Any:
    """What a field without an entry gives, as form-js has it."""
    return [] if kind in words.MANY else {"textfield": "", "textarea": "", "checkbox": False}.get(kind)


def read_entry(component: Component, entered: Entered, zone: tzinfo, options: Sequence[Option]) -> Read:
    """(typed value, None), or (empty value, message) when the entry is no value of the component's type."""
    many = component.type in words.MANY
    texts = [entered] if isinstance(entered, str) else list(entered or [])
    if component.type == "checkbox":
        texts = texts[-1:]
    if not many and len(texts) > 1:
        return empty_value(component.type), (ONE_VALUE, {})
    if many:
        return _read_many(component, [text for text in texts if text != ""], options)
    text = texts[0] if texts else ""
    if component.type in words.CHOICES:
        return _read_choice(text, options)
    if component.type not in ("textfield", "textarea", "checkbox") and text.strip() == "":
        return None, None
    return _READERS[component.type](component, text, zone)


def _read_text(component: Component, text: str, zone: tzinfo) -> Read:
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if component.type == "textfield" and ("\n" in text or "\t" in text):
        text = " ".join(text.split())
    if _CONTROL.search(text):
        return "", (msg("This text holds characters that cannot be stored."), {})
    return text, None


def _read_number(component: Component, text: str, zone: tzinfo) -> Read:
    text = unicodedata.normalize("NFKC", text).strip()
    if not _NUMBER.fullmatch(text):
        return None, (NOT_A_NUMBER, {})
    number = Decimal(text)
    if number.copy_abs() >= LARGEST:
        return None, (msg("This number is too large."), {})
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -12:
        return None, (msg("Please enter at most %(digits)s digits after the decimal point."), {"digits": 12})
    return plain_number(number), None


def plain_number(number: Decimal) -> int | Decimal:
    """An int when the number is whole, else a Decimal without trailing zeros."""
    return int(number) if number == number.to_integral_value() else number.normalize()


def _read_flag(component: Component, text: str, zone: tzinfo) -> Read:
    if text in ("on", "true", "1"):
        return True, None
    if text in ("", "off", "false", "0"):
        return False, None
    return False, (NOT_AN_OPTION, {})


def _read_choice(text: str, options: Sequence[Option]) -> Read:
    if text == "":
        return None, None
    for option in options:
        if option_text(option.value) == text:
            return option.value, None
    return None, (NOT_AN_OPTION, {})


def option_text(value: Any) -> str:
    """The value of an option as it stands in the page."""
    return as_text(value)


def _read_many(component: Component, texts: list[str], options: Sequence[Option]) -> Read:
    if component.type == "filepicker":
        return _read_files(texts)
    by_text = {option_text(option.value): option.value for option in options}
    if any(text not in by_text for text in texts):
        return [], (NOT_AN_OPTION, {})
    return [by_text[text] for text in dict.fromkeys(texts)], None


def _read_files(texts: list[str]) -> Read:
    try:
        return [str(uuid.UUID(text)) for text in dict.fromkeys(texts)], None
    except ValueError:
        return [], (msg("A file was not received. Please choose it again."), {})


def _read_datetime(component: Component, text: str, zone: tzinfo) -> Read:
    subtype, form = component.settings["subtype"], component.settings["format"]
    text = unicodedata.normalize("NFKC", text).strip()
    try:
        if subtype == "date":
            return _date(text).isoformat(), None
        if subtype == "time":
            moment = datetime.combine(date(2000, 1, 1), _time(text), zone)
        else:
            day, _separator, clock = text.replace(" ", "T").partition("T")
            moment = datetime.combine(_date(day), _time(clock), zone)
    except (ValueError, OverflowError):
        return None, (_DATE_MESSAGES[subtype], {})
    return _serialise(moment, form, only_time=subtype == "time"), None


_DATE_MESSAGES = {
    "date": msg("Please enter a date such as 2026-05-31."),
    "time": msg("Please enter a time such as 14:30."),
    "datetime": msg("Please enter a date and a time such as 2026-05-31 14:30."),
}


def _date(text: str) -> date:
    if not _DATE.fullmatch(text) or text < "1800":
        raise ValueError(text)
    return date.fromisoformat(text)


def _time(text: str) -> time:
    if not _TIME.fullmatch(text):
        raise ValueError(text)
    return time.fromisoformat(text)


def _serialise(moment: datetime, form: str, only_time: bool) -> str:
    """ISO text as form-js writes it: with offset, in UTC, or without a zone; minutes unless there are seconds."""
    precision = "seconds" if moment.second else "minutes"
    if form == "utc_normalized":
        moment = moment.astimezone(UTC)
    text = moment.replace(tzinfo=None).isoformat(timespec=precision)
    if form == "utc_normalized":
        text += "Z"
    elif form == "utc_offset":
        offset = moment.utcoffset() or timedelta(0)
        hours, minutes = divmod(abs(int(offset.total_seconds())) // 60, 60)
        text += f"{'-' if offset < timedelta(0) else '+'}{hours:02d}:{minutes:02d}"
    return text.partition("T")[2] if only_time else text


_READERS: dict[str, Callable[[Component, str, tzinfo], Read]] = {
    "textfield": _read_text, "textarea": _read_text, "number": _read_number, "checkbox": _read_flag,
    "datetime": _read_datetime,
}


def as_moment(component: Component, text: str, zone: tzinfo) -> datetime | date | time | None:
    """A stored date or time as an object in the office's zone; None when the text is none."""
    try:
        if component.settings["subtype"] == "date":
            return date.fromisoformat(text[:10])
        only_time = component.settings["subtype"] == "time"
        moment = datetime.fromisoformat(f"2000-01-01T{text}" if only_time else text)
        local = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
        return local.timetz().replace(tzinfo=None) if only_time else local
    except (ValueError, OverflowError):
        return None


def shown(component: Component, value: Any, zone: tzinfo) -> str | list[str]:
    """A typed value as the input of the component shows it; a list for fields with many values."""
    value = plain(value)
    if component.type in words.MANY:
        return [option_text(item) for item in value] if isinstance(value, list) else []
    if component.type == "datetime" and isinstance(value, str):
        moment = as_moment(component, value, zone)
        if isinstance(moment, datetime):
            return moment.replace(tzinfo=None).isoformat(timespec="minutes")
        if isinstance(moment, time):
            return moment.isoformat(timespec="minutes")
        return moment.isoformat() if moment else ""
    return as_text(value)
