"""`.local/stack.json`: what programs need to know to use the embedded stack."""

from contextlib import suppress

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from infra.local.settings import STATE

_FILE = STATE / "stack.json"


class Stack(BaseModel):
    """A deployed stack. In the file, the names are in camelCase."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)

    api_url: str
    """Up to and including the stage; on loopback, for any HTTP client."""
    token_url: str
    issuer: str
    audience: str
    aws_endpoint_url: str
    region: str
    stack_name: str
    functions: dict[str, str]
    """Logical id to physical name; likewise below."""
    tables: dict[str, str]
    roles: dict[str, str]
    ring_timeout_seconds: int
    """How long an unanswered call lasts here."""

    def save(self) -> None:
        """Write the file, at once and whole."""
        partial = _FILE.with_suffix(".partial")
        partial.write_text(self.model_dump_json(by_alias=True, indent=2) + "\n")
        partial.replace(_FILE)

    @classmethod
    def load(cls) -> "Stack | None":
        """Read the file; None when there is none, or one that another version wrote."""
        with suppress(FileNotFoundError, ValidationError):
            return cls.model_validate_json(_FILE.read_bytes())
        return None

    @staticmethod
    def forget() -> None:
        """Remove the file."""
        _FILE.unlink(missing_ok=True)
