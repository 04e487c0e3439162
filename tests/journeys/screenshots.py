"""`make screenshots`: walk the main path on a fresh office and lay the README's picture out of its pages."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from app import create_app
from app.cli.demo import office, year
from app.cli.demo.year.parts import FIRST
from app.tenancy.queries import tenant_by_slug
from tests.databases import migrate
from tests.factories import seed_demo
from tests.journeys.main_path import Sent, Stage, classify, handle, rate, review, submit, take_in
from tests.journeys.people import DESK, PHONE, chromium
from tests.journeys.server import ROOT, running

TARGET = ROOT / "static" / "img" / "readme"
PAGE = """<body style="margin:0;padding:28px;background:#e9e6dd;display:grid;gap:24px;
grid-template-columns:300px minmax(0,1fr) 300px;width:1500px;box-sizing:border-box;align-items:start">{pictures}</body>"""
PAIR = PAGE.replace("300px minmax(0,1fr) 300px", "minmax(0,1fr) minmax(0,1fr)")
PICTURE = ('<img src="{source}" style="width:100%;border-radius:14px;box-shadow:0 6px 24px #0003;'
           'height:640px;object-fit:cover;object-position:left top">')


def main() -> int:
    """Make the pictures anew; 0 when all stand."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'office.db'}"
        migrate(url)
        seed_demo(url)
        _year(url, folder)
        with chromium() as browser, running(url, folder) as address:
            _walk(Stage(browser, address, office.PASSWORD, folder / "album"))
            _lay_out(browser, folder)
    for picture in sorted(TARGET.glob("*.png")):
        sys.stdout.write(f"{picture.relative_to(ROOT)} {picture.stat().st_size // 1024} kB\n")
    return 0


def _year(url: str, folder: Path) -> None:
    """The newest requests of a year, as a newcomer finds them."""
    app = create_app({"DATABASE_URL": url, "INSTANCE_PATH": str(folder), "SECRET_KEY": "pictures"})
    tenant = tenant_by_slug("demo")
    assert tenant is not None  # noqa: S101  it was seeded just now
    with app.app_context():
        year.start(tenant.tenant_id, FIRST)
        year.first_part()


def _walk(stage: Stage) -> None:
    sent = submit(stage)
    take_in(stage, sent)
    classify(stage, sent)
    handle(stage, sent)
    _shot(stage, "/", "home", PHONE)
    _case(stage, sent)
    review(stage, sent)
    rate(stage, sent)
    _shot(stage, sent.link, "closed", PHONE)
    for login, path, name in (("supervisor", "/staff/oversight", "oversight"), ("leader", "/staff/insight", "figures")):
        with stage.person(size=DESK) as person:
            person.sign_in(login, stage.password)
            person.go(path)
            person.picture(name, whole=False)
    with stage.person(size=DESK) as person:
        person.sign_in("analyst", stage.password)
        person.go("/studio/process/service_request")
        person.page.locator("[data-studio][data-ready]").wait_for()
        person.page.wait_for_timeout(1_500)
        person.picture("studio", whole=False)
        person.go("/studio/heat/service_request")
        person.page.locator("[data-shown]").first.wait_for()
        person.picture("heat", whole=False)


def _shot(stage: Stage, path: str, name: str, size: dict[str, int]) -> None:
    with stage.person(size=size) as person:
        person.go(path)
        person.picture(name, whole=False)


def _case(stage: Stage, sent: Sent) -> None:
    """The case page, its diagram in the middle of the window."""
    with stage.person(size=DESK) as handler:
        handler.sign_in("handler_lrs", stage.password)
        handler.go("/staff/cases")
        handler.page.locator("main a", has_text=sent.number).first.click()
        handler.page.wait_for_selector(".diagram[data-shown]")
        handler.page.locator("#diagram").scroll_into_view_if_needed()
        handler.page.evaluate("document.querySelector('#diagram').closest('section').scrollIntoView()")
        handler.picture("diagram", whole=False)
        handler.page.evaluate("scrollTo(0, 0)")
        handler.picture("case", whole=False)


def _lay_out(browser: Browser, folder: Path) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    album = folder / "album"
    _beside(browser, folder, PAGE, ("home", "case", "closed"), "overview")
    _beside(browser, folder, PAIR, ("oversight", "figures"), "office")
    _beside(browser, folder, PAIR, ("studio", "heat"), "studio")
    shutil.copyfile(album / "diagram.png", TARGET / "diagram.png")


def _beside(browser: Browser, folder: Path, layout: str, names: tuple[str, ...], target: str) -> None:
    """Pictures side by side as one."""
    page = folder / "page.html"
    page.write_text(layout.format(pictures="".join(
        PICTURE.format(source=(folder / "album" / f"{name}.png").as_uri()) for name in names)), encoding="utf-8")
    window = browser.new_page(viewport={"width": 1500, "height": 700})
    window.goto(page.as_uri())
    window.screenshot(path=str(TARGET / f"{target}.png"), full_page=True)
    window.close()


if __name__ == "__main__":
    sys.exit(main())
