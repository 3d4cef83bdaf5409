"""docs/capacity.md, from a call that was played and the tables beside this."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.performance.capacity import money, read
from tests.performance.capacity.browser_sdp import browser_sdp
from tests.performance.capacity.limits import Limit, limits
from tests.performance.figures import figure
from tests.performance.page.markdown import plain, table
from tests.performance.result import Step, WholeCall

PICTURE = "capacity.svg"
_RATES = (100, 1_000, 10_000, 100_000)
_HEAD = """# Capacity

What a *whole call* costs on AWS, and what limits how many there can be. A call is placed, rings, is
answered and ended: four requests. One device on either side has a subscription to its status, the
receiver's one to invitations, too, and all are told by webhook. The real functions play it, with
the tables in an emulator; requests, write and read units, messages, invocations and what is logged
are counted, each change alone in its batch, as in a quiet hour. Under load several share a batch,
and a call costs less."""
_HOW = """`make bench` makes this page; `.venv/bin/python -m tests.performance capacity` measures it
alone. Prices, assumptions and quotas are tables in
[tests/performance/capacity](../tests/performance/capacity)."""
_NOT_COUNTED = """Each further version would cost as much again, so old ones are deleted. Not in
any of these figures: storage (a call leaves some 10 KB, for hours to days), backups, the three
sweeps (some 2 $ a month), a second key (with KmsEncryption), a WAF, and X-Ray, which is off."""
_LIMITS = """All but partitions and the start of environments can be raised. The first that is met
is at the top; of ours the defaults, of AWS's those of us-east-1,"""
_NO_LIMIT = """Not a matter of rate: KMS (a sink's credential is decrypted once in a process),
Scheduler (three sweeps a minute), CloudWatch Logs (Lambda writes in batches). A stream has a shard
for each partition of its table, so its readers grow with the writes: ten batches of a shard at
once, 100 changes each. Above some ten thousand calls a second a stack for each part of the numbers
(a cell) is better than ever higher quotas: two numbers share nothing but their calls."""


def page(call: WholeCall) -> str:
    """Return the page; it shows the picture, and says the same in tables."""
    return "\n".join(_lines(call, money.of_call(call)))


def _lines(call: WholeCall, dollars: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    yield from (_HEAD, "", _in_short(dollars), "", "## Money", "")
    yield from (f"![Dollars by operation and service; the table has the figures]({PICTURE})", "")
    yield from _money(dollars)
    yield from ("", "Counted, of one call:", "")
    yield from _counted(call)
    yield from ("", *_month(call), "")
    yield from _savings(read("savings"))
    yield from ("", "## Limits", "")
    yield from _limits(limits(call, read("quotas")["quota"]))
    yield from ("", "## What is assumed", "")
    yield from _assumed(read("assumptions"))
    yield from ("", "## Prices", "")
    yield from _prices(read("prices"))
    yield from ("", _HOW, "")


def _in_short(dollars: Mapping[str, Mapping[str, float]]) -> str:
    prices, services = read("prices"), money.by_service(dollars)
    most = sorted(services, key=lambda service: -services[service])[:3]
    parts = ", ".join(f"{name} {services[name]:.0f}" for name in most)
    return (
        f"**A million whole calls cost {money.total(dollars):.0f} $** by the list prices of"
        f" {prices['region']}, {prices['date']}; the most of it: {parts}."
    )


def _money(dollars: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    rows = [
        [plain(name), *map(_cents, spent.values()), f"**{sum(spent.values()):.2f}**"]
        for name, spent in dollars.items()
    ]
    sums = money.by_service(dollars)
    rows.append(["in all", *map(_cents, sums.values()), f"**{sum(sums.values()):.2f}**"])
    yield from table(["$ per million calls", *money.SERVICES, "in all"], rows)


def _counted(call: WholeCall) -> Iterator[str]:
    heads = ["", "invocations", "ms billed", "write units", "read units", "SQS requests"]
    rows = [[plain(step.name), *_counts(step)] for step in call.steps]
    yield from table([*heads, "events", "bytes logged", "bytes out"], rows)


def _counts(step: Step) -> Iterator[str]:
    for value in (
        step.invocations,
        round(step.seconds * 1000),
        step.write_units,
        step.read_units,
        step.queue_requests,
        step.bus_events,
        step.log_bytes,
        step.bytes_out,
    ):
        yield figure(value) if value else "-"


def _month(call: WholeCall) -> Iterator[str]:
    month = money.of_a_month(call)
    parts = "; ".join(f"{name} {amount:.2f}" for name, amount in month.items())
    sum_ = f"{sum(month.values()):.0f} $"
    stack = "A stack with SnapStart that nobody calls"
    yield f"{stack} costs some {sum_} a month: {parts}. {_NOT_COUNTED}"


def _savings(savings: Mapping[str, Any]) -> Iterator[str]:
    yield f"What has brought it down, in $ per million, measured once, {savings['date']}:"
    yield ""
    for saving in savings["saving"]:
        yield f"- {saving['dollars']:.2f}: {plain(saving['what'])}"


def _limits(found: list[Limit]) -> Iterator[str]:
    yield f"{_LIMITS} {read('quotas')['date']}."
    yield ""
    yield from table(
        ["", "allows for calls a second", "limit", "what to do"],
        (
            [
                f"[{plain(limit.name)}]({limit.source})",
                f"{limit.calls:,.0f}",
                f"{limit.quota:,.0f}",
                plain(limit.remedy),
            ]
            for limit in found
        ),
    )
    for rate, before in zip(_RATES, (0, *_RATES), strict=False):
        met = [plain(limit.name) for limit in found if before <= limit.calls < rate]
        yield ""
        yield f"**Met before {rate:,} calls a second**: {'; '.join(met) if met else 'no more'}."
    yield ""
    yield _NO_LIMIT


def _assumed(assumed: Mapping[str, Any]) -> Iterator[str]:
    sdp = len(browser_sdp("offer"))
    cold = f"{1 / assumed['cold_starts']:,.0f}"
    heads, handshake = assumed["bytes_of_heads"], f"{assumed['bytes_of_handshake']:,}"
    worked = _listed(assumed["processor_milliseconds"])
    for line in (
        f"SDP as a browser makes it, audio with eight candidates: {sdp:,} bytes on either side.",
        f"{assumed['authorizer_calls']} of four tokens judged, the others remembered.",
        f"One in {cold} invocations restored from a snapshot.",
        f"{heads} bytes of headers an answer, and a notification; {handshake} of its handshake.",
        f"Milliseconds of a whole processor, which is had for 1,769 MB of memory: {worked}.",
        f"Milliseconds of waiting, billed all the same: {_listed(assumed['milliseconds'])}.",
    ):
        yield f"- {line}"


def _listed(values: Mapping[str, float]) -> str:
    return ", ".join(f"{plain(name)} {value:g}" for name, value in values.items())


def _prices(prices: Mapping[str, Any]) -> Iterator[str]:
    rows = (
        [
            f"[{plain(price['what'])}]({price['source']})",
            f"{price['dollars']:.10f}".rstrip("0").rstrip("."),
        ]
        for price in prices.values()
        if isinstance(price, dict)
    )
    yield from table(["", "$"], rows)


def _cents(amount: float) -> str:
    return f"{amount:.2f}" if amount else "-"
