"""Brings subscriptions back from another table: one restored to a point in time, or left over."""
