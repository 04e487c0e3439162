"""Words for codes of what an office writes itself: spans of time, ways to answer a question."""

from __future__ import annotations

from app.kernel.errors import msg

CONTENT: dict[str, dict[str, str]] = {
    "span": {"wd": msg("working days"), "wh": msg("working hours"), "d": msg("days"), "h": msg("hours"),
             "min": msg("minutes")},
    "calendar_kind": {"rest": msg("holiday"), "work": msg("make-up working day")},
    "calendar_mark": {"holiday": msg("H"), "make_up": msg("W")},
    "calendar_day": {"work": msg("working day"), "rest": msg("weekend"), "holiday": msg("holiday"),
                     "make_up": msg("make-up working day")},
    "hit_policy": {"FIRST": msg("the first row that fits"), "UNIQUE": msg("exactly one row fits"),
                   "ANY": msg("all rows that fit say the same"), "PRIORITY": msg("the weightiest answer counts"),
                   "COLLECT": msg("all rows that fit together"), "RULE ORDER": msg("all rows that fit, in order"),
                   "OUTPUT ORDER": msg("all rows that fit, the weightiest first")},
    "question": {"text": msg("One line"), "long": msg("Several lines"), "number": msg("Number"), "date": msg("Day"),
                 "choice": msg("One of several choices"), "many": msg("Any of several choices"),
                 "yesno": msg("Yes or no"), "slot": msg("Part of the day")},
}
