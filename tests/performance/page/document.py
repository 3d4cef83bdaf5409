"""The page itself, in Markdown."""

from collections.abc import Iterable, Iterator, Sequence

from tests.performance.bench_file import Bench
from tests.performance.figures import figure, verdict
from tests.performance.page.markdown import plain, table
from tests.performance.result import Curve, Result, Shown

PICTURE = "benchmarks.svg"
_HEAD = """# Benchmarks

Each line sets what this implementation spends (*ours*) beside the least that the platform allows
(*floor*: a bare handler that only calls `update_item`, a single request or unit, or the same wait
when nothing else happens) and beside today's *usual way*; all are measured by turns in one run, so
the ratios hold where times do not. Devices are registered whenever a call is placed, answered or
ended here. Of notifications the usual way is how they were published before numbers had audiences;
what a commit and a date stand beside was measured once.

A DELETE is one request, refused or not, with one documented exception: a caller who seems to be
no party is looked up once in the register of devices, and ends the call after all if it is the
receiver by a device that it has registered since the call began."""
_ALTERNATIVE = "What the usual way and ours spend; the figures stand below"
_HOW = """`make bench` measures anew into `.local/bench.json`, in some ten minutes, and makes
this page from that file. `.venv/bin/python -m tests.performance NAME` measures one thing. What is
compared, and how, is said at the top of each module in [tests/performance](../tests/performance).
"""
_NONE = "-"


def page(run: Bench) -> str:
    """Return the page; it shows the picture, and says the same in tables."""
    return "\n".join(_lines(run))


def _lines(run: Bench) -> Iterator[str]:
    yield from (_HEAD, "", _in_short(run.results), "")
    yield from table(
        ["", "unit", "floor", "usual way", "ours", "ours / floor", "budget", ""],
        (_row(result) for result in run.results),
    )
    if run.shown:
        yield from ("", "## What grows, and what a cold start is spent on", "")
        yield from (f"![{_ALTERNATIVE}]({PICTURE})", "")
        for shown in run.shown:
            yield from _shown(shown)
    yield from ("## Notes", "")
    yield from _notes(run.results)
    yield from ("", "## Where and how", "", _where(run), "", _HOW)


def _in_short(results: Sequence[Result]) -> str:
    judged = [result for result in results if result.budget]
    missed = [result for result in judged if not result.met]
    met = f"{len(judged) - len(missed)} of {len(judged)} budgets are met"
    if not missed:
        return f"{met}."
    return f"{met}; not: {'; '.join(plain(result.what.strip()) for result in missed)}."


def _row(result: Result) -> list[str]:
    what = plain(result.what)
    # Indented where it belongs to the line above.
    return [
        f"&emsp;{what.strip()}" if what.startswith(" ") else what,
        plain(result.unit),
        _figure(result.floor),
        _figure(result.usual),
        f"**{figure(result.value)}**",
        _NONE if result.ratio is None else f"{result.ratio:.2f}",
        _budget(result),
        f"**{verdict(result)}**" if result.met is False else verdict(result),
    ]


def _budget(result: Result) -> str:
    if result.budget is None:
        return _NONE
    limit = f"{result.budget.limit:g}"
    match result.budget.of:
        case "gain":
            return f"&ge; {limit} x usual way"
        case "ratio":
            return f"&le; {limit} x floor"
        case _:
            return f"&le; {limit}"


def _notes(results: Iterable[Result]) -> Iterator[str]:
    above = ""
    for result in results:
        what = result.what.strip()
        if result.what == what:
            above = what
        else:
            what = f"{above}, {what}"
        if result.notes:
            yield f"- {plain(what)}: {plain('; '.join(result.notes))}"


def _shown(shown: Shown) -> Iterator[str]:
    notes = "; ".join(plain(note) for note in shown.notes)
    yield f"{plain(shown.what)}{f' ({notes})' if notes else ''}:"
    yield ""
    if isinstance(shown, Curve):
        heads = [figure(x) for x, _ in shown.value]
        rows = [[figure(y) for _, y in points] for points in (shown.usual, shown.value)]
        first = f"{plain(shown.unit)} at {plain(shown.x)}"
    else:
        heads = list(dict.fromkeys([*shown.usual, *shown.value]))
        rows = [
            [f"{parts[head]:,.0f}" if head in parts else _NONE for head in heads]
            for parts in (shown.usual, shown.value)
        ]
        first = plain(shown.unit)
    yield from table([first, *map(plain, heads)], [["usual way", *rows[0]], ["ours", *rows[1]]])
    yield ""


def _where(run: Bench) -> str:
    machine = run.machine
    packages = ", ".join(f"{name} {number}" for name, number in machine["packages"].items())
    return plain(
        f"{machine['date'][:10]}; {machine['cpu']}, {machine['cores']} cores, {machine['system']};"
        f" Python {machine['python']}, {packages}."
    )


def _figure(value: float | None) -> str:
    return _NONE if value is None else figure(value)
