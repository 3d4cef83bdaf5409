"""Where a party is: CAMARA Call Handling, ``LocationDetails`` (RFC 5491 shapes, WGS84)."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Discriminator, Field, Tag, model_validator

from aws.clock import rfc3339
from camara.unix_time import UnixSeconds
from http_api.body import Body, Timestamp

type Latitude = Annotated[float, Field(ge=-90, le=90)]
type Longitude = Annotated[float, Field(ge=-180, le=180)]
type Metres = Annotated[float, Field(ge=0)]


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
    """Return the tag of the shape; ``None``, which is refused, for a mixture of the two."""
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

    def as_json(self, now: UnixSeconds) -> dict[str, Any]:
        """Return the JSON object; its ``timestamp`` is ``now`` unless the client sent one."""
        measured = rfc3339(now)
        return {"timestamp": measured, **self.model_dump(by_alias=True, exclude_none=True)}
