"""From an API Gateway event to an operation and back: one front door for all operations."""
