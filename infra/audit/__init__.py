"""What `make audit` looks for: known vulnerabilities, and secrets."""
