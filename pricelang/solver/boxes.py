"""What boxes and diagrams over axes are made of: pairs of numbers."""

from __future__ import annotations

from typing import Annotated, TypeAlias

Scope: TypeAlias = Annotated[tuple[tuple[int, int], ...], "scope"]
"""A box over axes: pairs of an axis and a bit mask of the points on it, sorted by axis;
an axis that is not named is unrestricted.
"""

Branches: TypeAlias = tuple[tuple[int, int], ...]
"""The branches of a node: a mask of points, and the diagram that holds there."""

Nodes: TypeAlias = Annotated[tuple[tuple[int, Branches], ...], "nodes"]
"""The nodes of diagrams: an axis, and branches that part it."""
