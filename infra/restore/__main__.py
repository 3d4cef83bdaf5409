"""`python -m infra.restore SOURCE TARGET`: see docs/deploy.md, "Restore"."""

import argparse
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from camara.errors import Unavailable
from infra.restore.subscriptions import restore


def main() -> int:
    """Restore, and print how many; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m infra.restore", description=__doc__)
    parser.add_argument("source", help="the table to read")
    parser.add_argument("target", help="the stack's table, its output SubscriptionsTable")
    parser.add_argument(
        "--another-key",
        action="store_true",
        help="the source is of another stack: leave out what its key has encrypted",
    )
    asked = parser.parse_args()
    try:
        done = restore(
            boto3.client("dynamodb"), asked.source, asked.target, same_key=not asked.another_key
        )
    except (ClientError, BotoCoreError) as error:
        print(error, file=sys.stderr)
        return 1
    except Unavailable:
        print("DynamoDB does not serve; do it again, it goes on where it was", file=sys.stderr)
        return 1
    for outcome, number in sorted(done.items()):
        print(f"{number:>8} {outcome}")
    if not done:
        print("there is no subscription in the source")
    return 0


if __name__ == "__main__":
    sys.exit(main())
