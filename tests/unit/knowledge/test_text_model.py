"""The text model on made-up texts: learns, is honest about doubt, survives storing."""

from __future__ import annotations

import random

import pytest

from app.knowledge import text_model
from app.knowledge.calibration import fit
from app.knowledge.text_features import grams, split
from app.knowledge.text_model import TextModel

WORDS = {
    "CS03": ["夜间施工", "噪声扰民", "装修电钻", "无法入睡", "广场舞声音大"],
    "LS01": ["老年助餐", "送餐上门", "午餐菜单", "独居老人", "食堂办卡"],
    "CS01": ["垃圾堆放", "无人清扫", "异味很大", "建筑垃圾", "绿化带脏乱"],
}
FILLING = ["您好", "我是本小区居民", "希望有关部门", "尽快处理", "谢谢", "情况如下", "多次反映"]


def texts(count: int, seed: int = 1) -> tuple[list[str], list[str]]:
    chance = random.Random(seed)
    codes = [list(WORDS)[i % 3] for i in range(count)]
    return [f"{chance.choice(WORDS[c])}的问题\n{'，'.join(chance.sample(FILLING, 3) + chance.sample(WORDS[c], 2))}。"
            for c in codes], codes


@pytest.fixture(scope="module")
def model() -> TextModel:
    return text_model.train(*texts(90))


def test_it_learns_what_words_belong_to_which_code(model: TextModel) -> None:
    unseen, codes = texts(30, seed=2)
    assert [model.rank(text)[0][0] for text in unseen] == codes


def test_the_ranking_is_ordered_and_bounded(model: TextModel) -> None:
    ranked = model.rank("楼上装修电钻的问题\n噪声扰民，无法入睡")
    assert ranked[0][0] == "CS03" and ranked[0][1] > 0.8
    assert [c for _, c in ranked] == sorted((c for _, c in ranked), reverse=True)
    assert all(0 <= c <= 1 for _, c in ranked)


def test_a_text_without_known_words_gets_little_confidence_or_no_answer(model: TextModel) -> None:
    assert model.rank("您好")[0][1] < 0.75 < model.rank("夜间施工\n噪声扰民")[0][1]
    assert model.rank("") == model.rank("xyz") == []


def test_the_same_texts_make_the_same_model(model: TextModel) -> None:
    assert text_model.train(*texts(90)).to_bytes() == model.to_bytes()


def test_storing_changes_no_answer(model: TextModel) -> None:
    again = TextModel.from_bytes(model.to_bytes())
    for text in texts(20, seed=3)[0]:
        assert [code for code, _ in again.rank(text)] == [code for code, _ in model.rank(text)]
        assert again.rank(text)[0][1] == pytest.approx(model.rank(text)[0][1], abs=0.01)
    assert again.curve.threshold(0.9) == model.curve.threshold(0.9)


def test_one_code_is_no_choice() -> None:
    with pytest.raises(ValueError, match="two codes"):
        text_model.train(["一", "二"], ["A", "A"])


def test_very_few_texts_still_train() -> None:
    model = text_model.train(["夜间施工 噪声", "老年助餐 送餐", "夜间施工 扰民"], ["CS03", "LS01", "CS03"])
    assert len(model.rank("施工")) == 2


def test_the_heading_is_the_first_line_or_the_first_sentence() -> None:
    assert split("标题\n正文在此") == ("标题", "正文在此")
    assert split("路灯坏了。请修。") == ("路灯坏了", "路灯坏了。请修。")
    assert split("") == ("", "")
    assert grams("A市abc的路灯")["路灯"] == 1 and grams("A市abc的路灯")["abc"] == 1


def test_a_huge_text_is_cut() -> None:
    assert len(split("字" * 1_000_000)[1]) == 3000


def test_the_curve_rises_and_the_threshold_is_not_the_lucky_one() -> None:
    chance = random.Random(5)
    pairs = [(lead, chance.random() < 0.5 + lead / 2) for lead in (chance.random() for _ in range(400))]
    curve = fit(pairs)
    assert curve.probability(0.1) < curve.probability(0.5) < curve.probability(0.9)
    threshold = curve.threshold(0.85)
    above = [hit for lead, hit in pairs if curve.probability(lead) >= threshold]
    assert 0.1 < len(above) / 400 < 0.9 and sum(above) / len(above) >= 0.85
    assert curve.threshold(0.999) == 1.0 and fit([(0.5, True)] * 5).threshold(0.5) == 1.0
