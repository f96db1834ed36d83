"""How many instants of a power cut were tried: every step of every write, in every way the disk may be left.

    python -m benchmarks.offline_cache.power_cuts [--bytes 60000]

Runs the checks of tests/offline_cache/test_power_cuts.py on larger content and prints the counts; any state that is
neither old nor new ends it with an assertion.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from offline_cache.counter import Counter
from tests.offline_cache.content_world import NAME, ContentWorld, pack_bytes
from tests.offline_cache.crashing import Counted, MemoryFiles, different_disks
from tests.offline_cache.test_power_cuts import FOLDER, cut_everywhere, outbox_cuts, syncer_on


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bytes", type=int, default=60_000)
    size = parser.parse_args().bytes
    with tempfile.TemporaryDirectory() as name:
        world = ContentWorld(Path(name) / "world")
        terminal = MemoryFiles()
        for release, what in ((1, "first sync"), (2, "patch and switch"), (3, "patch, switch, oldest removed")):
            world.publish(release, size=size)
            show(what, cut_everywhere(world, terminal.contents(), pack_bytes(release, size), world.now))
            syncer_on(world, terminal).run(world.now)
        world.publisher.withdraw(NAME, 3, world.now)
        show("release withdrawn", cut_everywhere(world, terminal.contents(), pack_bytes(2, size), world.now))
        files = MemoryFiles()
        for _ in range(20):
            Counter(files, FOLDER).take("0007")
        show("20 ticket numbers", different_disks({}, files.journal)[0])
        folder = Path(name) / "outbox"
        folder.mkdir()
        steps, cuts, different = outbox_cuts(folder)
        show("outbox: 5 puts, postpone, confirm, refuse", Counted(steps, cuts, different))


def show(what: str, counted: Counted) -> None:
    print(json.dumps({"what": what, **counted._asdict()}), flush=True)


if __name__ == "__main__":
    main()
