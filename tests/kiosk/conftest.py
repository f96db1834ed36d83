"""The bench beside this file is importable by name."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
