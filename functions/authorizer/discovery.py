"""OpenID Connect Discovery: from an issuer to the address of its keys (``jwks_uri``).

Source: OpenID Connect Discovery 1.0, sections 3, 4.1 and 4.3.
"""

import json


def configuration_url(issuer: str) -> str:
    """Return where the issuer's discovery document is."""
    return issuer.removesuffix("/") + "/.well-known/openid-configuration"


def jwks_uri_in(document: bytes, issuer: str) -> str:
    """Return the ``jwks_uri`` of a discovery document.

    Raises ValueError for what is not the document of this very issuer, or names none.
    """
    found = json.loads(document)
    if not isinstance(found, dict) or found.get("issuer") != issuer:
        message = "the discovery document is not that of the issuer, to the character"
        raise ValueError(message)
    uri = found.get("jwks_uri")
    if not isinstance(uri, str):
        message = "the discovery document has no jwks_uri"
        raise ValueError(message)  # noqa: TRY004 - what is fetched is a value
    return uri
