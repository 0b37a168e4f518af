"""Visits and promises as the API tells them."""

from .promises import Promises
from .visits import Visits

__all__ = ["Promises", "Visits"]
