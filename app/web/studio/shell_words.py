"""What the editor's script says, in the reader's language. `{...}` are filled in by the script."""

from __future__ import annotations

from app.kernel.errors import msg
from app.web.texts import t

WORDS = {
    "ready": msg("Nothing changed yet"), "draft": msg("Draft"), "unsaved": msg("Changed"), "saving": msg("Saving …"),
    "saved": msg("Saved {at}"), "offline": msg("No connection. What you wrote is kept in this browser and sent later."),
    "unkept": msg("No connection, and this browser cannot keep the text. Please leave the page open."),
    "refused": msg("Not saved: {why}"),
    "signed_out": msg("You are signed out. Your text is kept in this browser: sign in in another tab, then save."),
    "conflict": msg("Somebody else has changed this meanwhile. Nothing was written over."),
    "newer": msg("{by} has saved a newer text."),
    "published": msg("This draft has ended: it was published or put aside."),
    "show_newer": msg("Show it"), "theirs": msg("Take the other text"), "mine": msg("Keep mine in its place"),
    "put_back": msg("Bring my text back"), "put_aside": msg("The other text is shown. Yours is still here."),
    "restored": msg("Your text from {at} had not been sent. It is here again."),
    "here": msg("Also here: {names}"), "by": msg("saved by {by}, {at}"),
    "checking": msg("Checking …"), "sound": msg("The checks find nothing."), "faults": msg("{count} faults"),
    "fault": msg("1 fault"), "hints": msg("{count} hints"), "hint": msg("1 hint"), "line": msg("line {line}"),
    "row": msg("row {row}"), "column": msg("column {column}"),
    "unchecked": msg("The checks cannot be asked right now."),
    "broken": msg("The drawn editor could not read this file. It is shown as text."),
    "optional": msg("optional"),
    "editor": msg("Text of the definition"),
}


def shell_words() -> dict[str, str]:
    """All of them."""
    return {name: t(text) for name, text in WORDS.items()}
