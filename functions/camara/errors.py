"""The one table of errors: what each looks like to a client.

Code raises the class, the edge answers with its row. Statuses and codes are those of CAMARA
Commonalities r4.2 (``CAMARA_common.yaml``) and of the Call Handling and Registration APIs; the
gateway's own answers (``GatewayResponses`` in ``template.yaml``) use the same rows.
"""

from typing import ClassVar, TypedDict


class ErrorInfo(TypedDict):
    """CAMARA's ``ErrorInfo``: the body of every answer from 400 up."""

    status: int
    code: str
    message: str


class CamaraError(Exception):
    """A refusal with a row in the table; raised bare, for a client is told nothing else."""

    status: ClassVar[int]
    code: ClassVar[str]
    message: ClassVar[str]

    @classmethod
    def info(cls) -> ErrorInfo:
        """Return the row as the body of a response."""
        return {"status": cls.status, "code": cls.code, "message": cls.message}


class InvalidArgument(CamaraError):
    """A missing or malformed id, header or body."""

    status = 400
    code = "INVALID_ARGUMENT"
    message = "Client specified an invalid argument, request body or query param."


class OutOfRange(CamaraError):
    """A well-formed value outside its bounds."""

    status = 400
    code = "OUT_OF_RANGE"
    message = "Client specified an invalid range."


class Unauthenticated(CamaraError):
    """No token, or one that proves nothing (any more)."""

    status = 401
    code = "UNAUTHENTICATED"
    message = (
        "Request not authenticated due to missing, invalid, or expired credentials. "
        "A new authentication is required."
    )


class PermissionDenied(CamaraError):
    """The token lacks the scope of the operation."""

    status = 403
    code = "PERMISSION_DENIED"
    message = "Client does not have sufficient permissions to perform this action."


class InvalidTokenContext(CamaraError):
    """The token's subscriber is not who this resource is for."""

    status = 403
    code = "INVALID_TOKEN_CONTEXT"
    message = "originator info is not consistent with access token."


class MaxRegistrationPerMsisdn(CamaraError):
    """The number has as many registrations as it may have."""

    status = 403
    code = "MAX_REGISTRATION_PER_MSISDN"
    message = "This number has as many registrations as it may have."


class MaxRegistrationPerUser(CamaraError):
    """The user has as many registrations as it may have."""

    status = 403
    code = "MAX_REGISTRATION_PER_USER"
    message = "This user has as many registrations as it may have."


class MaxDevicesPerUser(CamaraError):
    """The user has as many devices as it may have."""

    status = 403
    code = "MAX_DEVICES_PER_USER"
    message = "This user has as many devices as it may have."


class NotFound(CamaraError):
    """Nothing there: unknown, or over."""

    status = 404
    code = "NOT_FOUND"
    message = "The specified resource is not found."


class IdentifierNotFound(CamaraError):
    """The token leads to no device."""

    status = 404
    code = "IDENTIFIER_NOT_FOUND"
    message = "Device identifier not found."


class AlreadyExists(CamaraError):
    """The device is registered for the number already."""

    status = 409
    code = "ALREADY_EXISTS"
    message = "The device has an active registration for this number already."


class IncompatibleState(CamaraError):
    """The session's state forbids the change."""

    status = 409
    code = "INCOMPATIBLE_STATE"
    message = "The state of the session does not allow this change."


class UnsupportedMediaType(CamaraError):
    """The body is something else than ``application/json``."""

    status = 415
    code = "UNSUPPORTED_MEDIA_TYPE"
    message = "The server cannot process the content type of the request body."


class TooManyRequests(CamaraError):
    """The gateway throttles."""

    status = 429
    code = "TOO_MANY_REQUESTS"
    message = "Too many requests in a short time. Try again later."


class QuotaExceeded(CamaraError):
    """The client's usage plan is used up."""

    status = 429
    code = "QUOTA_EXCEEDED"
    message = "The quota of requests is used up."


class Internal(CamaraError):
    """A fault of ours; tells nothing of the inside."""

    status = 500
    code = "INTERNAL"
    message = "Unknown server error."


class CalltypeEmergencyNotSupported(CamaraError):
    """Emergency calls are not placed through this API."""

    status = 501
    code = "CALLTYPE_EMERGENCY_NOT_SUPPORTED"
    message = "Server does not support call type EMERGENCY."


class Unavailable(CamaraError):
    """Something behind this service is throttling, failing or out of reach."""

    status = 503
    code = "UNAVAILABLE"
    message = "Service unavailable. Try again later."


class Timeout(CamaraError):
    """The gateway got no answer in time."""

    status = 504
    code = "TIMEOUT"
    message = "The request took too long. Try again later."
