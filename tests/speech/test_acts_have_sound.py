"""Whatever an act of the dialog says starts with a clip; what does not is somebody's own word, a name or a number.

Every conversation of tests/dialog is played, and each sentence said is looked up as the speaker looks it up.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from bianmin.clip_coverage import Sounds, sounds
from content.pack import Pack
from dialog.acts import Say
from dialog.events import Event
from dialog.world import World
from speech.sentences import split_sentences
from tests.dialog.conftest import whole_world, world  # noqa: F401
from tests.dialog.scenario import Player, load

SCENARIOS = Path(__file__).resolve().parents[1] / "dialog" / "scenarios"

OWN = (
    r"(?P<label>[^，。：]{2,12})：.+。",  # a field of what is being handed in, read back
    r"[^，。]+，(有了|还没有|清单列好了)。",  # a paper of the checklist, a matter's name
    r"您选了：.+。",  # an opinion, by the consultation's own words
    r"[^，。]+有[^，。]*(专员|代办员)，可以上门帮您办。",  # a village
    r"[一二三四五六七八九零〇幺两十，\d.]+(元|分钟以内有效，只能用一次)?。?",  # numbers
    r"第[\d十一二三四五六七八九]+，.+。",  # beyond ten
    r".{1,20}开的发票。",  # a shop
)


class Listening(Player):
    """Plays a scenario and keeps what is said."""

    said: list[str]

    def send(self, event: Event) -> None:
        super().send(event)
        self.said = [*getattr(self, "said", []), *(act.text for act in self.acts if isinstance(act, Say))]


@pytest.fixture(scope="module")
def said(world: World, whole_world: World) -> list[str]:  # noqa: F811
    texts: list[str] = []
    for _, scenario in load(SCENARIOS):
        here = whole_world if scenario.get("设备") == "齐全" else world
        broken = scenario.get("打印机") == "坏" or scenario.get("渠道") == "电话"
        lacking = replace(here.means, **dict.fromkeys(scenario.get("缺", ()), False))
        player = Listening(scenario, replace(here, can_print=not broken, means=lacking))
        player.play()
        texts += player.said
    return texts


def unexplained(said: list[str], clips: set[str], known: set[str]) -> set[str]:
    """Sentences that start live though nobody's own words are in them."""
    live = {sentence for text in said for sentence, how in sounds(text, clips.__contains__) if how is Sounds.LIVE}
    unknown = {sentence for sentence in live if sentence.rstrip("。") not in known}
    return {sentence for sentence in unknown if not any(re.fullmatch(own, sentence) for own in OWN)}


def test_what_acts_say_starts_with_a_clip_or_is_somebodys_own(
    said: list[str],
    whole_world: World,  # noqa: F811
    starter_pack: Path,
) -> None:
    pack = Pack.open(starter_pack)
    clips = set(pack.spoken_sentences(split_sentences))
    known = names(pack) | {consultation.title for consultation in whole_world.consultations} | office_words()
    assert len(said) > 1000
    assert unexplained(said, clips, known) == set()
    assert unexplained(said, clips - {"您还要问什么？"}, known) == {"您还要问什么？"}  # a clip less is seen


def names(pack: Pack) -> set[str]:
    """What is heard when a list is gone through by key: forms and their fields, departments."""
    fields = {field.hint for form in pack.forms() for field in form.fields}
    return {form.title for form in pack.forms()} | {department.name for department in pack.departments()} | fields


def office_words() -> set[str]:
    """What an office wrote about a request, in the scenarios."""
    found = [step["查到"] for _, scenario in load(SCENARIOS) for step in scenario["步骤"] if "查到" in step]
    written = [text for one in found for text in (one["状态"], one.get("答复", ""), *map(str, one.get("经过", ())))]
    return {sentence.rstrip("。") for text in written for sentence in split_sentences(text)}
