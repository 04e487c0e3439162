"""Words for walks: what a clock does, over which ways a message would go."""

from __future__ import annotations

from app.kernel.errors import msg

WALK_WORDS: dict[str, dict[str, str]] = {
    "clock_act": {"start": msg("started"), "pause": msg("paused"), "resume": msg("counting again"),
                  "extend": msg("extended"), "interrupt": msg("begun again in full"), "stop": msg("met"),
                  "drop": msg("ended with the process"), "reopen": msg("opened again")},
    "way_out": {"in_app": msg("on their page"), "sms": msg("Short message"), "email": msg("E-mail"),
                "wechat": msg("WeChat"), "demo": msg("Short message (demo)"), "console": msg("Short message (demo)")},
}
