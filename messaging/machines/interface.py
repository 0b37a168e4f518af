"""What every machine that translates answers to, and how it says no."""

from typing import Protocol

from django.utils.translation import gettext_lazy as _

# Why there is no translation now, for people; and whether it passes by itself.
REASONS = {
    "none": (_("No machine translates here. You can write the words yourself."), False),
    "busy": (_("The machine has too much to do now. Please try again in a minute."), True),
    "away": (_("The machine does not answer now. Please try again in a minute."), True),
    "failed": (_("The machine could not do it. Please try again in a minute."), True),
    "refused": (_("The machine does not take our texts. Please tell who runs the portal."), False),
    "language": (_("The machine does not know one of these languages."), False),
    "too_long": (_("This text is too long for the machine."), False),
}


class Unavailable(Exception):
    """There is no translation; `reason` is a key of REASONS. It holds no text, and no key of the machine."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason

    @property
    def words(self):
        """The reason in a sentence for people."""
        return REASONS[self.reason][0]

    @property
    def passes(self):
        """Whether trying again later may help."""
        return REASONS[self.reason][1]


class Machine(Protocol):
    """A machine that translates. Languages are those of the portal: "en", "zh-hans".

    `until` is the moment (time.monotonic) after which nobody waits for the answer any more.
    """

    name: str

    def detect(self, text, until=None) -> str:
        """Return the language in which `text` is most likely written, or "". Raises Unavailable."""

    def translate(self, text, source, target, until=None) -> str:
        """Return `text` in `target`. Raises Unavailable."""

    def languages(self, until=None) -> dict[str, set[str]]:
        """Return the languages that it knows, each with those into which it translates."""
