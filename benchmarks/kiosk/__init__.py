"""The kiosk's benchmarks. They drive it with the same bench, citizen and monkey as its tests do."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "kiosk"))
