"""The table of errors: status, code and message of each, as a client gets it.

Code raises the class, or one of the domain that is derived from it; the front door answers with
its row. Statuses and codes are those of CAMARA Commonalities r4.3 (``CAMARA_common.yaml``) and of
the Call Handling, Registration and Events APIs; the gateway's own answers (``GatewayResponses`` in
``template.yaml``) use the same rows.
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


class InvalidSink(CamaraError):
    """Notifications cannot be sent there."""

    status = 400
    code = "INVALID_SINK"
    message = "Notifications cannot be sent to this sink."


class InvalidProtocol(CamaraError):
    """Another protocol than HTTP."""

    status = 400
    code = "INVALID_PROTOCOL"
    message = "Notifications are sent by HTTP only."


class InvalidCredential(CamaraError):
    """Another credential than an access token."""

    status = 400
    code = "INVALID_CREDENTIAL"
    message = "The credential of a sink can only be an access token."


class InvalidToken(CamaraError):
    """Another access token than a bearer token."""

    status = 400
    code = "INVALID_TOKEN"
    message = "The access token of a sink can only be a bearer token."


class Unauthenticated(CamaraError):
    """No token, or one that proves nothing (any more)."""

    status = 401
    code = "UNAUTHENTICATED"
    message = (
        "Request not authenticated due to missing, invalid, or expired credentials. "
        "A new authentication is required."
    )


class PermissionDenied(CamaraError):
    """The token lacks the scope of the operation, or its client may not register the number."""

    status = 403
    code = "PERMISSION_DENIED"
    message = "Client does not have sufficient permissions to perform this action."


class InvalidTokenContext(CamaraError):
    """The actor, or the device it names, has no part in this call, or may not place it."""

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


class SubscriptionMismatch(CamaraError):
    """The token does not lead to the device, or to the type of event, of the subscription."""

    status = 403
    code = "SUBSCRIPTION_MISMATCH"
    message = "The access token does not fit the subscription."


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


class MissingIdentifier(CamaraError):
    """The token names no subscriber, and so no device."""

    status = 422
    code = "MISSING_IDENTIFIER"
    message = "The access token does not lead to a device."


class MissingPhoneNumber(CamaraError):
    """A registration with a token that names no subscriber, and without a number in the body."""

    status = 422
    code = "MISSING_IDENTIFIER"
    message = (
        "The phoneNumber must be provided in the request body when using a two-legged access token."
    )


class UnnecessaryIdentifier(CamaraError):
    """A registration with a number in the body beside the subscriber that the token names."""

    status = 422
    code = "UNNECESSARY_IDENTIFIER"
    message = (
        "The phoneNumber must not be provided in the request body when using a three-legged "
        "access token; it is resolved from the token."
    )


class MultieventSubscriptionNotSupported(CamaraError):
    """A subscription for several types of event."""

    status = 422
    code = "MULTIEVENT_SUBSCRIPTION_NOT_SUPPORTED"
    message = "A subscription is for one type of event."


class TooManyRequests(CamaraError):
    """The gateway throttles, or a call is changed too often."""

    status = 429
    code = "TOO_MANY_REQUESTS"
    message = "Too many requests in a short time. Try again later."


class QuotaExceeded(CamaraError):
    """The client's usage plan is used up, or the actor has as many subscriptions as it may have."""

    status = 429
    code = "QUOTA_EXCEEDED"
    message = "Out of resource quota."


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
    """Something behind this service was too slow; whether the request was done is not known."""

    status = 504
    code = "TIMEOUT"
    message = "The request took too long. Try again later."
