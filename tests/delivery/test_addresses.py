"""Where a POST goes: to an address that has been judged, to whom the certificate names."""

import datetime as dt
import socket
import ssl
from collections.abc import Callable

import pytest

from notifications.sink import Sink
from tests.support.authority import Authority
from tests.support.names import Names
from tests.support.posting import SINK_NAME, posted, posted_to
from tests.support.webhook import HOST, Webhook

INTERNAL = ["10.0.0.1", "169.254.169.254", "192.168.0.1", "::ffff:10.0.0.1", "fe80::1", "fd00::1"]
PUBLIC = "93.184.215.14"

type Start = Callable[[ssl.SSLContext], Webhook]


@pytest.fixture
def connected_to(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that anybody tried to connect to; what is not loopback refuses."""
    tried: list[str] = []
    real = socket.socket.connect

    def connect(sock: socket.socket, address: tuple[str, int]) -> None:
        tried.append(address[0])
        if not address[0].startswith("127."):
            raise ConnectionRefusedError
        real(sock, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return tried


@pytest.mark.parametrize("address", [*INTERNAL, "127.0.0.1", "::1"])
def test_a_name_that_leads_inside_is_not_connected_to(
    names: Names, connected_to: list[str], address: str
) -> None:
    names.lead(SINK_NAME, [address])

    assert posted(f"https://{SINK_NAME}/", loopback_allowed=False).status is None
    assert names.asked == [SINK_NAME]
    assert connected_to == []


@pytest.mark.parametrize("address", INTERNAL)
@pytest.mark.parametrize("first", [True, False])
def test_one_address_inside_condemns_all(
    names: Names,
    connected_to: list[str],
    address: str,
    first: bool,  # noqa: FBT001
) -> None:
    names.lead(SINK_NAME, [address, PUBLIC] if first else [PUBLIC, address])

    assert posted(f"https://{SINK_NAME}/", loopback_allowed=False).status is None
    assert connected_to == []


def test_a_literal_is_judged_at_delivery_too(connected_to: list[str]) -> None:
    sink = Sink("https", "10.0.0.1", 443, "/")

    assert posted_to(sink, loopback_allowed=False).status is None
    assert connected_to == []


def test_the_address_that_was_judged_is_connected_to_whatever_the_name_leads_to_then(
    names: Names, trusted: Authority, https_webhook: Start, connected_to: list[str]
) -> None:
    names.lead(SINK_NAME, [HOST], ["169.254.169.254"])
    webhook = https_webhook(trusted.issue(SINK_NAME))

    assert posted(f"https://{SINK_NAME}:{webhook.port}/").status == 204
    assert names.asked == [SINK_NAME]
    assert connected_to == [HOST]


def test_the_name_is_resolved_at_each_delivery(
    names: Names, trusted: Authority, https_webhook: Start, connected_to: list[str]
) -> None:
    names.lead(SINK_NAME, [HOST], ["169.254.169.254"])
    webhook = https_webhook(trusted.issue(SINK_NAME))
    url = f"https://{SINK_NAME}:{webhook.port}/"

    assert [posted(url).status, posted(url).status] == [204, None]
    assert connected_to == [HOST]


def test_the_next_address_is_tried_when_one_cannot_be_connected_to(
    names: Names, trusted: Authority, https_webhook: Start, connected_to: list[str]
) -> None:
    addresses = ["2606:4700::1111", PUBLIC, "127.0.0.2", HOST]
    names.lead(SINK_NAME, addresses)
    webhook = https_webhook(trusted.issue(SINK_NAME))

    assert posted(f"https://{SINK_NAME}:{webhook.port}/").status == 204
    assert connected_to == addresses
    assert len(webhook.received) == 1


def test_a_name_all_of_whose_addresses_refuse(names: Names, connected_to: list[str]) -> None:
    names.lead(SINK_NAME, [PUBLIC, "8.8.8.8"])

    assert posted(f"https://{SINK_NAME}/", loopback_allowed=False).status is None
    assert connected_to == [PUBLIC, "8.8.8.8"]


@pytest.mark.parametrize("host", [SINK_NAME, f"{'a' * 63}.{'b' * 63}.example"])
def test_an_unknown_name_is_not_delivered_to(names: Names, host: str) -> None:
    assert posted(f"https://{host}/").status is None
    assert names.asked == [host]


def test_a_name_that_cannot_be_asked_for_is_not_delivered_to() -> None:
    assert posted_to(Sink("https", "a..example", 443, "/")).status is None


def test_the_certificate_is_for_the_name_and_the_name_is_said(
    names: Names, trusted: Authority, https_webhook: Start
) -> None:
    said = []
    context = trusted.issue(SINK_NAME)
    context.sni_callback = lambda _, name, __: said.append(name)
    webhook = https_webhook(context)
    names.lead(SINK_NAME, [HOST])

    assert posted(f"https://{SINK_NAME}:{webhook.port}/a").status == 204
    assert said == [SINK_NAME]
    assert webhook.received[0].headers["host"] == f"{SINK_NAME}:{webhook.port}"


@pytest.mark.parametrize("host", ["8.8.8.8", "2606:4700::1111"])
def test_the_certificate_of_a_literal_is_for_the_address(
    names: Names, trusted: Authority, https_webhook: Start, host: str
) -> None:
    literal = f"[{host}]" if ":" in host else host
    webhook = https_webhook(trusted.issue(host))
    names.lead(host, [HOST])

    assert posted(f"https://{literal}:{webhook.port}/").status == 204
    assert webhook.received[0].headers["host"] == f"{literal}:{webhook.port}"


def test_the_usual_port_is_not_said(
    names: Names, trusted: Authority, https_webhook: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = https_webhook(trusted.issue(SINK_NAME))
    names.lead(SINK_NAME, [HOST])

    def elsewhere(host: str, port: int, **more: object) -> list[object]:
        assert port == 443
        return names.getaddrinfo(host, webhook.port, **more)

    monkeypatch.setattr(socket, "getaddrinfo", elsewhere)

    assert posted(f"https://{SINK_NAME}/").status == 204
    assert webhook.received[0].headers["host"] == SINK_NAME


@pytest.mark.parametrize("other", ["other.example.com", "example.com", HOST])
def test_a_certificate_for_another_name_is_not_delivered_to(
    names: Names, trusted: Authority, https_webhook: Start, other: str
) -> None:
    names.lead(SINK_NAME, [HOST])
    webhook = https_webhook(trusted.issue(other))

    assert posted(f"https://{SINK_NAME}:{webhook.port}/").status is None
    assert webhook.received == []


def test_a_certificate_that_nobody_vouches_for_is_not_delivered_to(
    names: Names, trusted: Authority, https_webhook: Start
) -> None:
    names.lead(SINK_NAME, [HOST])
    webhook = https_webhook(trusted.self_signed(SINK_NAME))

    assert posted(f"https://{SINK_NAME}:{webhook.port}/").status is None
    assert webhook.received == []


def test_an_expired_certificate_is_not_delivered_to(
    names: Names, trusted: Authority, https_webhook: Start
) -> None:
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    names.lead(SINK_NAME, [HOST])
    webhook = https_webhook(trusted.issue(SINK_NAME, yesterday))

    assert posted(f"https://{SINK_NAME}:{webhook.port}/").status is None
    assert webhook.received == []


def test_an_authority_that_is_not_trusted(
    names: Names, authority: Authority, https_webhook: Start
) -> None:
    names.lead(SINK_NAME, [HOST])
    webhook = https_webhook(authority.issue(SINK_NAME))

    assert posted(f"https://{SINK_NAME}:{webhook.port}/").status is None
    assert webhook.received == []


def test_http_where_https_is_meant(names: Names, webhook: Webhook) -> None:
    names.lead(SINK_NAME, [HOST])

    assert posted(f"https://{SINK_NAME}:{webhook.port}/").status is None
    assert webhook.received == []
