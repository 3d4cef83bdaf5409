"""One handler in a process of its own, invoked in batches; run by ``warm_cpu``.

Standard input: a line of JSON (``handler``, ``event``, ``oldItem``), then a number a line, the size
of a batch. Standard output: for each batch, the CPU time in nanoseconds. What the handler writes
goes to /dev/null.
"""

import json
import logging
import os
import sys
import time
from importlib import import_module

from tests.performance.canned_dynamodb import CannedDynamoDB
from tests.support.lambda_context import a_lambda_context


def main() -> None:
    """Serve until the end of input."""
    task = json.loads(sys.stdin.readline())
    answers = sys.stdout
    # As the runtime sets both up: written line by line, and a handler on the root logger.
    sys.stdout = open(os.devnull, "w", buffering=1)  # noqa: SIM115, PTH123
    logging.getLogger().addHandler(logging.StreamHandler(sys.stdout))

    CannedDynamoDB(task["oldItem"]).answer_in_process()
    module, _, name = task["handler"].rpartition(".")
    handler = getattr(import_module(module), name)
    event = task["event"]
    context = a_lambda_context()
    for line in sys.stdin:
        started = time.process_time_ns()
        for _ in range(int(line)):
            response = handler(event, context)
        spent = time.process_time_ns() - started
        assert response["statusCode"] == 204, response
        print(spent, file=answers, flush=True)


if __name__ == "__main__":
    main()
