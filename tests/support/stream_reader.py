"""Lambda, as it reads a stream: batch after batch, each again from the record that is reported."""

from collections.abc import Callable, Iterable, Sequence

from tests.support.streams import Record

_INVOCATIONS = 2000


def read_stream(
    handle: Callable[[list[Record]], list[str]],
    records: Sequence[Record],
    size: int = 100,
    lost: Iterable[bool] = (),
) -> list[int]:
    """Hand over all records in batches of a ``size``; return how many there were in each.

    ``handle`` returns where to begin again. What it returns is ``lost``, time after time, when the
    function is stopped; then all of the batch comes again.
    """
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    answers_lost = iter(lost)
    place, sizes = 0, list[int]()
    for _ in range(_INVOCATIONS):
        if place == len(records):
            return sizes
        batch = list(records[place : place + size])
        sizes.append(len(batch))
        again = handle(batch)
        if next(answers_lost, False):
            continue
        place = numbers.index(again[0], place) if again else place + len(batch)
    raise AssertionError(place)
