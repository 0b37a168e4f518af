"""Verbs that belong to no single row."""

from .school import add_staff, found_school, is_known_at, keep

__all__ = ["add_staff", "found_school", "is_known_at", "keep"]
