"""The JWT authorizer: access token in, claims out."""
