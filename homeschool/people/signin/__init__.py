"""The door: who comes in, in which language, and with what proof."""

from homeschool.people.signin.adapters import AccountAdapter, MFAAdapter, tell_of_reset
from homeschool.people.signin.kept import KeptTextMiddleware, kept_text
from homeschool.people.signin.proof import (
    DEMO,
    SECOND_FACTOR,
    ReaderMiddleware,
    SecondFactorMiddleware,
    asks_again,
    asks_again_to_send,
    has_second_factor,
    needs_second_factor,
    reset_door,
    second_factor_shown,
    show_second_factor,
)

__all__ = [
    "DEMO",
    "SECOND_FACTOR",
    "AccountAdapter",
    "KeptTextMiddleware",
    "MFAAdapter",
    "ReaderMiddleware",
    "SecondFactorMiddleware",
    "asks_again",
    "asks_again_to_send",
    "has_second_factor",
    "kept_text",
    "needs_second_factor",
    "reset_door",
    "second_factor_shown",
    "show_second_factor",
    "tell_of_reset",
]
