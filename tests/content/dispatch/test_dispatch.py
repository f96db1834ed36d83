"""Training, suggesting, triage, and model files that cannot be trusted."""

import pytest

from content.dispatch import DispatchError, DispatchModel, Example, read_examples, score, train

TRAFFIC = ("公交车太少了，站台等半个小时", "路口红绿灯坏了没人修", "出租车司机乱收费", "公交车不停站", "路上坑多")
SCHOOL = ("学校乱收补课费", "老师布置的作业太多", "幼儿园入学名额不够", "学校食堂饭菜不好", "孩子上小学报名难")
MESSAGES = [*(Example("交通", text) for text in TRAFFIC), *(Example("教育", text) for text in SCHOOL)]


@pytest.fixture(scope="module")
def model():
    return train(MESSAGES)


def test_a_few_messages_are_enough_to_start(model):
    assert model.suggest("公交车站台没有遮雨棚").choices[0].label == "交通"
    assert model.suggest("小学老师收补课费").choices[0].label == "教育"
    assert score(model, MESSAGES).accuracy == 1.0


def test_what_is_not_sure_goes_to_triage(model):
    assert model.suggest("").triage
    assert model.suggest("今天").triage
    assert not model.suggest("公交车不停站", triage_below=0.5).triage


def test_confidences_are_probabilities(model):
    choices = model.suggest("路口红绿灯坏了").choices
    assert sum(choice.confidence for choice in choices) == pytest.approx(1, abs=1e-3)


def test_same_messages_same_model_and_it_survives_the_disk(model, tmp_path):
    model.save(tmp_path / "a")
    train(MESSAGES).save(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    again = DispatchModel.load(tmp_path / "a")
    assert again.suggest("公交车不停站").choices[0].label == "交通"


def test_a_truncated_foreign_or_missing_model_is_one_clear_line(model, tmp_path):
    path = tmp_path / "model"
    with pytest.raises(DispatchError, match="train a model first"):
        DispatchModel.load(path)
    path.write_bytes(b"\x80\x04K\x01.")
    with pytest.raises(DispatchError, match="is not a dispatch model"):
        DispatchModel.load(path)
    model.save(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DispatchError, match="truncated or damaged"):
        DispatchModel.load(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"label\ttext\n", "has no messages"),
        ("label\ttext\n没有制表符\n".encode(), "line 2"),
        ("label\ttext\n交通\t公交\n".encode("gbk"), "not UTF-8"),
    ],
)
def test_bad_files_of_messages(tmp_path, content, message):
    path = tmp_path / "t.tsv"
    path.write_bytes(content)
    with pytest.raises(DispatchError, match=message):
        read_examples(path)


def test_one_label_teaches_nothing():
    with pytest.raises(DispatchError, match="two labels"):
        train([Example("交通", "公交"), Example("交通", "出租车")])
