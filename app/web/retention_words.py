"""Words about retention: the kinds of what is kept."""

from __future__ import annotations

from app.kernel.errors import msg

RETENTION_WORDS: dict[str, dict[str, str]] = {
    "retained": {
        "person": msg("Names, phones and words of closed requests"),
        "files": msg("Photos and files of closed requests"),
        "traces": msg("What decisions read"), "notices": msg("What messages were about"),
        "messages": msg("Texts of messages"), "search": msg("Words in the search index"),
        "states": msg("Inner state of ended processes"), "answers": msg("Answers to forms that were sent twice"),
        "deliveries": msg("Finished background work"), "sessions": msg("Sessions and codes that are over"),
    },
}
