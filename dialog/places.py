"""Places by what was said: 泽国镇下街村, 下街, 横峰街道; by sound, because village names are seldom heard right."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import msgspec

from content.directory import Town, Village
from dialog.commands import sound
from dialog.world import Knowledge

_TOWN_ENDS = ("街道", "镇", "乡")
_AFTER_A_NAME = ("cun ", "she qu ", "ju ", "jie dao ", "zhen ", "xiang ", "na ", "de ", "zhe ", "fu jin ", "li ")
_VILLAGE_ENDS = ("社区", "村委会", "居委会", "村", "居")


class Found(msgspec.Struct, frozen=True):
    """``town`` is known whenever ``village`` is. ``several``: villages that sound alike, to choose from."""

    town: Town | None = None
    village: Village | None = None
    several: tuple[Village, ...] = ()


def find(text: str, knowledge: Knowledge, within: str = "") -> Found:
    """The town and village named in ``text``. ``within``: a town's code, to look there first."""
    heard = f" {sound(text)} "
    if not heard.strip():
        return Found()
    towns = {town.id: town for town in knowledge.towns()}
    named = next((town for town in towns.values() if _says(heard, town.name, _TOWN_ENDS)), None)
    home = named.id if named is not None else within
    if named is not None:  # 箬横 in 箬横镇 is the town, not the community of the same name
        name = named.name if f" {_sound(named.name)} " in heard else _bare(named.name, _TOWN_ENDS)
        heard = heard.replace(f" {_sound(name)} ", " ", 1)
    villages = _named(heard, knowledge.villages(home) if home else knowledge.villages())
    if not villages and home and named is None:
        villages = _named(heard, knowledge.villages())
    if len(villages) == 1:
        return Found(towns.get(villages[0].town), villages[0])
    return Found(named, None, tuple(villages))


def full_name(village: Village, knowledge: Knowledge) -> str:
    town = next((town.name for town in knowledge.towns() if town.id == village.town), "")
    return f"{town}{village.name}"


def _named(heard: str, villages: Sequence[Village]) -> list[Village]:
    """Villages whose name is in ``heard``; a longer name wins over one it contains (下街 over 街)."""
    found = [village for village in villages if _says(heard, village.name, _VILLAGE_ENDS)]
    longest = max((len(_bare(village.name, _VILLAGE_ENDS)) for village in found), default=0)
    return [village for village in found if len(_bare(village.name, _VILLAGE_ENDS)) == longest]


def _says(heard: str, name: str, ends: tuple[str, ...]) -> bool:
    """Whether the name is in it, whole or without its ending; 九龙 in 九龙大道 is a road, not the village."""
    if f" {_sound(name)} " in heard:
        return True
    bare = _bare(name, ends)
    if len(bare) < 2:
        return False
    _, said, after = heard.partition(f" {_sound(bare)} ")
    return bool(said) and (not after or after.startswith(_AFTER_A_NAME))


@lru_cache(maxsize=4096)
def _sound(name: str) -> str:
    return sound(name)


def _bare(name: str, ends: tuple[str, ...]) -> str:
    for end in ends:
        if name.endswith(end) and len(name) > len(end):
            return name.removesuffix(end)
    return name
