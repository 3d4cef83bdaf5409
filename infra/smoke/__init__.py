"""The smoke test: whether what is deployed at an address is this API, and works."""
