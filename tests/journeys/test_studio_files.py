"""A package goes out of an office in a browser and comes back changed; what fell behind is looked at and settled."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine

from app.catalog.commands import PublishDefinition
from app.cli.demo import office
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.database import Database
from app.kernel.model import BASE_TENANT_ID
from app.tenancy.queries import tenant_by_slug
from tests.journeys.main_path import Stage
from tests.journeys.people import chromium
from tests.journeys.server import ROOT, running

SMALL = {"width": 360, "height": 740}
TABLE = ROOT / "rules/base/decisions/urgency/urgency.dmn"


@pytest.fixture(scope="module")
def stage(templates: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The running product with a table that has fallen behind: the office's and the base's row differ."""
    copies, template = templates("sqlite", "demo")  # type: ignore[operator]
    url = copies.copy(template)
    folder = tmp_path_factory.mktemp("studio")
    engine = create_engine(url)
    database.install(Database(engine))
    found = tenant_by_slug("demo")
    assert found is not None
    for tenant_id, mark in ((found.tenant_id, b"<!-- ours -->"), (BASE_TENANT_ID, b"<!-- theirs -->")):
        data = TABLE.read_bytes().replace(b"</definitions>", mark + b"</definitions>")
        dispatch(PublishDefinition(tenant_id=tenant_id, actor=SYSTEM, kind="decision", definition_key="urgency", data=data))
    engine.dispose()
    with chromium() as browser, running(url, folder) as address:
        yield Stage(browser, address, office.PASSWORD, ROOT / "instance" / "screenshots" / "studio_files")
    copies.drop(url)


def test_a_package_travels_and_what_fell_behind_is_settled(stage: Stage) -> None:
    with stage.staff("administrator") as person:
        person.go("/studio/packages")
        person.look("packages")
        with person.page.expect_download() as got:
            person.page.locator('a[download][href$="/studio/package/ask_resident"]').click()
        package = got.value.path().read_bytes()
        person.page.set_input_files("#c-file", files=[{"name": "p.zip", "mimeType": "application/zip", "buffer": changed(package)}])
        person.page.locator("main form button").first.click()
        person.page.wait_for_selector("#files")
        person.look("package")
        person.page.fill("#c-reason", "另一街道用得好")
        person.page.locator("form:has(#c-reason) button").click()
        person.page.wait_for_selector(".flash, [role=status]")
        person.go("/studio/data/service_request")
        person.look("data", whole=False)
        person.go("/studio/drift")
        person.look("drift")
        person.page.locator("main a", has_text="urgency").click()
        person.look("drift_of")
        for path in ("/studio/packages", "/studio/data/follow_up", "/studio/drift/decision/urgency"):
            person.page.set_viewport_size(SMALL)
            person.go(path)
            person.look("small" + path.replace("/", "_"), whole=False)
        person.page.fill("#c-reason", "本街道人手少")
        person.page.locator("button[value=keep]").click()
        person.page.wait_for_selector(".flash, [role=status]")
        assert not person.page.locator("main a", has_text="urgency").count()
        assert person.problems == []


def changed(package: bytes) -> bytes:
    """The same package with another name of the process."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            new.writestr(entry.filename, data.replace("询问居民".encode(), "请居民说明".encode()) + b"\n")
    return out.getvalue()
