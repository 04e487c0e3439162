"""Small forms for tests."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import HealthCheck, settings

from app import forms

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
NOW = datetime(2026, 5, 1, 12, 0, tzinfo=timezone(timedelta(hours=8)))


def component(kind: str, key: str | None = None, /, **more: Any) -> dict[str, Any]:
    """A component with Chinese and English label."""
    found: dict[str, Any] = {"type": kind}
    if key is not None:
        found["path" if kind in ("group", "dynamiclist") else "key"] = key
    if kind not in ("text", "html", "image", "spacer", "separator", "expression"):
        found |= {"label": f"字段{key}", "properties": {"label_en": f"Field {key}"}}
    properties = {**found.get("properties", {}), **more.pop("properties", {})}
    return {**found, **more, **({"properties": properties} if properties else {})}


def source(*components: dict[str, Any], **top: Any) -> bytes:
    """The bytes of a form file."""
    form = {"type": "default", "id": "sample", "schemaVersion": 19, "components": list(components), **top}
    return json.dumps(form, ensure_ascii=False, indent=1).encode()


def form(*components: dict[str, Any]) -> forms.Form:
    return forms.load(source(*components), "sample.form")


def codes(*components: dict[str, Any], **top: Any) -> list[str]:
    return [problem.code for problem in forms.lint(source(*components, **top), "sample.form")]


def check(made: forms.Form, raw: dict[str, Any], **more: Any) -> forms.Validated:
    return forms.validate(made, raw, now=NOW, **more)


def show(made: forms.Form, values: dict[str, Any] | None = None, **more: Any) -> forms.RenderModel:
    return forms.render(made, values or {}, more.pop("errors", None), locale=more.pop("locale", "zh"), now=NOW, **more)
