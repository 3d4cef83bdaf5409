"""An SDP as a browser makes it: audio alone, its codecs, its keys and its ICE candidates.

The lines are Chromium's; what is random there is made of a hash here, so that it is the same each
time, and compresses as badly. Addresses are those of RFC 5737 and 3849.
"""

import hashlib

_CODECS = """a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000"""
_EXTENSIONS = """a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid"""
_PLACES = (
    ("host", "192.0.2.17", ""),
    ("host", "2001:db8:85a3::8a2e:370:7334", ""),
    ("srflx", "198.51.100.23", " raddr 192.0.2.17 rport 51372"),
    ("srflx", "2001:db8:1f70::999:de8:7648", " raddr 2001:db8:85a3::8a2e:370:7334 rport 51373"),
    ("relay", "203.0.113.77", " raddr 198.51.100.23 rport 62114"),
    ("relay", "203.0.113.78", " raddr 198.51.100.23 rport 62115"),
)


def browser_sdp(seed: str) -> str:
    """Return an offer or an answer; another one for each ``seed``."""
    noise = hashlib.sha512(seed.encode()).hexdigest()
    more = hashlib.sha512(noise.encode()).hexdigest()
    number = int(noise[:16], 16)
    fingerprint = ":".join(more[at : at + 2].upper() for at in range(0, 64, 2))
    ufrag, password, stream, track = noise[:4], noise[4:28], _uuid(noise[28:60]), _uuid(more[64:96])
    lines = [
        "v=0",
        f"o=- {number} 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0",
        "a=extmap-allow-mixed",
        f"a=msid-semantic: WMS {stream}",
        "m=audio 62114 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126",
        "c=IN IP4 203.0.113.77",
        "a=rtcp:9 IN IP4 0.0.0.0",
        *_candidates(number, ufrag),
        f"a=ice-ufrag:{ufrag}",
        f"a=ice-pwd:{password}",
        "a=ice-options:trickle",
        f"a=fingerprint:sha-256 {fingerprint}",
        "a=setup:actpass",
        "a=mid:0",
        *_EXTENSIONS.splitlines(),
        "a=sendrecv",
        f"a=msid:{stream} {track}",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        *_CODECS.splitlines(),
        f"a=ssrc:{number % 2**32} cname:{noise[60:76]}",
        f"a=ssrc:{number % 2**32} msid:{stream} {track}",
    ]
    return "\r\n".join(lines) + "\r\n"


def _candidates(number: int, ufrag: str) -> list[str]:
    candidates = []
    for place, (kind, address, base) in enumerate(_PLACES):
        for transport in ("udp", "tcp") if kind == "host" else ("udp",):
            foundation = (number >> place) % 2**32
            port, tcp = (9, " tcptype active") if transport == "tcp" else (51_372 + 97 * place, "")
            priority = 2_122_260_223 - 65_537 * place
            candidates.append(
                f"a=candidate:{foundation} 1 {transport} {priority} {address} {port} typ {kind}"
                f"{base}{tcp} generation 0 ufrag {ufrag} network-id {place + 1} network-cost 10"
            )
    return candidates


def _uuid(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
