"""How large the patch of a day is, alone: one row in a hundred of a pack changed, the pack built anew.

    python -m benchmarks.offline_cache.patch_size [--megabytes 100]

Twenty seconds of one processor; ``transfer`` measures the same with everything around it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from benchmarks.offline_cache import made_packs
from offline_cache.files import Disk
from offline_cache.sync import patching
from offline_cache.sync.releases import Form


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100)
    rows = made_packs.rows_for(parser.parse_args().megabytes)
    with tempfile.TemporaryDirectory() as name:
        days = [Path(name) / f"{day}.pack" for day in (0, 1)]
        for day, path in enumerate(days):
            made_packs.make(path, rows, day)
        old, new = (path.read_bytes() for path in days)
        began = time.process_time()
        patch = patching.patch(old, new)
        making = time.process_time() - began
        (Path(name) / "patch").write_bytes(patch)
        began = time.process_time()
        out = Path(name) / "out"
        patching.unfold(Disk(), Form.PATCH, Path(name) / "patch", days[0], out, len(new))
        unfolding = time.process_time() - began
        assert out.read_bytes() == new
    found = {"old": len(old), "new": len(new), "patch": len(patch)}
    print(json.dumps({**found, "make_cpu_s": round(making, 1), "unfold_cpu_s": round(unfolding, 1)}))


if __name__ == "__main__":
    main()
