"""JSON objects that clients send, validated against CAMARA's schemas with pydantic.

Whether an undeclared property is ignored or refused is the parameter ``UnknownProperties`` of the
template: CAMARA's release r3.1 asks for 400, and its own tests still send such properties.
"""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AliasGenerator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticKnownError

from aws.settings import choice
from camara.errors import InvalidArgument, OutOfRange

_EXTRA: dict[str, Literal["forbid"] | None] = {"ignore": None, "refuse": "forbid"}
_RANGE_ERRORS = frozenset(
    {"string_too_long", "less_than", "less_than_equal", "greater_than", "greater_than_equal"}
)


def at_most(length: int) -> AfterValidator:
    """Limit the length of a text that has a pattern.

    It is checked after the pattern: a malformed text is malformed, however long it is.
    """

    def check(text: str) -> str:
        if len(text) > length:
            raise PydanticKnownError("string_too_long", {"max_length": length})  # noqa: EM101
        return text

    return AfterValidator(check)


def unix_seconds(timestamp: str) -> int:
    """Return the Unix time of a ``Timestamp``, a fraction of a second cut off."""
    return int(datetime.fromisoformat(timestamp.upper()).replace(microsecond=0).timestamp())


def _real_time(text: str) -> str:
    datetime.fromisoformat(text.upper())
    return text


_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?"
_ZONE = r"([Zz]|[+-][0-9]{2}:[0-5][0-9])"

type Timestamp = Annotated[
    str, Field(pattern=f"^{_DATE}[Tt]{_TIME}{_ZONE}$"), AfterValidator(_real_time), at_most(64)
]
"""RFC 3339 with a time zone; the time must exist, and leap seconds are refused."""


class Body(BaseModel):
    """A JSON object in CAMARA's spelling; a property may be absent, but not ``null``.

    Undeclared properties, also those of nested objects, are ignored or refused as the deployment
    says; a schema that CAMARA closes itself has ``extra="forbid"`` and always refuses them.
    """

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
        """Return the body.

        Raises ``OutOfRange`` if only bounds are broken, else ``InvalidArgument``; a property may
        have an error of its own.
        """
        unknown = choice("UNKNOWN_PROPERTIES", _EXTRA)
        try:
            return cls.model_validate(values, extra=unknown)
        except ValidationError as invalid:
            kinds = {error["type"] for error in invalid.errors(include_url=False)}
            raise (OutOfRange if kinds <= _RANGE_ERRORS else InvalidArgument) from None
