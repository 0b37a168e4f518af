"""Plans and what takes place after school as the API tells them, to those who work with the child."""

from .plans import Plans
from .sessions import Marks, Programmes, Sessions

__all__ = ["Marks", "Plans", "Programmes", "Sessions"]
