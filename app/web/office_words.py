"""Words about whole offices: states of a subscription, what is counted, first steps, exports."""

from __future__ import annotations

from app.kernel.errors import msg

OFFICE_WORDS: dict[str, dict[str, str]] = {
    "office_state": {
        "working": msg("working"), "ending": msg("term ends soon"), "grace": msg("term over, days of grace"),
        "suspended": msg("suspended"),
    },
    "suspended_why": {"ended": msg("its term is over"), "by_hand": msg("stopped by hand")},
    "use": {
        "staff": msg("Staff accounts"), "residents": msg("Residents' accounts"),
        "cases": msg("Cases in this year of the term"), "mb": msg("Files in MB"),
    },
    "use_state": {"fine": msg("within the limit"), "near": msg("near the limit"), "over": msg("over the limit")},
    "first_step": {
        "units": msg("Units: who handles what"), "people": msg("People: at least one who takes requests in"),
        "places": msg("Places: committees, compounds and buildings"),
        "services": msg("Services that residents choose from"),
        "phone": msg("Phone of the office, for whoever would rather ring"),
        "notices": msg("A first notice for residents"),
    },
    "export_state": {
        "waiting": msg("being made"), "ready": msg("ready"), "failed": msg("failed"), "gone": msg("removed"),
    },
}
