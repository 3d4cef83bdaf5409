"""`make smoke API=...`: play the smoke test's steps at a deployed API."""

import sys

from infra.smoke import plan
from infra.smoke.target import BadInput, Target


def main() -> int:
    """Return the exit status: 0 passed, 1 failed, 2 not even begun."""
    try:
        target = Target.from_environment()
    except BadInput as error:
        print(error, file=sys.stderr)
        return 2
    try:
        return 0 if plan.play(target) else 1
    except KeyboardInterrupt:
        print("\n==> interrupted")
        return 130


if __name__ == "__main__":
    sys.exit(main())
