"""Each of the twelve services done to its end three ways: touch only, voice only, nine keys with sound only."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import Bench
from citizen import Citizen, Keypad, Touch, Voice
from test_monkey import Exact

from content.pack import Pack
from dialog.menu import Service
from dialog.pack_knowledge import PackKnowledge
from kiosk.fonts import DEBIAN, Fonts, extract

pytestmark = pytest.mark.skipif(not DEBIAN.exists(), reason="needs the Debian package fonts-noto-cjk")

ACHIEVED: dict[Service, set[str]] = {
    Service.POLICY: {"answer"},
    Service.ASK: {"answer", "print"},
    Service.GUIDE: {"answer", "print"},
    Service.SCENARIO: {"list"},
    Service.FORMS: {"print-form"},
    Service.REQUEST: {"file", "ticket"},
    Service.SNAPSHOT: {"photo", "file", "ticket"},
    Service.PROGRESS: {"look-up", "list"},
    Service.INVOICE: {"read-invoices", "print-invoice"},
    Service.STUCK: {"file", "ticket"},
    Service.NEAREST: {"list"},
    Service.OPINION: {"rate"},
}
"""What shows that a service was done."""


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Fonts:
    return Fonts(extract(tmp_path_factory.getbasetemp().parent / "kiosk-fonts"))


@pytest.fixture(scope="module")
def knowledge(starter_pack: Path) -> PackKnowledge:
    pack = Pack.open(starter_pack)
    return PackKnowledge(pack, Exact(pack))


@pytest.mark.parametrize("way", [Touch, Voice, Keypad])
@pytest.mark.parametrize("service", list(Service))
def test_a_service_is_done(service: Service, way, knowledge: PackKnowledge, fonts: Fonts) -> None:
    kiosk = Bench(handwriting=True, knowledge=knowledge, full=True)
    done = Citizen(kiosk, way(kiosk, fonts), service.value).go()
    assert ACHIEVED[service] <= set(done), " > ".join(done)
    assert done[-1] == "goodbye"
