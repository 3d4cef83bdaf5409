"""OpenID providers that an operator may have, as their documentation shows them."""

from typing import NamedTuple

TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"


class Provider(NamedTuple):
    """What a well-known issuer calls itself, and where its keys are."""

    issuer: str
    document: str
    jwks_uri: str


PROVIDERS = {
    "Entra ID": Provider(
        f"https://login.microsoftonline.com/{TENANT}/v2.0",
        f"https://login.microsoftonline.com/{TENANT}/v2.0/.well-known/openid-configuration",
        f"https://login.microsoftonline.com/{TENANT}/discovery/v2.0/keys",
    ),
    "Entra ID, version 1": Provider(
        f"https://sts.windows.net/{TENANT}/",
        f"https://sts.windows.net/{TENANT}/.well-known/openid-configuration",
        "https://login.windows.net/common/discovery/keys",
    ),
    "Cognito": Provider(
        "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_A1b2C3d4E",
        "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_A1b2C3d4E"
        "/.well-known/openid-configuration",
        "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_A1b2C3d4E"
        "/.well-known/jwks.json",
    ),
    "Keycloak": Provider(
        "https://sso.operator.example:8443/realms/subscribers",
        "https://sso.operator.example:8443/realms/subscribers/.well-known/openid-configuration",
        "https://sso.operator.example:8443/realms/subscribers/protocol/openid-connect/certs",
    ),
    "Auth0": Provider(
        "https://operator.eu.auth0.com/",
        "https://operator.eu.auth0.com/.well-known/openid-configuration",
        "https://operator.eu.auth0.com/.well-known/jwks.json",
    ),
    "Okta": Provider(
        "https://operator.okta.com/oauth2/aus1a2b3c4D5E6F7G8h9",
        "https://operator.okta.com/oauth2/aus1a2b3c4D5E6F7G8h9/.well-known/openid-configuration",
        "https://operator.okta.com/oauth2/aus1a2b3c4D5E6F7G8h9/v1/keys",
    ),
}
