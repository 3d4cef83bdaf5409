"""Unix time: seconds since 1970 in UTC."""

type UnixSeconds = int
"""A moment in whole seconds. A name, not a type of its own: what is added to it is a plain ``int``,
so each sum would have to be declared a moment again."""
