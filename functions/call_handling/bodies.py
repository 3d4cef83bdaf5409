"""Request bodies, held against CAMARA's schemas; unknown properties are ignored.

Source: CAMARA Call Handling, ``MediaSessionCreate``, ``MediaSessionStatusChange``,
``WrtcSdpDescriptor``, ``LocationDetails``.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AliasGenerator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticKnownError

from call_handling.call import Media
from call_handling.session import Change, Invitation
from call_handling.status import Status
from camara.address import ANONYMOUS, is_emergency, subscriber_of
from camara.errors import (
    CalltypeEmergencyNotSupported,
    InvalidArgument,
    InvalidTokenContext,
    OutOfRange,
)

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?"
_CONTEXT = rf";phone-context=(?:\+[1-9][0-9]{{0,14}}|{_LABEL}(?:\.{_LABEL})+)"
_HOST = r"[A-Za-z0-9.-]+\.[A-Za-z]{2,}"
ADDRESS_PATTERN = (
    r"^(tel:\+[1-9][0-9]{4,14}"
    rf"|tel:[0-9*#]{{1,15}}{_CONTEXT}"
    rf"|sip:[A-Za-z0-9_.!%+\-]+@{_HOST}"
    rf"|sip:[0-9*#]{{1,15}}{_CONTEXT}@{_HOST};user=phone"
    r"|urn:service:sos(?:\.[a-z0-9](?:[a-z0-9\-]{0,30}[a-z0-9])?)*"
    r"|sip:anonymous@anonymous\.invalid)$"
)
_RFC3339 = r"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$"
_RANGE_ERRORS = frozenset(
    {"string_too_long", "less_than", "less_than_equal", "greater_than", "greater_than_equal"}
)


def _real_time(text: str) -> str:
    datetime.fromisoformat(text.upper())
    return text


def _at_most(length: int) -> AfterValidator:
    """Bound a text that has a pattern: after it, for what is malformed is not out of range."""

    def check(text: str) -> str:
        if len(text) > length:
            raise PydanticKnownError("string_too_long", {"max_length": length})  # noqa: EM101
        return text

    return AfterValidator(check)


type Address = Annotated[str, Field(pattern=ADDRESS_PATTERN), _at_most(256)]
type Name = Annotated[str, Field(max_length=256)]
type Sdp = Annotated[str, Field(min_length=1, max_length=65_536)]
type Timestamp = Annotated[str, Field(pattern=_RFC3339, max_length=64), AfterValidator(_real_time)]
type Latitude = Annotated[float, Field(ge=-90, le=90)]
type Longitude = Annotated[float, Field(ge=-180, le=180)]
type Metres = Annotated[float, Field(ge=0)]


class Body(BaseModel):
    """A JSON object in CAMARA's spelling; absent is absent, ``null`` is no value."""

    model_config = ConfigDict(
        alias_generator=AliasGenerator(validation_alias=to_camel, serialization_alias=to_camel),
        extra="ignore",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _no_null(cls, values: Any) -> Any:
        if isinstance(values, dict):
            for name in cls.model_fields:
                if values.get(to_camel(name), ...) is None:
                    raise ValueError(name)
        return values

    @classmethod
    def parse(cls, values: dict[str, Any]) -> Self:
        """Return the body. Raises ``OutOfRange`` if only bounds are broken, ``InvalidArgument``."""
        try:
            return cls.model_validate(values)
        except ValidationError as invalid:
            kinds = {error["type"] for error in invalid.errors(include_url=False)}
            raise (OutOfRange if kinds <= _RANGE_ERRORS else InvalidArgument) from None


class WrtcSdpDescriptor(Body):
    """An SDP text, at most 65,536 characters."""

    sdp: Sdp


class CircleCoordinates(Body):
    """Degrees (WGS84) and metres."""

    latitude: Latitude
    longitude: Longitude
    radius: Metres


class EllipsoidCoordinates(Body):
    """Degrees (WGS84) and metres."""

    latitude: Latitude
    longitude: Longitude
    z_axis: float
    semi_major_axis: Metres
    semi_minor_axis: Metres
    vertical_axis: Metres
    orientation: Annotated[float, Field(ge=0, le=360)]


def _shape(value: Any) -> str | None:
    """Tell which of the two ``value`` is; ``None``, which is refused, when it could be either."""
    if isinstance(value, BaseModel):
        return "Circle" if isinstance(value, CircleCoordinates) else "Ellipsoid"
    if not isinstance(value, dict) or "radius" not in value:
        return "Ellipsoid"
    return None if "semiMajorAxis" in value else "Circle"


type Coordinates = Annotated[
    Annotated[CircleCoordinates, Tag("Circle")] | Annotated[EllipsoidCoordinates, Tag("Ellipsoid")],
    Discriminator(_shape),
]


class Confidence(Body):
    """How sure the location is, in percent."""

    pdf: Literal["normal", "uniform"] | None = None
    value: Annotated[float, Field(ge=0, le=100)] | None = None


class LocationDetails(Body):
    """Where the party that sends it is."""

    shape: Literal["Circle", "Ellipsoid"] | None = None
    coordinates: Coordinates | None = None
    method: Literal["GPS", "DBH", "DBH_HELO", "Other"] | None = None
    confidence: Confidence | None = None
    timestamp: Timestamp | None = None

    @model_validator(mode="after")
    def _shape_is_that_of_the_coordinates(self) -> Self:
        if self.shape and self.coordinates:
            expected = CircleCoordinates if self.shape == "Circle" else EllipsoidCoordinates
            if not isinstance(self.coordinates, expected):
                raise ValueError(self.shape)
        return self

    def as_json(self, now: int) -> dict[str, Any]:
        """Return the JSON object again; it was measured ``now`` (Unix seconds) if it says not."""
        measured = datetime.fromtimestamp(now, UTC).isoformat().replace("+00:00", "Z")
        return {"timestamp": measured, **self.model_dump(by_alias=True, exclude_none=True)}


class MediaSessionCreate(Body):
    """Body of ``createSession``."""

    originator_address: Address
    originator_name: Name | None = None
    receiver_address: Address
    receiver_name: Name | None = None
    offer: WrtcSdpDescriptor
    call_type: Literal["REGULAR", "EMERGENCY"] | None = None
    location_details: LocationDetails | None = None

    @model_validator(mode="before")
    @classmethod
    def _nothing_of_a_later_stage(cls, values: dict[str, Any]) -> dict[str, Any]:
        if "answer" in values or "status" in values:
            raise ValueError
        return values

    @model_validator(mode="after")
    def _someone_else_can_be_called(self) -> Self:
        if _is_anonymous(self.receiver_address) or (
            subscriber_of(self.originator_address) == subscriber_of(self.receiver_address)
        ):
            raise ValueError
        return self

    def require_regular_call(self) -> None:
        """Raise ``CalltypeEmergencyNotSupported`` when this is an emergency call."""
        if self.call_type == "EMERGENCY" or is_emergency(self.receiver_address):
            raise CalltypeEmergencyNotSupported

    def receiver_for(self, subscriber: str) -> str:
        """Return the subscriber to call, for the token's ``subscriber``.

        Raises ``InvalidTokenContext`` when the originator is somebody else (an anonymous one is
        the token's subscriber, in disguise) and ``InvalidArgument`` when it calls itself.
        """
        if not _is_anonymous(self.originator_address) and (
            subscriber_of(self.originator_address) != subscriber
        ):
            raise InvalidTokenContext
        receiver = subscriber_of(self.receiver_address)
        if receiver is None or receiver == subscriber:
            raise InvalidArgument
        return receiver

    def invitation(self, registration_id: str) -> Invitation:
        """Return what is kept for display."""
        return Invitation(
            originator_address=self.originator_address,
            receiver_address=self.receiver_address,
            registration_id=registration_id,
            originator_name=self.originator_name,
            receiver_name=self.receiver_name,
            call_type=self.call_type,
        )

    def media(self, originator: str, now: int) -> Media:
        """Return the offer and, under its party key, the originator's location."""
        location = self.location_details
        return Media(
            offer=self.offer.sdp,
            locations={originator: location.as_json(now)} if location else {},
        )


def _is_anonymous(address: str) -> bool:
    return address.lower() == ANONYMOUS


class MediaSessionStatusChange(Body):
    """Body of ``updateSessionStatus``."""

    status: Annotated[Status, Field(strict=False)]
    offer: WrtcSdpDescriptor | None = None
    answer: WrtcSdpDescriptor | None = None
    location_details: LocationDetails | None = None

    def change(self, now: int) -> Change:
        """Return what is asked for, in the domain's terms."""
        return Change(
            status=self.status,
            offer=self.offer.sdp if self.offer else None,
            answer=self.answer.sdp if self.answer else None,
            location=self.location_details.as_json(now) if self.location_details else None,
        )
