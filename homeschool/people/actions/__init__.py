"""Verbs that belong to no single row."""

from .handing import hand_over
from .merging import merge
from .school import add_staff, found_school, is_known_at, keep

__all__ = ["add_staff", "found_school", "hand_over", "is_known_at", "keep", "merge"]
