"""Request bodies, validated against CAMARA's schemas.

Source: CAMARA Call Handling, ``MediaSessionCreate``, ``MediaSessionStatusChange``,
``WrtcSdpDescriptor``.
"""

from collections.abc import Collection
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from call_handling.call import Change, Invitation, Media
from call_handling.location import LocationDetails
from call_handling.status import Status
from camara.address import ANONYMOUS, address_of, is_anonymous, is_emergency, subscriber_of
from camara.errors import CalltypeEmergencyNotSupported, InvalidArgument, InvalidTokenContext
from camara.identity import ActorKey
from camara.text import is_plain
from camara.unix_time import UnixSeconds
from http_api.body import Body, at_most

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


def _well_encoded(address: str) -> str:
    if address.startswith("sip:") and subscriber_of(address) is None:
        raise ValueError
    return address


def _plain(name: str) -> str:
    if not is_plain(name):
        raise ValueError
    return name


type Address = Annotated[
    str, Field(pattern=ADDRESS_PATTERN), AfterValidator(_well_encoded), at_most(256)
]
type Name = Annotated[str, AfterValidator(_plain), at_most(256)]
"""Display name for the other end; it may be empty or blank."""
type Sdp = Annotated[str, Field(min_length=1, max_length=65_536)]


class WrtcSdpDescriptor(Body):
    """An SDP text, at most 65,536 characters."""

    sdp: Sdp


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
        if is_anonymous(self.receiver_address) or (
            subscriber_of(self.originator_address) == subscriber_of(self.receiver_address)
        ):
            raise ValueError
        return self

    def require_regular_call(self, emergency_numbers: Collection[str]) -> None:
        """Raise ``CalltypeEmergencyNotSupported`` when this is an emergency call."""
        if self.call_type == "EMERGENCY" or is_emergency(self.receiver_address, emergency_numbers):
            raise CalltypeEmergencyNotSupported

    def receiver_for(self, subscriber: str) -> str:
        """Return the subscriber to call, for the token's ``subscriber``.

        Raises ``InvalidTokenContext`` when the originator is somebody else (an anonymous address
        stands for the token's subscriber) and ``InvalidArgument`` when it calls itself.
        """
        if not is_anonymous(self.originator_address) and (
            subscriber_of(self.originator_address) != subscriber
        ):
            raise InvalidTokenContext
        receiver = subscriber_of(self.receiver_address)
        if receiver is None or receiver == subscriber:
            raise InvalidArgument
        return receiver

    def invitation(self, originator: str, receiver: str) -> Invitation:
        """Return addresses and names for display, of a call between these subscribers.

        Addresses are normalised: a number is shown as a ``tel:`` URI, because the host beside it
        (``sip:+12025550101@your-bank.example``) could be invented by the originator.
        """
        anonymous = is_anonymous(self.originator_address)
        return Invitation(
            originator_address=ANONYMOUS if anonymous else address_of(originator),
            receiver_address=address_of(receiver),
            originator_name=self.originator_name,
            receiver_name=self.receiver_name,
            call_type=self.call_type,
        )

    def media(self, originator: ActorKey, now: UnixSeconds) -> Media:
        """Return the offer and, under the key of the actor, the originator's location."""
        location = self.location_details
        return Media(
            offer=self.offer.sdp,
            locations={originator: location.as_json(now)} if location else {},
        )


class MediaSessionStatusChange(Body):
    """Body of ``updateSessionStatus``."""

    status: Annotated[Status, Field(strict=False)]
    offer: WrtcSdpDescriptor | None = None
    answer: WrtcSdpDescriptor | None = None
    location_details: LocationDetails | None = None

    def change(self, registration_id: str | None, now: UnixSeconds) -> Change:
        """Return the requested change in the domain's terms."""
        return Change(
            status=self.status,
            offer=self.offer.sdp if self.offer else None,
            answer=self.answer.sdp if self.answer else None,
            location=self.location_details.as_json(now) if self.location_details else None,
            registration_id=registration_id,
        )
