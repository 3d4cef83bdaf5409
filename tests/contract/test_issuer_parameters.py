"""What a deployment takes for an issuer, its keys' address and an audience, and what it refuses.

CloudFormation matches a whole value with the pattern.
"""

import re
from typing import Any

import pytest

from authorizer import download
from authorizer.settings import Settings, settings_in
from tests.support.providers import PROVIDERS, Provider
from tests.support.template import properties, template

LONG = "https://issuer.example.com/" + "a" * 100 + "/v2.0"
LOOPBACK = ["http://127.0.0.1", "http://localhost:9400/realms/a", "http://[::1]:9400"]
BROKEN = {
    "quote": 'https://issuer.example.com/","audience":"any',
    "backslash": "https://issuer.example.com/\\",
    "blank": "https://issuer.example.com/ a",
    "line feed": "https://issuer.example.com/\n",
    "braces": "https://login.microsoftonline.com/{tenantid}/v2.0",
    "resolved": "https://issuer.example.com/{{resolve:ssm:a}}",
    "no ASCII": "https://\u0456ssuer.example.com",
}
INSECURE = {
    "http": "http://issuer.example.com",
    "http, as if loopback": "http://127.0.0.1.example.com",
    "http, as if localhost": "http://localhost.example.com",
    "http, loopback for a user": "http://localhost:a@issuer.example.com",
    "http, another machine": "http://10.0.0.1:9400",
    "ftp": "ftp://issuer.example.com",
    "no scheme": "issuer.example.com",
    "no host": "https://",
}


def takes(parameter: str, value: str) -> bool:
    known: dict[str, Any] = template()["Parameters"][parameter]
    fits = len(value) <= known["MaxLength"]
    return fits and re.fullmatch(known["AllowedPattern"], value) is not None


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=PROVIDERS)
def test_well_known_issuers_fit(provider: Provider) -> None:
    assert takes("JwtIssuer", provider.issuer)
    assert takes("JwksUri", provider.jwks_uri)


@pytest.mark.parametrize("url", [LONG, LONG.ljust(512, "a"), *LOOPBACK])
def test_long_ones_and_loopback_do(url: str) -> None:
    assert takes("JwtIssuer", url)
    assert takes("JwksUri", url)


def test_the_address_of_the_keys_may_be_left_out_and_may_have_a_query() -> None:
    assert template()["Parameters"]["JwksUri"]["Default"] == ""
    assert takes("JwksUri", "")
    assert takes("JwksUri", "https://operator.b2clogin.com/discovery/v2.0/keys?p=b2c_1_signin")


@pytest.mark.parametrize("parameter", ["JwtIssuer", "JwksUri"])
@pytest.mark.parametrize("url", [*BROKEN.values(), *INSECURE.values()], ids=[*BROKEN, *INSECURE])
def test_what_is_refused(parameter: str, url: str) -> None:
    assert not takes(parameter, url)


@pytest.mark.parametrize("url", ["", LONG.ljust(513, "a"), "https://a.example?b", "https://a/#b"])
def test_what_is_no_issuer(url: str) -> None:
    assert not takes("JwtIssuer", url)


@pytest.mark.parametrize(
    "audience", ["webrtc", "api://5f3c0d9e-8b7a-41c2", "https://api.example.com/", "a" * 128, "["]
)
def test_an_audience(audience: str) -> None:
    assert takes("JwtAudience", audience)


@pytest.mark.parametrize("audience", ["", "a" * 129, 'a"', "a\\", "a b", "{{a}}", "\u00e9"])
def test_no_audience(audience: str) -> None:
    assert not takes("JwtAudience", audience)


@pytest.mark.parametrize("parameter", ["JwtIssuer", "JwksUri", "JwtAudience"])
def test_a_refusal_says_what_is_expected(parameter: str) -> None:
    assert template()["Parameters"][parameter]["ConstraintDescription"].startswith("must be ")


def test_whatever_is_taken_is_stored_as_it_is() -> None:
    """Every character that the patterns allow, in the JSON that the authorizer reads."""
    printable = "".join(map(chr, range(32, 127)))
    values = {
        "JwtIssuer": "https://a/" + allowed("JwtIssuer", "https://a", printable),
        "JwksUri": "https://a/" + allowed("JwksUri", "https://a", printable),
        "JwtAudience": allowed("JwtAudience", "", printable),
    }
    text = properties("IssuerSettings")["Value"]["Fn::Sub"]
    stored = re.sub(r"\$\{(\w+)\}", lambda match: values[match[1]], text)

    assert settings_in(stored) == Settings(
        values["JwtIssuer"], values["JwtAudience"], values["JwksUri"]
    )


def allowed(parameter: str, before: str, characters: str) -> str:
    return "".join(each for each in characters if takes(parameter, before + each))


@pytest.mark.parametrize("host", sorted(download.LOOPBACK))
def test_loopback_is_the_same_at_run_time(host: str) -> None:
    assert takes("JwtIssuer", f"http://{f'[{host}]' if ':' in host else host}:9400")
