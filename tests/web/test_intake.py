"""Handing a request in: photos that went ahead of the form, places without a map, for someone else, wished times."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.cases.commands import SubmitCase
from app.cases.model import Case
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM
from app.kernel.unit_of_work import transact
from app.tenancy import attachments
from app.tenancy.model import Place
from app.tenancy.queries import tenant_by_slug
from app.web.resident import places
from tests.unit.attachments.files import png
from tests.web.admin_pages import Desk
from tests.web.visiting import resident_browser

TEXT = "楼道的灯坏了三天。The light in the stairway is broken."


@pytest.fixture
def guest(any_app: Any) -> Desk:
    return _visitor(any_app)


def _visitor(app: Any) -> Desk:
    desk = Desk.__new__(Desk)
    desk.client = app.test_client()
    desk.client.get("/t/demo/preferences?lang=en")
    return desk


def _office() -> UUID:
    found = tenant_by_slug("demo")
    assert found is not None
    return found.tenant_id


def _rows(model: Any, *conditions: Any) -> list[Any]:
    with database.current().read(_office()) as session:
        return list(session.scalars(select(model).where(*conditions).order_by(model.id)))


def _photo(desk: Desk, key: str = "one", content: bytes | None = None, name: str = "a.png") -> Any:
    return desk.post("/photos", {"_key": key, "photo": (io.BytesIO(content or png()), name)}, page="/submit")


def _send(desk: Desk, **more: Any) -> Any:
    return desk.post("/submit", {"c-text": TEXT} | more, page="/submit")


def test_photos_go_ahead_and_the_same_one_again_is_one(guest: Desk) -> None:
    first, again = _photo(guest), _photo(guest)
    assert first.json == again.json
    near, wide = first.json["id"], _photo(guest, "two").json["id"]
    # a phone changes its address between a photo and the rest
    guest.client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    assert _send(guest, photos_sent=near, photos_wide_sent=wide).status_code == 303
    case = _rows(Case)[-1]
    with database.current().read(_office()) as session:
        assert {str(row.id) for row in attachments.of_case(session, case.id)} == {near, wide}


def test_a_photo_that_is_refused_says_why_and_keeps_the_words(guest: Desk) -> None:
    refused = _photo(guest, content=b"MZ no photo", name="a.png")
    assert refused.status_code == 422 and refused.json["error"]
    gone = _send(guest, photos_sent="01a20000-0000-7000-8000-00000000beef", **{"c-place_text": "三号楼"})
    assert gone.status_code == 422
    assert TEXT in gone.text and "三号楼" in gone.text and "no longer there" in gone.text
    assert "beef" not in gone.text


def test_security_14_a_visitor_cannot_take_anothers_photo_along(any_app: Any, guest: Desk) -> None:
    other = _visitor(any_app)
    other.client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    stolen = _photo(other).json["id"]
    assert _send(guest, photos_sent=stolen).status_code == 422
    assert _send(guest, photos_sent="no id").status_code == 422
    assert all(row.case_id is None for row in _rows(attachments.Attachment))


def test_a_compound_lists_its_buildings_and_the_place_is_offered_again(guest: Desk) -> None:
    building = _rows(Place, Place.kind == "building")[0]
    inside = guest.client.get(f"/t/demo/places/{building.parent_code}").json
    assert str(building.id) in [one["id"] for one in inside]
    assert "Places of before" not in guest.get("/submit")
    assert _send(guest, **{"c-place": str(building.id)}).status_code == 303
    assert _rows(Case)[-1].place_id == building.id
    page = guest.get("/submit")
    assert f'name="c-near" value="{building.id}"' in page
    grid = _rows(Place, Place.kind == "grid")[0]
    assert _send(guest, **{"c-near": str(building.id), "c-place": str(grid.id)}).status_code == 303
    assert _rows(Case)[-1].place_id == building.id
    assert _send(guest, **{"c-near": "other", "c-place": str(grid.id)}).status_code == 303
    assert _rows(Case)[-1].place_id == grid.id


@pytest.mark.parametrize("place", ["nonsense", "01a20000-0000-7000-8000-00000000beef"])
def test_a_place_that_is_none_is_told_at_the_field(guest: Desk, place: str) -> None:
    answer = _send(guest, **{"c-place": place})
    assert answer.status_code == 422 and TEXT in answer.text and "Please choose from the list." in answer.text


def test_where_the_device_is_becomes_a_place_and_no_coordinates(guest: Desk) -> None:
    building = _rows(Place, Place.kind == "building", Place.lat.is_not(None))[0]
    at = {"lat": str(building.lat + 0.0001), "lng": str(building.lng)}
    nearest = guest.post("/places/near", at, page="/submit").json[0]
    assert nearest["id"] == str(building.id) and 5 < nearest["metres"] < 20
    far = guest.post("/places/near", {"lat": "52.5", "lng": "13.4"}, page="/submit")
    assert far.json == [] and guest.post("/places/near", {"lat": "x", "lng": "nan"}, page="/submit").json == []
    position = {"c-place": nearest["id"], "c-lat": at["lat"], "c-lng": at["lng"]}
    assert _send(guest, **position).status_code == 303
    assert (_rows(Case)[-1].lat, _rows(Case)[-1].lng) == (None, None)
    assert _send(guest, **position, **{"c-exact": "on"}).status_code == 303
    assert _rows(Case)[-1].lat == pytest.approx(building.lat + 0.0001)


def test_for_someone_else_and_ring_me_are_one_tap_each(guest: Desk) -> None:
    assert _send(guest, **{"c-for_other": "on", "c-call_back": "on"}).status_code == 303
    assert _rows(Case)[-1].fields == {"call_back": True, "on_behalf_of": "somebody else"}
    ring = guest.get("/submit?call_back=on")
    assert "Please ring me. I will tell you then" in ring and 'name="c-call_back" value="on" checked' in ring


def test_a_living_service_asks_for_times(guest: Desk) -> None:
    page = guest.get("/submit?service=LS03")
    assert 'name="wished_slots[0].on"' in page and 'name="wished_slots[1].part"' in page
    assert _send(guest, **{"c-service": "LS03", "defect": "power", "wished_slots[0]": "", "wished_slots[1]": "",
                           "wished_slots[0].on": "2030-05-06", "wished_slots[0].part": "morning"}).status_code == 303
    assert _rows(Case)[-1].fields["wished_slots"][0] == {"on": "2030-05-06", "part": "morning"}


def test_a_signed_in_resident_is_offered_the_places_of_the_account(any_app: Any) -> None:
    building = _rows(Place, Place.kind == "building")[1]
    one = resident_browser(any_app, "13911110003")
    one.client.get("/t/demo/preferences?lang=en")
    assert _send(one, **{"c-place": str(building.id)}).status_code == 303
    other = _visitor(any_app)
    assert "Places of before" not in other.get("/submit")
    one.client.delete_cookie("yikou", path="/t/demo/")
    again = resident_browser(any_app, "13911110004")
    assert "Places of before" not in again.get("/submit")


def test_an_anonymous_request_leaves_no_place_behind(guest: Desk) -> None:
    building = _rows(Place, Place.kind == "building")[0]
    assert _send(guest, **{"c-place": str(building.id), "c-anonymous": "on"}).status_code == 303
    assert "Places of before" not in guest.get("/submit")


def test_an_office_with_many_places_lists_buildings_when_the_compound_is_chosen(
        guest: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    building = _rows(Place, Place.kind == "building")[0]
    assert str(building.id) in guest.get("/submit")
    monkeypatch.setattr(places, "MOST", 20)
    page = guest.get("/submit")
    assert str(building.id) not in page and f'data-code="{building.parent_code}"' in page
    assert f'<option value="{building.id}" selected>' in guest.get(f"/submit?place={building.id}")


def test_neighbours_of_the_same_compound_come_first(guest: Desk) -> None:
    compounds = _rows(Place, Place.kind == "compound")[:2]
    office, made = _office(), []
    for compound in (compounds[0], compounds[1]):
        made.append(UUID(dispatch(SubmitCase(tenant_id=office, actor=GUEST, text=TEXT, place_id=compound.id))["case_id"]))

    def classify(uow: Any) -> None:
        for case in uow.session.scalars(select(Case).where(Case.id.in_(made))):
            case.service, case.kind = "CS01", "complaint"

    transact(office, SYSTEM, classify)
    for compound, first in ((compounds[0], made[0]), (compounds[1], made[1])):
        part = guest.post("/ask", {"c-text": TEXT, "c-place": str(compound.id), "_part": "1"}, page="/").text
        shown = [one for one in made if str(one) in part]
        assert set(shown) == set(made)
        assert min(made, key=lambda one: part.index(str(one))) == first


def test_a_resident_asks_on_the_form_that_nobody_learns_who_asked(guest: Desk) -> None:
    assert _send(guest, **{"c-confidential": "on", "c-name": "赵小敏"}).status_code == 303
    assert _send(guest).status_code == 303
    assert [case.confidential for case in _rows(Case)] == [True, False]
