"""Drafts on both databases: nobody's text is written over, newer versions are seen, a second person is asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app import catalog
from app.catalog import queries as catalog_queries
from app.catalog.commands import PublishDefinition
from app.cli.demo.year import aside
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import Actor
from app.kernel.errors import Conflict, DefinitionError, Forbidden, Invalid, NotFound, TooLarge
from app.kernel.events import StoredEvent
from app.kernel.model import Base
from app.notifications.model import Notification
from app.studio import commands, drafts, queries
from app.studio.fresh import Names, fresh_file
from app.tenancy.commands import SaveOffice
from tests.integration.play import Office

KIND, KEY = "decision", "review"
REASON = "一条更短的路"


class Two:
    """Two people who may draft and publish."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.one: Actor = office.demo.actors["analyst"]
        self.other: Actor = office.demo.actors["administrator"]

    def do(self, name: str, by: Actor | None = None, kind: str = KIND, key: str = KEY, **data: Any) -> Any:
        return self.send(getattr(commands, name), by or self.one, kind=kind, definition_key=key, **data)

    def send(self, command: type, by: Actor, **data: Any) -> Any:
        return dispatch(command(tenant_id=self.office.tenant_id, actor=by, **data))

    def draft(self, kind: str = KIND, key: str = KEY) -> drafts.Draft | None:
        with database.current().read(self.office.tenant_id) as session:
            return drafts.draft(session, self.office.tenant_id, kind, key)

    def live(self, kind: str = KIND, key: str = KEY) -> catalog.Published | None:
        with database.current().read(self.office.tenant_id) as session:
            return catalog.live(session, self.office.tenant_id, kind, key)

    def begun(self, note: str = "<!-- 一 -->") -> tuple[int, bytes]:
        """A draft that differs from what is in force: its revision and text."""
        began = self.do("BeginDraft")
        data = changed(self.live(), note)
        return self.do("SaveDraft", data=data, revision=began["revision"])["revision"], data

    def upload(self, note: str) -> str:
        """A version that comes into force beside the draft; its hash."""
        return str(self.send(PublishDefinition, self.other, kind=KIND, definition_key=KEY,
                                    data=changed(self.live(), note))["hash"])


def changed(version: catalog.Published | None, note: str) -> bytes:
    assert version is not None
    return version.data.replace(b"</definitions>", note.encode() + b"</definitions>")


@pytest.fixture
def two(office: Office) -> Iterator[Two]:
    yield Two(office)


def events(two: Two, start: str = "draft.") -> list[str]:
    return [row.type for row in two.office.rows(StoredEvent) if row.type.startswith(start)]


def test_a_draft_begins_from_what_is_in_force_and_is_published_through_the_catalog(two: Two) -> None:
    revision, data = two.begun()
    draft, before = two.draft(), two.live()
    assert draft is not None and before is not None
    assert (draft.data, draft.based_on, draft.saved_by) == (data, before.hash, two.one.user_id)
    answer = two.do("PublishDraft", reason=REASON, revision=revision)
    now = two.live()
    assert now is not None and (now.data, now.hash, now.tenant_id) == (data, answer["hash"], two.office.tenant_id)
    assert now.file == "rules/tenants/demo/decisions/review/review.dmn"
    assert two.draft() is None
    assert events(two) == ["draft.begun", "draft.published"]
    with pytest.raises(Conflict):
        two.do("PublishDraft", reason=REASON, revision=revision)


def test_the_second_to_save_is_told_and_nothing_is_written_over(two: Two) -> None:
    revision, data = two.begun()
    mine = changed(two.live(), "<!-- 二 -->")
    for stale in (revision - 1, revision + 1, 0):
        with pytest.raises(Conflict):
            two.do("SaveDraft", two.other, data=mine, revision=stale)
    draft = two.draft()
    assert draft is not None and draft.data == data
    saved = two.do("SaveDraft", two.other, data=mine, revision=revision)["revision"]
    assert saved == revision + 1
    assert two.do("SaveDraft", two.other, data=mine, revision=saved)["revision"] == saved  # the same text is no change
    assert events(two) == ["draft.begun", "draft.continued"]
    with pytest.raises(Conflict):
        two.do("BeginDraft", two.other)


def test_of_two_who_save_at_once_one_is_told(two: Two) -> None:
    revision, _data = two.begun()
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def save(actor: Actor, note: str) -> None:
        start.wait()
        try:
            two.do("SaveDraft", actor, data=changed(two.live(), note), revision=revision)
            outcomes.append("saved")
        except Conflict:
            outcomes.append("told")

    people = [threading.Thread(target=save, args=each) for each in ((two.one, "<!-- a -->"), (two.other, "<!-- b -->"))]
    [each.start() for each in people]
    [each.join() for each in people]
    assert sorted(outcomes) == ["saved", "told"]
    draft = two.draft()
    assert draft is not None and draft.revision == revision + 1


def test_saving_begins_a_draft_only_on_what_is_in_force(two: Two) -> None:
    before = two.live()
    assert before is not None
    two.upload("<!-- neu -->")
    with pytest.raises(Conflict):
        two.do("SaveDraft", data=changed(before, "<!-- x -->"), revision=0, based_on=before.hash)
    assert two.draft() is None
    now = two.live()
    assert now is not None
    same = two.do("SaveDraft", data=now.data, revision=0, based_on=now.hash)
    assert same == {"revision": 0, "open": False} and two.draft() is None
    assert two.do("SaveDraft", data=changed(now, "<!-- x -->"), revision=0, based_on=now.hash)["revision"] == 1
    with pytest.raises(NotFound):
        two.do("BeginDraft", key="no_such_decision")
    with pytest.raises(NotFound):
        two.do("BeginDraft", kind="supervision_shadow", key="x")


def test_a_page_left_open_cannot_take_a_later_draft_for_its_own(two: Two) -> None:
    revision, _data = two.begun()
    before = two.live()
    assert before is not None
    two.do("PublishDraft", reason=REASON, revision=revision)
    with pytest.raises(Conflict):  # the page still has the revision of the published draft
        two.do("SaveDraft", data=b"<mine/>", revision=revision, based_on=before.hash)
    again = two.do("BeginDraft", two.other)["revision"]
    assert again > revision
    with pytest.raises(Conflict):
        two.do("SaveDraft", data=b"<mine/>", revision=revision, based_on=before.hash)


def test_a_draft_is_not_published_over_a_newer_version_unless_that_one_is_named(two: Two) -> None:
    revision, data = two.begun()
    first = two.upload("<!-- neu -->")
    with pytest.raises(Conflict):
        two.do("PublishDraft", reason=REASON, revision=revision)
    second = two.upload("<!-- neuer -->")
    with pytest.raises(Conflict):  # the version that was looked at is not the one in force any more
        two.do("PublishDraft", reason=REASON, revision=revision, over=first)
    with pytest.raises(Invalid):
        two.do("PublishDraft", reason="  ", revision=revision, over=second)
    draft = two.draft()
    assert draft is not None and draft.data == data
    two.do("PublishDraft", reason=REASON, revision=revision, over=second)
    now = two.live()
    assert now is not None and now.data == data
    told = [row for row in two.office.rows(StoredEvent) if row.type == "draft.published"]
    assert told[0].data["over"] is True


def test_what_the_linter_refuses_stays_a_draft(two: Two) -> None:
    revision, _data = two.begun("<!-- halb")
    before = two.live()
    with pytest.raises(DefinitionError):
        two.do("PublishDraft", reason=REASON, revision=revision)
    draft = two.draft()
    assert draft is not None and draft.revision == revision
    assert two.live() == before


def test_what_was_put_aside_can_be_taken_back(two: Two) -> None:
    revision, data = two.begun()
    with pytest.raises(Conflict):
        two.do("DiscardDraft", two.other, revision=revision - 1)
    two.do("DiscardDraft", revision=revision)
    assert two.draft() is None
    back = two.do("RestoreDraft", two.other)["revision"]
    draft = two.draft()
    assert draft is not None and (draft.data, draft.revision) == (data, back) and back == revision + 2
    two.do("DiscardDraft", revision=back)
    two.do("BeginDraft")
    with pytest.raises(Conflict):
        two.do("RestoreDraft")
    assert events(two) == ["draft.begun", "draft.discarded", "draft.restored", "draft.discarded", "draft.begun"]


@pytest.mark.parametrize("kind", drafts.BEGUN)
def test_a_new_definition_gets_its_key_from_its_name_and_is_sound(two: Two, kind: str) -> None:
    def new(**names: str) -> Any:
        return two.send(commands.NewDefinition, two.one, kind=kind, **names)

    first = new(name_zh="路灯\"报修\" <快>", name_en="Street lamp & <repair>")
    assert first["key"] == "street_lamp_repair"
    assert [new(name_zh="路灯报修")["key"], new(name_zh="路灯")["key"]] == [f"{kind}_1", f"{kind}_2"]
    assert new(name_zh="x", name_en="Street lamp: repair")["key"] == "street_lamp_repair_2"
    assert new(name_zh="12345热线")["key"] == f"{kind}_12345"
    for key in (first["key"], f"{kind}_1"):
        draft = two.draft(kind, key)
        assert draft is not None and draft.based_on is None
        with database.current().read(two.office.tenant_id) as session:
            problems = catalog_queries.verdict(session, two.office.tenant_id, kind, draft.key, draft.data)
        assert [one.text() for one in problems if one.severity == "error"] == []
    draft = two.draft(kind, first["key"])
    assert draft is not None
    two.do("PublishDraft", kind=kind, key=draft.key, reason=REASON, revision=first["revision"])
    assert two.live(kind, draft.key) is not None
    with pytest.raises(Invalid):
        new(name_zh=" ")
    with pytest.raises(Invalid):
        new(name_zh="长" * 81)


def test_a_new_definition_is_not_published_over_one_that_came_meanwhile(two: Two) -> None:
    made = two.send(commands.NewDefinition, two.one, kind="form", name_zh="申请", name_en="Wish")
    two.send(PublishDefinition, two.other, kind="form", definition_key="wish",
                    data=fresh_file("form", "wish", Names("别的", "")))
    with pytest.raises(Conflict):
        two.do("PublishDraft", kind="form", key="wish", reason=REASON, revision=made["revision"])


def test_a_second_person_approves_exactly_this_text(two: Two) -> None:
    revision, data = two.begun()
    two.send(SaveOffice, two.other, values={"studio.review": "on"}, name_zh="示例街道", name_en="Demo", locale="zh")
    with pytest.raises(Conflict):
        two.do("PublishDraft", reason=REASON, revision=revision)
    two.do("AskForReview", revision=revision, words="请看第三行")
    with database.current().read(two.office.tenant_id) as session:
        assert queries.waiting_for(session, two.one.user_id) == {}
        waits = queries.waiting_for(session, two.other.user_id)
    assert waits[KIND, KEY].words == "请看第三行"
    with pytest.raises(Forbidden):
        two.do("ApproveDraft", revision=revision)
    with pytest.raises(Invalid):
        two.do("RejectDraft", two.other, revision=revision)
    two.do("RejectDraft", two.other, revision=revision, words="第三行少一条")
    with pytest.raises(Conflict):
        two.do("PublishDraft", reason=REASON, revision=revision)
    two.do("ApproveDraft", two.other, revision=revision)
    later = two.do("SaveDraft", data=data + b"\n", revision=revision)["revision"]
    with pytest.raises(Conflict):  # approved was another text
        two.do("PublishDraft", reason=REASON, revision=later)
    with pytest.raises(Conflict):
        two.do("ApproveDraft", two.other, revision=revision)
    two.do("ApproveDraft", two.other, revision=later)
    two.do("PublishDraft", reason=REASON, revision=later)
    stored = [str(row.data) for row in two.office.rows(StoredEvent) if row.type.startswith("draft.")]
    assert stored and not any("第三行" in each for each in stored)


def told(two: Two, who: Actor) -> list[Notification]:
    two.office.work()
    return [one for one in two.office.rows(Notification, Notification.to_user_id == who.user_id)
            if one.template.startswith("draft_")]


def test_reviewers_are_told_once_and_the_writer_of_the_verdict_with_its_reason(two: Two) -> None:
    revision, _data = two.begun()
    two.do("AskForReview", revision=revision, words="请看第三行")
    (asked,) = told(two, two.other)
    assert (asked.template, asked.channel, asked.read_at) == ("draft_review_asked", "in_app", None)
    assert "请看第三行" in asked.body and "答复审核" in asked.subject and asked.params["draft_key"] == KEY
    assert told(two, two.one) == [] and told(two, two.office.who("supervisor")) == []
    two.do("RejectDraft", two.other, revision=revision, words="第三行少一条")
    (rejected,) = told(two, two.one)
    assert rejected.template == "draft_rejected" and "第三行少一条" in rejected.body and two.other.name in rejected.body
    two.do("AskForReview", revision=revision)
    two.do("ApproveDraft", two.other, revision=revision)
    assert [one.template for one in told(two, two.one)] == ["draft_rejected", "draft_approved"]
    assert [one.template for one in told(two, two.other)] == ["draft_review_asked"] * 2
    assert events(two) == ["draft.begun", "draft.review_asked", "draft.rejected", "draft.review_asked", "draft.approved"]


def test_a_verdict_on_a_draft_that_is_published_before_the_message_goes_still_has_its_name(two: Two) -> None:
    revision, _data = two.begun()
    two.do("ApproveDraft", two.other, revision=revision)
    two.do("PublishDraft", reason=REASON, revision=revision)
    assert "答复审核" in told(two, two.one)[0].subject


def test_nobody_who_wrote_in_a_draft_judges_it(two: Two) -> None:
    revision, data = two.begun()
    saved = two.do("SaveDraft", two.other, data=data + b"\n", revision=revision)["revision"]
    for writer in (two.one, two.other):
        with pytest.raises(Forbidden):
            two.do("ApproveDraft", writer, revision=saved)
        with pytest.raises(Forbidden):
            two.do("RejectDraft", writer, revision=saved, words="nein")
    two.do("AskForReview", revision=saved)
    with database.current().read(two.office.tenant_id) as session:
        assert [queries.waiting_for(session, one.user_id) for one in (two.one, two.other)] == [{}, {}]
    assert told(two, two.one) == told(two, two.other) == []
    again = two.do("DiscardDraft", revision=saved)["revision"]
    began = two.do("BeginDraft", two.other)["revision"]  # a new draft has writers of its own
    assert began > again
    assert two.do("ApproveDraft", revision=began)["revision"] == began


def test_a_draft_that_changed_since_it_was_spoken_of_says_so(two: Two) -> None:
    def newest() -> tuple[str, bool]:
        with database.current().read(two.office.tenant_id) as session:
            draft = drafts.draft(session, two.office.tenant_id, KIND, KEY)
            assert draft is not None
            found = queries.state(session, draft)
            assert found is not None and queries.states(session)[KIND, KEY][0] == found
            return found.what, found.changed

    revision, data = two.begun()
    two.do("AskForReview", revision=revision)
    assert newest() == ("asked", False)
    later = two.do("SaveDraft", data=data + b"\n", revision=revision)["revision"]
    assert newest() == ("asked", True)
    two.do("ApproveDraft", two.other, revision=later)
    assert newest() == ("approved", False)
    two.do("SaveDraft", data=data, revision=later)
    assert newest() == ("approved", True)
    with database.current().read(two.office.tenant_id) as session:
        assert queries.waiting_for(session, two.other.user_id) == {}


def test_who_has_the_page_open_is_known_while_it_is(two: Two) -> None:
    def here() -> list[Any]:
        with database.current().read(two.office.tenant_id) as session:
            return queries.readers(session, two.office.tenant_id, KIND, KEY, two.office.clock.now())

    two.do("NoteReader")
    two.do("NoteReader", two.other)
    two.do("NoteReader")
    assert here() == [two.one.user_id, two.other.user_id]
    two.office.clock.advance(timedelta(seconds=40))
    assert two.do("NoteReader", two.other)["revision"] == 0
    with pytest.raises(NotFound):
        two.do("NoteReader", key="no_such_decision")
    two.office.clock.advance(timedelta(seconds=40))
    assert here() == [two.other.user_id]


def test_who_may_not_draft_gets_nothing(two: Two) -> None:
    revision, data = two.begun()
    handler = two.office.who("handler@LRS")
    for name, more in (("SaveDraft", {"data": data, "revision": revision}), ("DiscardDraft", {"revision": revision}),
                       ("PublishDraft", {"revision": revision, "reason": "x"}), ("NoteReader", {}), ("RestoreDraft", {}),
                       ("ApproveDraft", {"revision": revision})):
        with pytest.raises(Forbidden):
            two.do(name, handler, **more)


def test_a_draft_is_text_of_a_size(two: Two) -> None:
    began = two.do("BeginDraft")["revision"]
    with pytest.raises(TooLarge):
        two.do("SaveDraft", data=b"x" * 5_000_001, revision=began)
    with pytest.raises(Invalid):
        two.do("SaveDraft", data=b"\xff\xfe\x00", revision=began)


def test_the_demos_year_plays_without_drafts() -> None:
    names = {"definition_draft", "draft_reader", "draft_review"}
    assert {table.name for table in Base.metadata.sorted_tables if aside.copied(table)}.isdisjoint(names)
