"""The operations that the functions behind the API declare (``http_api.operation``)."""

from functools import lru_cache
from importlib import import_module

from http_api.operation import Dispatcher, Operation
from tests.support.template import properties, routes


@lru_cache
def dispatcher(function: str) -> Dispatcher:
    """Return the handler of a function behind the API, by its logical id."""
    module, _, name = properties(function)["Handler"].rpartition(".")
    handler = getattr(import_module(module), name)
    assert isinstance(handler, Dispatcher)
    return handler


@lru_cache
def declared() -> dict[str, tuple[str, Operation]]:
    """Return each operation with the logical id of its function, by its operationId."""
    functions = sorted({route.function for route in routes()})
    each = [
        (function, operation)
        for function in functions
        for operation in dispatcher(function).operations
    ]
    by_id = {operation.operation_id: (function, operation) for function, operation in each}
    assert len(by_id) == len(each)
    return by_id
