"""What a whole call spends, and what that comes to: no machine changes these figures."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tests.performance import bench_file
from tests.performance.capacity import money, read
from tests.performance.capacity.limits import limits
from tests.performance.capacity.page import page
from tests.performance.capacity.picture import picture
from tests.performance.capacity.played_call import play
from tests.performance.drawing import words
from tests.performance.result import Step, WholeCall


@pytest.fixture(scope="module")
def call() -> WholeCall:
    return play()


def test_a_whole_call_is_what_it_says(call: WholeCall) -> None:
    steps = {step.name: step for step in call.steps}

    assert sum(step.api_requests for step in call.steps) == 4
    assert (steps["delivering"].invocations, steps["delivering"].queue_requests) == (7, 14)
    assert (steps["publishing"].invocations, steps["publishing"].queue_requests) == (4, 4)
    assert (steps["the bus"].invocations, steps["the bus"].bus_events) == (4, 4)
    assert steps["authorizer"].invocations == 2
    assert call.index_units == 4


def test_telling_of_it_writes_nothing(call: WholeCall) -> None:
    """A subscription is written to only if something has changed, and no delivery changes it."""
    told = [step for step in call.steps if step.name in {"publishing", "the bus", "delivering"}]

    assert [step.write_units for step in told] == [0, 0, 0]


def test_a_step_costs_what_it_spends_by_the_price_list() -> None:
    nothing = Step("nothing", invocations=0, seconds=0)
    assert set(money.of_step(nothing).values()) == {0}

    for spent, service, dollars in (
        ({"api_requests": 1}, "API Gateway", 3.5),
        ({"invocations": 1}, "Lambda", 0.2),
        ({"gb_seconds": 0.3}, "Lambda", 4),
        ({"write_units": 2, "read_units": 2}, "DynamoDB", 1.5),
        ({"queue_requests": 2}, "SQS", 1),
        ({"bus_events": 4}, "EventBridge", 4),
        ({"log_bytes": 1000}, "CloudWatch Logs", 0.5),
        ({"bytes_out": 1000}, "data out", 0.09),
    ):
        cost = money.of_step(replace(nothing, **spent))
        assert cost[service] == pytest.approx(dollars, rel=1e-4)
        assert sum(cost.values()) == cost[service]


def test_every_price_and_every_quota_has_a_source() -> None:
    prices = [price for price in read("prices").values() if isinstance(price, dict)]

    assert all(price["source"].startswith("https://aws.amazon.com/") for price in prices)
    assert all(quota["source"] and quota["remedy"] for quota in read("quotas")["quota"])


def test_the_first_limit_that_is_met_comes_first(call: WholeCall) -> None:
    quota = {"of": "api_requests", "source": "", "remedy": ""}
    known = [quota | {"name": "late", "limit": 400}, quota | {"name": "soon", "limit": 40}]

    found = limits(call, known)

    assert [(limit.name, limit.calls) for limit in found] == [("soon", 10), ("late", 100)]


def test_the_page_is_made_from_what_a_run_has_written(call: WholeCall, tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    bench_file.write(path, bench_file.bench({}, [call]))

    read_back = bench_file.read(path).call

    assert read_back is not None
    assert json.loads(json.dumps(asdict(read_back))) == json.loads(json.dumps(asdict(call)))
    total = money.total(money.of_call(call))
    assert f"**A million whole calls cost {total:.0f} $**" in page(read_back)


def test_the_picture_has_a_bar_for_each_step_and_the_sums_of_the_services(call: WholeCall) -> None:
    dollars = money.of_call(call)

    said = words(picture(dollars))

    assert set(dollars) <= set(said)
    for name, amount in money.by_service(dollars).items():
        assert f"{name} {amount:.1f}" in said
