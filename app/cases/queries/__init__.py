"""Reading cases for pages and exports: a session first, then who reads; answers are plain values of `views`."""

from app.cases.queries.inbox import inbox
from app.cases.queries.lists import (
    cases_of_user,
    closed_case_texts,
    counts,
    incidents,
    search_cases,
)
from app.cases.queries.notices import notice
from app.cases.queries.pages import case_page, task_page
from app.cases.queries.resident import resident_page
from app.cases.queries.rows import person_of_case, person_of_number
from app.cases.queries.similar import SimilarCase, similar_for_residents, similar_for_staff
from app.cases.sources import options

__all__ = ["SimilarCase", "case_page", "cases_of_user", "closed_case_texts", "counts", "inbox", "incidents", "notice",
           "options",
           "person_of_case", "person_of_number", "resident_page", "search_cases", "similar_for_residents",
           "similar_for_staff", "task_page"]
