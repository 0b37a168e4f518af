"""Plans as the API tells them, to those who work with the child."""

from .plans import Plans

__all__ = ["Plans"]
