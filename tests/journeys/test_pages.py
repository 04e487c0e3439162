"""Every page of each role's menus, on a phone and on a desk, in both languages and in the elder view: axe, width, scripts.

At 400 % zoom a desk of 1280 by 1024 pixels is 320 by 256 wide and high: nothing may stand beside the screen then.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.cli.demo import office
from tests.journeys.main_path import Stage, submit
from tests.journeys.people import DESK, PHONE, chromium
from tests.journeys.server import ROOT, running

ROLES = ("intake_clerk", "supervisor", "analyst", "administrator", "leader", "operator", "provider_wbs")
ZOOMED = {"width": 320, "height": 256}
LINKS = "[...document.querySelectorAll('header a[href], .tabs a[href]')].map(one => one.pathname)"


@pytest.fixture(scope="module")
def stage(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The running product with one request in it."""
    copies, template = templates("sqlite", "demo")
    url = copies.copy(template)
    folder = tmp_path_factory.mktemp("pages")
    with chromium() as browser, running(url, folder) as address:
        made = Stage(browser, address, office.PASSWORD, ROOT / "instance" / "screenshots" / "pages")
        submit(made)
        yield made
    copies.drop(url)


@pytest.mark.parametrize("login", ROLES)
def test_every_page_of_a_role_is_sound(stage: Stage, login: str) -> None:
    seen: set[str] = set()
    for size, name, lang, large in (
            (DESK, "desk", "zh", 0), (PHONE, "phone", "en", 0), (PHONE, "elder", "zh", 1), (ZOOMED, "zoomed", "en", 0)):
        with stage.person(size=size) as person:
            person.sign_in(login, stage.password)
            person.go(f"/preferences?lang={lang}&large={large}")
            waiting, done = ["/t/demo/staff/"], set[str]()
            visited = stage.seen.setdefault(f"paths {name}", set())
            while waiting:
                path = waiting.pop()
                # What the desk showed differs between roles in what it offers, hardly in how it is laid out.
                if path in done or (name != "desk" and path in visited and path != "/t/demo/staff/"):
                    continue
                done.add(path)
                visited.add(path)
                person.go(person.address.removesuffix("/t/demo") + path)
                picture = f"{login}-{path.strip('/').replace('/', '_')}-{name}"
                person.fits(picture) if size is ZOOMED else person.look(picture, seen=stage.seen.setdefault(name, set()))
                waiting += [link for link in person.page.evaluate(LINKS) if _staff(link)]
            seen |= done
    assert len(seen) >= 2, seen


def _staff(path: str) -> bool:
    return "/staff/" in path or "/admin/" in path


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_every_page_of_a_resident_is_sound(stage: Stage, lang: str) -> None:
    with stage.person(size=PHONE, lang=lang) as resident:
        for large in (0, 1):
            resident.go(f"/preferences?large={large}")
            for path in ("/", "/?q=垃圾", "/services/CS", "/service/CS01", "/submit?module=CS", "/submit?service=LS01",
                         "/find", "/sign-in", "/notices", "/published"):
                resident.go(path)
                assert resident.page.locator("h1").count() == 1, path
                resident.look(f"resident-{lang}-{large}-" + "".join(c if c.isalnum() else "_" for c in path))
