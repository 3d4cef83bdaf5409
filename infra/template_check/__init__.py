"""What `make template` looks for: mistakes and insecure settings in the template."""
