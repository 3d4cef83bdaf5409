"""Where notifications may be sent: what a URL tells of it, and what an address does."""

from ipaddress import ip_address

import pytest

from camara.errors import InvalidSink
from notifications.sink import Sink, is_allowed, sink_from

PUBLIC = ["93.184.215.14", "8.8.8.8", "1.1.1.1", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]
LOOPBACK = ["127.0.0.1", "127.1.2.3", "::1"]
INTERNAL = [
    "0.0.0.0",  # noqa: S104 - an address, bound to nothing
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a00:1",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:a00:1::",
    "2002:808:808::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]

LONGEST_NAME = "a." * 123 + "example"
"""253 characters."""


def literal(address: str) -> str:
    return f"[{address}]" if ":" in address else address


@pytest.mark.parametrize(
    ("url", "sink"),
    [
        ("https://app.example", Sink("https", "app.example", 443, "/")),
        ("https://app.example/", Sink("https", "app.example", 443, "/")),
        ("https://app.example:443/a", Sink("https", "app.example", 443, "/a")),
        ("https://app.example:/a", Sink("https", "app.example", 443, "/a")),
        ("https://app.example:8443/a/b?c=d&e", Sink("https", "app.example", 8443, "/a/b?c=d&e")),
        ("https://app.example:1024", Sink("https", "app.example", 1024, "/")),
        ("https://app.example:65535", Sink("https", "app.example", 65535, "/")),
        ("https://app.example?a=b@c%20d", Sink("https", "app.example", 443, "/?a=b@c%20d")),
        ("HTTPS://App.Example/X", Sink("https", "app.example", 443, "/X")),
        ("https://X.example/", Sink("https", "x.example", 443, "/")),
        ("https://xn--bcher-kva.example/", Sink("https", "xn--bcher-kva.example", 443, "/")),
        (f"https://{LONGEST_NAME}", Sink("https", LONGEST_NAME, 443, "/")),
        ("https://1.a-b.xn--p1ai", Sink("https", "1.a-b.xn--p1ai", 443, "/")),
        ("https://8.8.8.8/", Sink("https", "8.8.8.8", 443, "/")),
        ("https://[2606:4700::1111]:8443", Sink("https", "2606:4700::1111", 8443, "/")),
    ],
)
def test_a_url_is_taken_apart(url: str, sink: Sink) -> None:
    assert sink_from(url, loopback_allowed=False) == sink


@pytest.mark.parametrize(
    "url",
    [
        "",
        "app.example",
        "//app.example/",
        "https:",
        "https://",
        "https:///hook",
        "https:app.example",
        "http://app.example/",
        "http://app.example:443/",
        "http://8.8.8.8:8080/",
        "file:///etc/passwd",
        "file://app.example/etc/passwd",
        "ftp://app.example/",
        "gopher://app.example:8443/",
        "javascript:alert(1)",
        "wss://app.example/",
        "https://user:password@app.example/",
        "https://user@app.example/",
        "https://@app.example/",
        "https://:@app.example/",
        "https://app.example@10.0.0.1/",
        "https://app.example:0/",
        "https://app.example:22/",
        "https://app.example:80/",
        "https://app.example:1023/",
        "https://app.example:65536/",
        "https://app.example:-1/",
        "https://app.example:+443/",
        "https://app.example:4 43/",
        "https://app.example:https/",
        "https://app.example/#part",
        "https://app.example/#",
        "https://app.example/a b",
        "https://app.example/a\tb",
        "https://app.example/a\r\nX-Header: 1",
        "\nhttps://app.example/",
        " https://app.example/",
        "https://app.example/\x00",
        "https://app.example/\x7f",
        "https://app.example\\@10.0.0.1/",
        "https://bücher.example/",
        "https://app.example/ü",
        "https://app．example/",  # noqa: RUF001 - a full stop to some
        "https://app%2eexample/",
        "https://localhost/",
        "https://intranet/",
        "https://app.example./",
        "https://app..example/",
        "https://.example/",
        "https://-app.example/",
        "https://app-.example/",
        "https://app_1.example/",
        "https://app.example,8.8.8.8/",
        f"https://{'a' * 64}.example/",
        f"https://a{LONGEST_NAME}/",
        "https://2130706433/",
        "https://127.1/",
        "https://0x7f.0.0.1/",
        "https://0x7f000001/",
        "https://app.0x7f/",
        "https://0177.0.0.1/",
        "https://1.2.3/",
        "https://1.2.3.4.5/",
        "https://256.1.1.1/",
        "https://8.8.8.8./",
        "https://[8.8.8.8]/",
        "https://[::1/",
        "https://[v1.example]/",
        "https://[2606:4700::1111%eth0]/",
        "https://[2606:4700::1111%25eth0]/",
        "https://2606:4700::1111/",
    ],
)
@pytest.mark.parametrize("loopback_allowed", [False, True])
def test_what_is_no_safe_url_is_refused(url: str, loopback_allowed: bool) -> None:  # noqa: FBT001
    with pytest.raises(InvalidSink):
        sink_from(url, loopback_allowed=loopback_allowed)


@pytest.mark.parametrize("address", INTERNAL)
@pytest.mark.parametrize("loopback_allowed", [False, True])
def test_an_address_that_is_not_public_is_refused(
    address: str,
    loopback_allowed: bool,  # noqa: FBT001
) -> None:
    assert not is_allowed(ip_address(address), loopback_allowed=loopback_allowed)
    with pytest.raises(InvalidSink):
        sink_from(f"https://{literal(address)}/", loopback_allowed=loopback_allowed)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address: str) -> None:
    assert is_allowed(ip_address(address), loopback_allowed=False)
    assert sink_from(f"https://{literal(address)}/", loopback_allowed=False).host == address


@pytest.mark.parametrize("address", [*LOOPBACK, "::ffff:127.0.0.1"])
def test_loopback_is_for_the_embedded_stack_only(address: str) -> None:
    assert not is_allowed(ip_address(address), loopback_allowed=False)
    for url in (f"http://{literal(address)}:8080/", f"https://{literal(address)}:8443/"):
        with pytest.raises(InvalidSink):
            sink_from(url, loopback_allowed=False)


@pytest.mark.parametrize("address", LOOPBACK)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_on_the_embedded_stack_loopback_is_a_sink(address: str, scheme: str) -> None:
    url = f"{scheme}://{literal(address)}:8080/hook"

    assert sink_from(url, loopback_allowed=True) == Sink(scheme, address, 8080, "/hook")
    assert is_allowed(ip_address(address), loopback_allowed=True)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://127.0.0.1:0/", "http://127.0.0.1:22/", "http://localhost:1024/"],
)
def test_not_even_there_on_any_port(url: str) -> None:
    with pytest.raises(InvalidSink):
        sink_from(url, loopback_allowed=True)


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://app.example/", "app.example"),
        ("https://app.example:443/", "app.example"),
        ("https://app.example:8443/", "app.example:8443"),
        ("https://[2606:4700::1111]/", "[2606:4700::1111]"),
        ("https://[2606:4700::1111]:8443/", "[2606:4700::1111]:8443"),
    ],
)
def test_the_authority_is_the_host_and_its_port_unless_it_is_the_usual_one(
    url: str, authority: str
) -> None:
    assert sink_from(url, loopback_allowed=False).authority == authority
