"""Where a request would go: by the city's own trained model where there is one, else by the classification's words.

A city trains on its own messages (``bianmin dispatch train T.tsv -o $BIANMIN_HOME/dispatch.model``); labels are the
classification's codes, or departments by id or name. No model ships: there are no messages we could train one on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from content.directory import RequestCode
from content.model import Department
from content.pack import Pack
from dialog.requests import Routing
from dialog.word_dispatch import WordDispatcher
from dialog.world import Dispatcher

if TYPE_CHECKING:
    from content.dispatch import DispatchModel

MODEL = "dispatch.model"
MOST = 5
"""Labels asked of the model."""


class TrainedDispatcher:
    """``model``'s labels as codes of the classification; ``words`` finds the code where a label is a department."""

    def __init__(
        self,
        model: DispatchModel,
        codes: Sequence[RequestCode],
        departments: Sequence[Department],
        words: WordDispatcher,
    ) -> None:
        self._model, self._words = model, words
        self._codes = {code.id: code for code in codes}
        self._names = {department.id: department.name for department in departments}
        self._departments = {**{name: key for key, name in self._names.items()}, **{key: key for key in self._names}}

    def suggest(self, text: str) -> Sequence[Routing]:
        """Likeliest first, at most one a department; labels the classification does not know are left out."""
        by_words = {one.department: one for one in self._words.suggest(text)}
        found: dict[str, Routing] = {}
        for choice in self._model.suggest(text, MOST).choices:
            code = self._codes.get(choice.label)
            department = self._departments.get(choice.label, "") if code is None else code.department
            if code is None:
                known = by_words.get(department)
                code = self._codes.get(known.code) if known is not None else None
            if code is not None and department not in found:
                name = self._names.get(department, "")
                found[department] = Routing(code.id, code.name, department, name, choice.confidence)
        return tuple(found.values())


def by_words(pack: Pack) -> WordDispatcher:
    """The classification's own words decide."""
    return WordDispatcher(pack.request_codes(), pack.departments())


def trained(home: Path, pack: Pack, broken: Callable[[], None] = lambda: None) -> TrainedDispatcher | None:
    """The city's model, or None where there is none; ``broken`` is told when there is one that cannot be used."""
    path = home / MODEL
    if not path.exists():
        return None
    from content.dispatch import DispatchError, DispatchModel  # with scikit-learn: two seconds and 80 MB

    try:
        model = DispatchModel.load(path)
    except (DispatchError, OSError):
        broken()
        return None
    return TrainedDispatcher(model, pack.request_codes(), pack.departments(), by_words(pack))


def open_dispatcher(home: Path, pack: Pack, broken: Callable[[], None] = lambda: None) -> Dispatcher:
    """The city's model where it can be used, else the words."""
    return trained(home, pack, broken) or by_words(pack)
