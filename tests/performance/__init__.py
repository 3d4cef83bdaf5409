"""Benchmarks against the budgets: what is measured stands beside its floor, in the same run."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRATCH = ROOT / ".local" / "bench"
"""Where benchmarks leave their files; git-ignored."""

# The functions' import root, as Lambda's task root is.
sys.path.insert(0, str(ROOT / "functions"))
