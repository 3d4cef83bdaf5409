"""What notifications cost, on moto: the figures of the page that no machine changes."""

import pytest

from notifications.audience import Limits
from tests.performance import publishing_reads
from tests.performance.credentials_cost import measure as credentials_cost
from tests.performance.notification_cost import measure as notification_cost
from tests.performance.publishing_reads import measure as reads
from tests.performance.result import Result
from tests.performance.subscription_cost import measure as subscription_cost


def by_name(results: list[Result]) -> dict[str, Result]:
    found = {result.name: result for result in results}
    assert len(found) == len(results)
    return found


def test_a_call_costs_no_write_and_fewer_reads_than_it_did() -> None:
    results = by_name([*notification_cost()])
    cost = {name.rpartition(".")[2]: result.value for name, result in results.items()}

    assert cost["messages"] == 7
    assert cost["bus_events"] == 4
    assert cost["invocations"] == 2 * 4 + 7
    assert cost["write_units"] == 0
    for name in ("requests", "read_units"):
        usual = results[f"notifications.cost.{name}"].usual
        assert usual
        assert cost[name] < usual


def test_a_subscription_is_written_with_its_audience_and_so_by_its_size() -> None:
    requests, alone, beside = subscription_cost()

    assert requests.value == 5
    # Twice two items in a transaction, and an entry of the index.
    assert alone.value == 2 * (2 * 2 + 1)
    # An entry of an audience takes some 130 bytes, and is written twice and in a transaction.
    assert beside.value > 2 * 2 * (Limits().of_subscriber - 1) * 130 // 1024


def test_a_process_asks_once_for_an_access_token() -> None:
    [requests] = credentials_cost()

    assert requests.value == 1
    assert requests.met
    assert requests.usual == 20


@pytest.mark.parametrize("ended", [0, 300])
def test_what_has_ended_costs_the_publisher_nothing(
    monkeypatch: pytest.MonkeyPatch, ended: int
) -> None:
    monkeypatch.setattr(publishing_reads, "_ENDED", ended)

    units, requests, *_ = reads()

    # Two audiences and a register, in a request for each table.
    assert (units.value, requests.value) == (3, 2)
    # The former way pays for what has ended; with nothing of it, for two queries and a register.
    assert units.usual
    assert units.usual > 3 if ended else units.usual == 3
