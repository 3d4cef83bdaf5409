"""What CAMARA says for all its APIs: errors, addresses, identities, the caller, scopes."""
