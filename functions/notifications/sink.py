"""Protection against server-side request forgery (SSRF): where notifications may be sent.

A sink is checked twice: its URL at the subscription, and the addresses to which its name resolves
at each delivery. Sources: CAMARA Event Subscription and Notification Guidelines; RFC
3986; IANA special-purpose address registries; OWASP, "Server-Side Request Forgery Prevention".
"""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from camara.errors import InvalidSink

_HTTPS = 443
_UNPRIVILEGED = 1024
_MAX_NAME = 253
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label has a letter in front: 2130706433, 127.1 and 0x7f.1 are addresses to a resolver.
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z]){_LABEL}")
# All that is routed; what stands for an IPv4 address (mapped, NAT64, compatible) is elsewhere.
_GLOBAL_UNICAST = IPv6Network("2000::/3")


class Sink(NamedTuple):
    """A parsed URL; ``host`` is without brackets, ``target`` is path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """What the ``Host`` header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _HTTPS else f"{host}:{self.port}"


def sink_from(url: str, *, loopback_allowed: bool) -> Sink:
    """Parse a URL. Raises ``InvalidSink`` unless it may be a public https address.

    With ``loopback_allowed``, which only the embedded stack sets, loopback is allowed, too, also by
    http. Names are in ASCII: an internationalised one as ``xn--``.
    """
    if not url.isascii() or not url.isprintable() or any(char in url for char in " \\#"):
        raise InvalidSink
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise InvalidSink from error
    # No user, no zone of an IPv6 address; in brackets there is nothing but such an address.
    if any(char in parts.netloc for char in "@%") or ("[" in parts.netloc) != (":" in host):
        raise InvalidSink
    literal = _address(host)
    if literal is None:
        if not _NAME.fullmatch(host) or len(host) > _MAX_NAME:
            raise InvalidSink
    elif not is_allowed(literal, loopback_allowed=loopback_allowed):
        raise InvalidSink
    if parts.scheme == "http" and literal is not None and literal.is_loopback:
        port = port or 0
    elif parts.scheme != "https":
        raise InvalidSink
    port = _HTTPS if port is None else port
    if port != _HTTPS and port < _UNPRIVILEGED:
        raise InvalidSink
    target = parts.path or "/"
    return Sink(parts.scheme, host, port, f"{target}?{parts.query}" if parts.query else target)


def is_allowed(address: IPv4Address | IPv6Address, *, loopback_allowed: bool) -> bool:
    """Tell whether notifications may be sent to this address."""
    if address.is_loopback:
        return loopback_allowed
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
