"""What a sweep asks of DynamoDB when few of many sessions are stale, and how that grows."""

from collections.abc import Iterator

from aws.stale_index import SHARDS_SEARCHED
from tests.performance.result import Budget, Curve, Result
from tests.performance.sweep_count import scan_pages, scan_read_units, swept

_STORED = 100_000
_STALE = 1_000
_GROWTH = (1_000, 10_000, 100_000)
_GROWTH_STALE = 100


def measure() -> Iterator[Result]:
    """Sweep once and count."""
    traffic = swept(_STORED, _STALE)
    requests = traffic.requests.total()
    floor = _STALE + SHARDS_SEARCHED
    pages = scan_pages(_STORED)
    by_name = ", ".join(f"{count:,} {name}" for name, count in sorted(traffic.requests.items()))
    yield Result(
        name="sweep.requests",
        what=f"DynamoDB requests per sweep, {_STALE:,} of {_STORED:,} stale",
        unit="requests",
        floor=floor,
        usual=_STALE + pages,
        value=requests,
        budget=Budget(1, "ratio"),
        notes=[
            f"{by_name}; nothing else read or written",
            f"floor: one for each stale session, and {SHARDS_SEARCHED} partitions of the index",
            f"the usual way: a scan of {pages} pages, more with longer SDPs, fewer never",
        ],
    )
    yield Result(
        name="sweep.read-units",
        what="  read units of the search",
        unit="units",
        usual=scan_read_units(_STORED),
        value=traffic.read_units,
    )


def growth() -> Iterator[Curve]:
    """Sweep tables of one, ten and a hundred thousand sessions with as many stale ones in each."""
    yield Curve(
        name="sweep-growth",
        what="Read units of a sweep's search",
        x="live sessions",
        unit="read units",
        usual=[(live, scan_read_units(live)) for live in _GROWTH],
        value=[(live, swept(live, _GROWTH_STALE).read_units) for live in _GROWTH],
        logarithmic=True,
        notes=[
            f"{_GROWTH_STALE} sessions are stale, however many live; the usual way scans them all"
        ],
    )
