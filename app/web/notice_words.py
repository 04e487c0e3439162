"""Words for notices, profiles and public summaries."""

from __future__ import annotations

from app.kernel.errors import msg

NOTICE_WORDS: dict[str, dict[str, str]] = {
    "notice_kind": {"interruption": msg("Interruption"), "warning": msg("Warning"), "event": msg("Activity"),
                    "information": msg("Information")},
    "notice_state": {"draft": msg("Draft"), "published": msg("published"), "withdrawn": msg("withdrawn"),
                     "current": msg("Current"), "coming": msg("Coming"), "ended": msg("Ended")},
    "notice_act": {"saved": msg("Saved"), "published": msg("Published"), "withdrawn": msg("Withdrawn")},
    "push_state": {"waiting": msg("residents are being told"), "done": msg("all were told"),
                   "stopped": msg("stopped: the notice ended or was withdrawn")},
    "profile_label": {"home": msg("Home"), "parents": msg("Parents or children live there"), "work": msg("Work"),
                      "other": msg("Other")},
    "profile_kind": {"cases": msg("My cases"), "notices": msg("Notices"), "surveys": msg("Surveys")},
    "way": {"in_app": msg("On my page"), "sms": msg("Short message"), "email": msg("E-mail"), "wechat": msg("WeChat")},
    "public_state": {"": msg("waits for a summary"), "draft": msg("waits for approval"),
                     "published": msg("on the public page"), "withdrawn": msg("withdrawn")},
}
