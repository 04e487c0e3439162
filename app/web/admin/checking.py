"""A file's verdict without putting it in force: faults and hints with their places, scenarios, what would differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from flask import render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import catalog, dmn
from app.cases import backtest
from app.cases import queries as cases
from app.catalog import queries
from app.config import ROOT
from app.kernel.errors import DefinitionError, Invalid, NotFound, Problem, YikouError, msg
from app.web import differences
from app.web.access import access
from app.web.admin import blueprint, definitions, past_cases, publishing, sheets
from app.web.admin.sent import expect, text
from app.web.pages import reading
from app.web.sessions import the_office
from app.web.texts import local_now, t

ENDINGS = {".bpmn": "process", ".dmn": "decision", ".form": "form"}
KEPT = 1_000_000
"""Characters of a file that the page takes along, to be mended in it; a larger one is chosen again."""


@dataclass
class Verdict:
    """What is said of a file. `asked`: scenarios tried, None where none ship with it."""

    kind: str
    key: str
    data: bytes
    problems: list[Problem] = field(default_factory=list)
    asked: int | None = None
    otherwise: list[Problem] = field(default_factory=list)
    current: bytes | None = None
    past: backtest.Backtest | None = None

    @property
    def errors(self) -> list[Problem]:
        """What would be refused."""
        return [one for one in self.problems if one.severity == "error"]


@blueprint.get("/definitions/check")
@access("definition.read")
def check_form() -> str:
    """A file to choose; nothing is stored."""
    return _page(None)


@blueprint.post("/definitions/check")
@access("definition.read")
def check_file() -> str | tuple[str, int]:
    """The verdict on a file, or on the text that the page of an earlier verdict brought back."""
    try:
        expect("kind", "file", "name", "source", *past_cases.FIELDS)
        verdict = _verdict()
    except (Invalid, NotFound) as error:
        return _page(None, t(error.message, **error.params)), 422
    problem = ""
    if request.form.get("_action") == "past" and verdict.kind in past_cases.KINDS and not verdict.errors:
        verdict.past, problem = past_cases.try_or_say(verdict.key, verdict.data, verdict.kind)
    return _page(verdict, problem) if not (verdict.errors or problem) else (_page(verdict, problem), 422)


@blueprint.post("/definitions/checked")
@access("definition.publish")
def publish_checked() -> Response | tuple[str, int]:
    """Put the text of a verdict's page in force; it is checked once more."""
    try:
        expect("kind", "name", "source", "reason", "tried")
        kind, name = catalog.kind_named(text("kind")), text("name")
        if not catalog.KEY.fullmatch(name):
            raise Invalid(msg("The file must be called by its key: letters, digits, - and _, then the ending."))
    except (Invalid, NotFound) as error:
        return _page(None, t(error.message, **error.params)), 422
    return publishing.publish_data(kind.name, name, _source())


def _source() -> bytes:
    """The text as written; a browser sends line ends as CRLF whatever the file had."""
    return request.form.get("source", "").replace("\r\n", "\n").encode()


def _verdict() -> Verdict:
    file = request.files.get("file")
    if file is not None and file.filename:
        name = PurePosixPath(file.filename.replace("\\", "/")).name
        kind = catalog.kind_named(ENDINGS.get(PurePosixPath(name).suffix.lower()) or text("kind"))
        return judge(kind, file.stream.read(kind.max_bytes + 1), name.partition(".")[0])
    if not request.form.get("source", "").strip():
        raise Invalid(msg("Please choose a file."))
    return judge(catalog.kind_named(text("kind")), _source(), text("name"))


def judge(kind: catalog.Kind, data: bytes, name: str) -> Verdict:
    """All that can be said without storing anything. `name`: the key the file is called by; its inside must agree."""
    key = name if catalog.KEY.fullmatch(name) else "file"
    found = Verdict(kind.name, key, data)
    tenant_id = the_office().tenant_id
    with reading() as reader:
        found.problems = queries.verdict(reader, tenant_id, kind.name, key, data)
        entry = definitions.in_force(queries.history(reader, tenant_id, kind.name, key))
        found.current = queries.version(reader, tenant_id, entry.id).data if entry else None
        if not found.errors:
            _ask(reader, found, kind)
    return found


def _ask(reader: Session, found: Verdict, kind: catalog.Kind) -> None:
    """The scenarios that ship beside a definition of this key."""
    told = (Path(ROOT) / kind.path(found.key)).with_name("scenarios.yaml")
    if kind.name not in ("process", "decision") or not told.is_file():
        return
    try:
        if kind.name == "process":
            heard = cases.rehearse(reader, the_office().tenant_id, found.data, found.key, told.read_bytes(),
                                   local_now())
            found.asked, found.otherwise = heard.asked, list(heard.problems)
        else:
            document = catalog.read_yaml(told.read_bytes(), told.name)
            asked = dmn.ask_all(dmn.load(found.data, found.key), document, told.name, local_now())
            found.asked, found.otherwise = len(dmn.questions(document)), list(asked.problems)
    except DefinitionError as error:
        found.asked, found.otherwise = 0, list(error.problems)
    except YikouError as error:
        found.asked, found.otherwise = 0, [Problem("scenario", error.message, error.params)]


def _page(verdict: Verdict | None, problem: str = "") -> str:
    more: dict[str, Any] = {"source": "", "difference": None}
    if verdict is not None:
        lines = definitions.lines_of(verdict.data, verdict.problems)
        trial = past_cases.before(verdict.past, verdict.data)
        more = {"lines": lines, "trial": trial, "trial_holds": trial is not None and trial.is_of(verdict.data),
                "past_days": past_cases.DAYS, "days": past_cases.chosen_days(),
                "titles": sheets.titles(verdict.data, verdict.key) if verdict.past and _is_table(verdict) else {},
                "can_try": verdict.kind in past_cases.KINDS,
                "shown_groups": past_cases.SHOWN_GROUPS, "source": _kept(verdict.data),
                "difference": differences.between(verdict.kind, verdict.current, verdict.data)
                if verdict.current is not None and verdict.current != verdict.data else None}
    return render_template("admin/check.html", verdict=verdict, problem=problem,
                           kinds=[kind.name for kind in catalog.kinds()], **more)


def _is_table(verdict: Verdict) -> bool:
    return verdict.kind == "decision"


def _kept(data: bytes) -> str:
    """The text to go on with; empty for what is no text, or too much of it."""
    try:
        shown = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
    return shown if len(shown) <= KEPT and "\0" not in shown else ""
