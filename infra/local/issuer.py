"""The development token issuer as a background process."""

from infra.local import processes
from infra.local.settings import PROJECT_BIN, STATE, Settings

_NAME = "token-issuer"
_START_SECONDS = 20


def start(settings: Settings) -> None:
    """Start it, anew if it runs: its settings may be others. Its key, and so its tokens, stay.

    Raises LocalStackError when the port is taken, or when it does not answer.
    """
    stop()
    processes.require_free_port("ISSUER_PORT", settings.issuer_port)
    processes.start(
        _NAME,
        [
            *(PROJECT_BIN / "python", "-m", "infra.local.token_issuer"),
            *("--port", str(settings.issuer_port)),
            *("--audience", settings.parameters["JwtAudience"]),
            *("--key", STATE / "token-issuer.pem"),
        ],
        settings.environment,
    )
    discovery = f"{settings.issuer}/.well-known/openid-configuration"
    processes.await_answer(_NAME, discovery, _START_SECONDS)


def is_running() -> bool:
    """Tell whether it lives."""
    return processes.running(_NAME) is not None


def stop() -> bool:
    """Stop it; False when it was not running."""
    return processes.stop(_NAME)
