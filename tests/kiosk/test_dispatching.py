"""A city's trained model takes the place of the classification's words, and a broken one takes nothing away."""

from __future__ import annotations

from pathlib import Path

from bianmin.dispatching import MODEL, TrainedDispatcher, open_dispatcher
from content.dispatch import Example, train
from content.pack import Pack
from dialog.word_dispatch import WordDispatcher


def _trained(folder: Path, labels: tuple[str, str]) -> None:
    told = (("路灯不亮了", "路灯坏了没人修", "路上的灯灭了"), ("工资拖欠三个月", "老板不发工资", "欠薪没有结算"))
    examples = [Example(label, text) for label, texts in zip(labels, told, strict=True) for text in texts * 4]
    train(examples).save(folder / MODEL)


def test_labels_may_be_codes_of_the_classification(starter_pack: Path, tmp_path: Path) -> None:
    pack = Pack.open(starter_pack)
    parents = {code.parent for code in pack.request_codes()}
    one, other = [code for code in pack.request_codes() if code.id not in parents][:2]
    _trained(tmp_path, (one.id, other.id))
    dispatcher = open_dispatcher(tmp_path, pack)
    assert isinstance(dispatcher, TrainedDispatcher)
    first = dispatcher.suggest("门口的路灯坏了")[0]
    assert (first.code, first.department, first.name) == (one.id, one.department, one.name)


def test_labels_may_be_departments_and_words_find_the_code(starter_pack: Path, tmp_path: Path) -> None:
    pack = Pack.open(starter_pack)
    words = WordDispatcher(pack.request_codes(), pack.departments()).suggest("门口的路灯坏了")
    names = {department.id: department.name for department in pack.departments()}
    other = next(key for key in names if key != words[0].department)
    _trained(tmp_path, (names[words[0].department], other))
    first = open_dispatcher(tmp_path, pack).suggest("门口的路灯坏了")[0]
    assert (first.code, first.department) == (words[0].code, words[0].department)


def test_a_broken_model_is_told_and_the_words_decide(starter_pack: Path, tmp_path: Path) -> None:
    pack = Pack.open(starter_pack)
    (tmp_path / MODEL).write_bytes(b"BMDISPATCH2\nnot one")
    told: list[str] = []
    dispatcher = open_dispatcher(tmp_path, pack, lambda: told.append("broken"))
    assert isinstance(dispatcher, WordDispatcher)
    assert told == ["broken"]
