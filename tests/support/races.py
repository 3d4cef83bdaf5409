"""What comes between two requests to DynamoDB: somebody else, or somebody else's transaction."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.client import BaseClient


def just_before(monkeypatch: pytest.MonkeyPatch, name: str, act: Callable[[], Any]) -> None:
    """Let somebody act when the next request of this name is on its way."""
    real: Callable[..., Any] = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001

    def overtaken(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation == name:
            monkeypatch.setattr(BaseClient, "_make_api_call", real)
            act()
        return real(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", overtaken)


def conflicting(
    monkeypatch: pytest.MonkeyPatch, times: float, reason: str = "TransactionConflict"
) -> list[tuple[str, dict[str, Any]]]:
    """Let so many writes meet a transaction on the same item; return a list of those asked for.

    A transaction is cancelled for ``reason``.
    """
    real: Callable[..., Any] = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001
    asked: list[tuple[str, dict[str, Any]]] = []

    def meet(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation not in {"UpdateItem", "PutItem", "TransactWriteItems"}:
            return real(client, operation, arguments)
        asked.append((operation, arguments))
        if len(asked) > times:
            return real(client, operation, arguments)
        if operation != "TransactWriteItems":
            error = {"Error": {"Code": "TransactionConflictException"}}
            raise client.exceptions.TransactionConflictException(error, operation)
        reasons = [reason] + ["None"] * (len(arguments["TransactItems"]) - 1)
        answer = {
            "Error": {"Code": "TransactionCanceledException"},
            "CancellationReasons": [{"Code": each} for each in reasons],
        }
        raise client.exceptions.TransactionCanceledException(answer, operation)

    monkeypatch.setattr(BaseClient, "_make_api_call", meet)
    return asked


def waiting(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any] | None = None) -> list[float]:
    """Let nobody wait, and somebody else act whenever one would; return a list of the waits."""
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if act is not None:
            act()

    monkeypatch.setattr("time.sleep", wait)
    return waits
