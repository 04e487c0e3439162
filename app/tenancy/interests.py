"""What residents may be interested in: the office's setting `interests`, or the usual short list."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from app.tenancy import settings

USUAL: dict[str, tuple[str, str]] = {
    "health": ("健康与接种", "Health and vaccination"), "elders": ("为老服务", "Services for elders"),
    "children": ("儿童与教育", "Children and schools"), "culture": ("文化活动与课程", "Culture and courses"),
    "jobs": ("就业与培训", "Work and training"), "housing": ("物业与加梯", "Housing and lifts"),
    "environment": ("垃圾分类与环境", "Waste and environment"), "volunteering": ("志愿服务", "Volunteering"),
}


def of(session: Session) -> dict[str, tuple[str, str]]:
    """Code -> (zh, en). A setting is a list of {code, zh, en}; what is no such entry is left out."""
    given = settings.value(session, "interests")
    if not isinstance(given, list):
        return dict(USUAL)
    found = {}
    for one in given:
        if isinstance(one, Mapping) and one.get("code") and one.get("zh"):
            found[str(one["code"])[:40]] = (str(one["zh"]), str(one.get("en") or one["zh"]))
    return found
