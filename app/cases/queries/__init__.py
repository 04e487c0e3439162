"""Reading cases for pages and exports: a session first, then who reads; answers are plain values of `views`."""

from app.cases.commitments.model import PROMISE
from app.cases.inbox_filter import InboxFilter
from app.cases.inbox_views import MOST_COUNTED, InboxPage
from app.cases.queries.contacts import first_answers
from app.cases.queries.desk import Caller, callers, carried, next_of_case, same_call, taken
from app.cases.queries.forecast import Forecast, forecast
from app.cases.queries.handing import Handing, binding_holders, handed, handing_of, possible_receivers
from app.cases.queries.inbox import Beside, default_view, inbox_mark, inbox_page, inbox_views
from app.cases.queries.linked import Linked, Pair, linked, pair
from app.cases.queries.lists import (
    cases_of_user,
    closed_case_texts,
    counts,
    incidents,
    search_cases,
)
from app.cases.queries.matters import Matter, matter, matter_of, matters
from app.cases.queries.next_task import NextTask, next_task
from app.cases.queries.notices import NoticeView, notice
from app.cases.queries.operating import (
    Effect,
    ProcessPage,
    Running,
    elements_running,
    process_page,
    processes_running,
    running,
    standing_of,
)
from app.cases.queries.pages import case_diagrams, case_page, colleagues, draft, task_page
from app.cases.queries.people import same_people
from app.cases.queries.places import places_of_user
from app.cases.queries.rehearsing import Rehearsed, rehearse
from app.cases.queries.resident import resident_page
from app.cases.queries.rows import Names, person_of_case, person_of_number, places_of
from app.cases.queries.similar import SimilarCase, similar_for_residents, similar_for_staff
from app.cases.queries.standing import (
    ElementCounts,
    Standing,
    Through,
    element_counts,
    live_counts,
    open_by_version,
    pins_of_open,
)
from app.cases.queries.stopped import DELIVERY, Stopped, StoppedFilter, stopped
from app.cases.queries.veil import Veils, bound_units, covers
from app.cases.recalculating import MovedClock, Recalculated
from app.cases.recalculating import told as recalculated
from app.cases.sources import options
from app.cases.views import Sentence

__all__ = [
    "DELIVERY", "MOST_COUNTED", "PROMISE", "Beside", "Caller", "Effect", "ElementCounts", "Forecast", "Handing",
    "InboxFilter", "InboxPage", "Linked", "Matter", "MovedClock", "Names", "NextTask", "NoticeView", "Pair",
    "ProcessPage", "Recalculated", "Rehearsed",
    "Running", "Sentence", "SimilarCase", "Standing", "Stopped", "StoppedFilter", "Through", "Veils",
    "binding_holders", "bound_units", "callers", "carried", "case_diagrams", "case_page", "cases_of_user",
    "closed_case_texts", "colleagues", "counts", "covers", "default_view", "draft", "element_counts",
    "elements_running", "first_answers", "forecast", "handed", "handing_of", "inbox_mark", "inbox_page",
    "inbox_views", "incidents", "linked", "live_counts", "matter", "matter_of", "matters", "next_of_case",
    "next_task", "notice", "open_by_version", "options", "pair", "person_of_case", "person_of_number", "pins_of_open",
    "places_of", "places_of_user", "possible_receivers", "process_page", "processes_running", "recalculated",
    "rehearse", "resident_page", "running", "same_call", "same_people", "search_cases", "similar_for_residents",
    "similar_for_staff", "standing_of", "stopped", "taken", "task_page",
]
