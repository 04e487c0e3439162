"""Message templates with sample values, for those who look after their words."""

from __future__ import annotations

from app.notifications.templates import LANGUAGES, MessageTemplate, MessageText, load_template, render

SAMPLES: dict[str, tuple[str, str]] = {
    "number": ("20261125-0042", "20261125-0042"), "earlier_number": ("20261120-0007", "20261120-0007"),
    "unit": ("绿化市容所", "Greening station"), "due_at": ("2026-11-27 17:00", "2026-11-27 17:00"),
    "visit_on": ("2026-11-28", "2026-11-28"), "price_told": ("80 元", "80 yuan"), "code": ("123456", "123456"),
    "reason": ("不属于本街道管辖", "not within our area"), "right_place": ("市民热线 12345", "the hotline 12345"),
    "reply": ("垃圾已于今天上午清运。", "The litter was taken away this morning."),
    "question": ("是几号楼？", "Which building is it?"), "note": ("请先上门看一看。", "Please look at it first."),
    "extension_reason": ("配件要从外地调来", "a part has to be ordered"),
    "supervision_text": ("请今天办结。", "Please finish this today."),
    "ruling_text": ("已核实，无法解决。", "It was looked into and cannot be solved."),
    "title": ("梧桐苑停水", "No water at Wutong Court"), "text": ("水管抢修。", "A pipe is being mended."),
    "starts_at": ("2026-11-26 09:00", "2026-11-26 09:00"), "ends_at": ("2026-11-26 16:00", "2026-11-26 16:00"),
    "link": ("https://example.org/notices/1", "https://example.org/notices/1"),
    "stop_link": ("https://example.org/stop/…", "https://example.org/stop/…"),
}
"""(zh, en) of each value that shipped messages carry; an own one shows its name."""


def texts(template: MessageTemplate) -> dict[str, MessageText]:
    """Language -> subject and body, filled."""
    return {code: render(template, {name: SAMPLES[name][place] if name in SAMPLES else f"[{name}]"
                                    for name in template.placeholders}, code)
            for place, code in enumerate(LANGUAGES)}


def loaded(data: bytes) -> MessageTemplate:
    """A file that is not in force yet. Raises DefinitionError."""
    return load_template(data, "")
