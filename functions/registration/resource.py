"""Response body of a registration: CAMARA's ``RegSessionResponse``."""

from typing import Any

from aws.clock import rfc3339
from camara.address import is_e164
from camara.unix_time import UnixSeconds


def reg_session_response(
    subscriber: str, registration_id: str, expires_at: UnixSeconds
) -> dict[str, Any]:
    """Return the body for an active registration of ``subscriber`` (``expires_at``: Unix seconds).

    ``phoneNumber`` has room for E.164 only, so a subscriber with another address is not shown.
    """
    number = {"phoneNumber": subscriber} if is_e164(subscriber) else {}
    return {
        "regInfo": {**number, "regStatus": "Registered"},
        "registrationId": registration_id,
        "expiresAt": rfc3339(expires_at),
    }
