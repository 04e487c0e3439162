"""Finding by shared words."""

from __future__ import annotations

from app.knowledge.matching import Index

INDEX = Index([
    ("LS01", ["老年助餐送餐", "Meals for the elderly", "老年餐怎么申请"]), ("CS03", ["施工与生活噪声", "Noise", "夜间施工合法吗"]),
    ("PS10", ["加装电梯业务指导", "Lift retrofit guidance"]), ("CS06", ["电梯困人及公共安全隐患", "Trapped in lift"]),
    ("CS01", ["暴露垃圾与道路污损", "Litter, dirty road"]), ("LS10", ["大件垃圾上门收运", "Bulky waste collection"]),
])


def test_the_likest_entry_is_first() -> None:
    for text, code in [("楼下工地夜间施工,吵得睡不着", "CS03"), ("我妈妈想申请老年餐", "LS01"), ("有人困在电梯里", "CS06"),
                       ("our building wants to retrofit a lift", "PS10"), ("Sofa as bulky waste", "LS10")]:
        assert INDEX.rank(text)[0][0] == code, text


def test_confidence_is_a_share_and_never_certain() -> None:
    ranked = INDEX.rank("垃圾")
    assert {"CS01", "LS10"} == {key for key, _ in ranked}
    assert 0 < ranked[0][1] < 0.5
    assert sum(score for _, score in INDEX.rank("夜间施工噪声 电梯 垃圾")) < 1


def test_nothing_shared_finds_nothing() -> None:
    assert INDEX.rank("") == INDEX.rank("zzz") == INDEX.rank("的") == []
    assert Index([]).rank("垃圾") == []
