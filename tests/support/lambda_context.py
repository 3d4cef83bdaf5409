"""What Lambda hands to a handler beside the event, as far as ours look at it."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4


@dataclass
class _LambdaContext:
    seconds: float
    looks: float
    aws_request_id: str = field(default_factory=lambda: str(uuid4()))
    function_name: str = "DeleteSessionById"
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:delete:live"
    memory_limit_in_mb: int = 512

    def get_remaining_time_in_millis(self) -> int:
        self.looks -= 1
        return int(self.seconds * 1000) if self.looks >= 0 else 1


def a_lambda_context(seconds: float = 60, looks: float = float("inf")) -> Any:
    """Return a context with so much time left, at each of so many looks at it; then none."""
    return _LambdaContext(seconds, looks)
