"""Values that no sensible client sends."""

from typing import Any

import hypothesis.strategies as st
from hypothesis.strategies import SearchStrategy

text = st.text(st.characters(), max_size=300)
"""Every code point, lone surrogates included: JSON can carry them."""

scalars: SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from([10**12, -(10**400), 1e308, 2**63])
    | text
)

json: SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=8,
)


def some_of(
    likely: dict[str, SearchStrategy[Any]], fixed: dict[str, SearchStrategy[Any]] | None = None
) -> SearchStrategy[dict[str, Any]]:
    """Objects with any of these properties, each its likely value or anything."""
    optional = {name: value | json for name, value in likely.items()}
    return st.fixed_dictionaries(fixed or {}, optional=optional)
