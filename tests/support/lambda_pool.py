"""What Lambda does with queues: as many invocations of each as there may be, side by side."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from tests.support.lambda_poller import Poller

_PAUSE_SECONDS = 0.03


@contextmanager
def polling(*concurrency: tuple[Poller, int]) -> Iterator[None]:
    """Poll queues meanwhile, each with so many threads; what has begun is finished at the end.

    A FIFO queue gives no two messages of a group away at once. Raises the first thing that an
    invocation has raised.
    """
    over, faults = Event(), list[Exception]()

    def poll(poller: Poller) -> None:
        try:
            while not over.is_set():
                event = poller.receive()
                if event is None:
                    over.wait(_PAUSE_SECONDS)
                else:
                    poller.finish(event)
        except Exception as fault:  # noqa: BLE001 - raised again below
            faults.append(fault)

    threads = [
        Thread(target=poll, args=(poller,)) for poller, most in concurrency for _ in range(most)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
    for fault in faults:
        raise fault
