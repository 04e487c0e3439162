"""Which commands run in a suspended office, and what a command's fingerprint never holds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app import assemble
from app.kernel import bus
from app.kernel.commands import SYSTEM
from app.offices.commands import CreateOffice

ALLOWED = {
    "SignIn", "EnterDemo", "SignOut", "ChangePassword", "SetLocale", "RequestCode", "ConfirmCode", "UseAllowance",
    "RecordDenial", "NoteLookUp", "SaveTerm", "SuspendOffice", "ResumeOffice", "ReviewTerm", "RequestExport",
    "NoteExport", "TakeExport", "DropExport", "NoteBackup", "NoteRestore", "EraseAgain", "ReleaseOffice"}
"""Coming in and going out, the trail of who looked, the suspension itself, export and backup. Nothing that an office is about."""


def test_whoever_adds_a_command_that_runs_in_a_suspended_office_says_so_here() -> None:
    assemble()
    assert {kind.__name__ for kind in bus.commands() if kind.while_paused} == ALLOWED


def test_a_fingerprint_has_no_part_of_a_secret() -> None:
    def made(password: str, **more: Any) -> CreateOffice:
        return CreateOffice(tenant_id=UUID(int=1), actor=SYSTEM, values={}, term={}, first_password=password, **more)

    assert made("one").fingerprint() == made("two").fingerprint() != made("one", takes_in=True).fingerprint()
    assert "one-secret" not in repr(made("one-secret"))
