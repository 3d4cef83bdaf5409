"""Request bodies, validated against CAMARA's schemas.

Source: CAMARA WebRTC Registration, ``RegSessionRequest``, ``RegSessionUpdate``.
"""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from http_api.body import Body, Timestamp, unix_seconds

_UUID = r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"

type PhoneNumber = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{4,14}$")]
"""E.164, with a plus sign."""

type DeviceId = Annotated[str, Field(pattern=_UUID), AfterValidator(str.lower)]
"""A UUID, turned into lower case: both spellings are one device."""


class RegSessionUpdate(Body):
    """Body of ``updateRegistrationById``."""

    registration_expire_time: Timestamp | None = None

    def requested_expiry(self) -> int | None:
        """Return when the registration is to end (Unix seconds), ``None`` if it does not say.

        A fraction of a second is cut off, so nothing lasts longer than requested.
        """
        asked = self.registration_expire_time
        return None if asked is None else unix_seconds(asked)


class RegSessionRequest(RegSessionUpdate):
    """Body of ``createRegistration``."""

    device_id: DeviceId
    phone_number: PhoneNumber | None = None

    @model_validator(mode="before")
    @classmethod
    def _nothing_of_the_answer(cls, values: dict[str, Any]) -> dict[str, Any]:
        if "regInfo" in values:
            raise ValueError
        return values


class RegistrationQuery(Body):
    """Query of ``getRegistrationsByDeviceId``."""

    device_id: DeviceId
