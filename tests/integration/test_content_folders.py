"""Calendars and settings dropped into an office's folder come into force; what is refused says where and changes nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from app.deadlines import calendar_of
from app.deadlines.commands import RestoreCalendarYear
from app.kernel import clock, database
from app.kernel.bus import dispatch
from app.kernel.events import StoredEvent
from app.offices import files
from app.tenancy import settings, versions
from app.tenancy.commands import SaveOffice
from app.tenancy.queries import office_document
from app.workers.folders import Watch
from tests.integration.play import Office

FOLDER = "tenants/demo"
TABLE = "date,kind,name\n2031-05-01,rest,劳动节\n2031-05-04,work,\n"


def put(root: Path, name: str, text: str) -> None:
    path = root / "rules" / FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def looks(watch: Watch) -> int:
    return watch.tick(clock.now()) + watch.tick(clock.now())


def free(office: Office, on: date) -> bool:
    with database.current().read(office.tenant_id) as session:
        return not calendar_of(session, office.tenant_id).is_working_day(on)


def phone(office: Office) -> str:
    with database.current().read(office.tenant_id) as session:
        return str(settings.value(session, "contact_phone", ""))


def test_a_year_and_settings_come_into_force_with_versions_and_pages_win_later(office: Office, tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    put(tmp_path, "calendar/2031.csv", TABLE)
    put(tmp_path, "settings.yaml", "contact_phone: 010-5550000\ndraft_days: 9\n")
    assert looks(watch) == 2 and free(office, date(2031, 5, 1)) and not free(office, date(2031, 5, 4))
    assert phone(office) == "010-5550000"
    with database.current().read(office.tenant_id) as session:
        for kind, key, file in (("calendar", "2031", "calendar/2031.csv"), ("settings", "office", "settings.yaml")):
            assert versions.history(session, kind, key)[0].reason == f"rules/{FOLDER}/{file}"
        now = office_document(session, office.tenant_id)
        kept = versions.history(session, "calendar", "2031")[-1].document
    admin = office.who("administrator")
    dispatch(SaveOffice(tenant_id=office.tenant_id, actor=admin, name_zh=now["name_zh"], name_en=now["name_en"],
                        locale=now["locale"], values={"contact_phone": "010-1"}))
    dispatch(RestoreCalendarYear(tenant_id=office.tenant_id, actor=admin, year=2031, days={}))
    assert kept["year"] == 2031 and looks(Watch(tmp_path)) == 0, "a worker that begins anew puts nothing back"
    assert phone(office) == "010-1" and not free(office, date(2031, 5, 1))
    put(tmp_path, "calendar/2031.csv", TABLE + "2031-10-01,rest,国庆节\n")
    assert looks(watch) == 1 and free(office, date(2031, 10, 1))


def test_what_is_refused_names_line_and_column_and_is_in_the_trail(office: Office, tmp_path: Path) -> None:
    watch, before = Watch(tmp_path), phone(office)
    put(tmp_path, "calendar/2031.csv", TABLE.replace("work", "wrok"))
    put(tmp_path, "settings.yaml", "contact_phone: 010-2\ndraft_days: 900\n")
    assert looks(watch) == 0 and phone(office) == before and free(office, date(2031, 5, 4))
    refused = {one.data["kind"]: one.data["problems"]
               for one in office.rows(StoredEvent, StoredEvent.type == "definition.refused")}
    assert refused == {"calendar": 1, "settings": 1}
    with database.current().read(office.tenant_id) as session:
        told = {one.place(): one.text() for one in files.waiting(session, tmp_path, FOLDER)}
    assert "Did you mean work?" in told[f"rules/{FOLDER}/calendar/2031.csv:3:12"]
    assert "A whole number from 1 to 365." in told[f"rules/{FOLDER}/settings.yaml:2:13"]
    put(tmp_path, "settings.yaml", "contact_fone: 010-2\n")
    assert looks(watch) == 0 and "Is it contact_phone?" in files.read(tmp_path, FOLDER)[1][-1].text()
    put(tmp_path, "settings.yaml", "contact_phone: 010-2\n")
    put(tmp_path, "calendar/2031.csv", TABLE)
    assert looks(watch) == 2 and phone(office) == "010-2"
