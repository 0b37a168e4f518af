"""Links by which one person answers for one thing without signing in; nothing of them is kept."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core import signing
from django.core.exceptions import ValidationError

from .user import User


@dataclass(frozen=True)
class SignedLink:
    """One kind of such links: `salt` names it, so that no link opens what another kind is for.

    `rows()` returns the queryset in which the thing is looked for, `field` by what. Whether a link
    still opens anything is looked up each time, by who asks.
    """

    salt: str
    rows: Callable
    field: str = "pk"

    def token(self, key, user_id, *more):
        """Return the token for this person and thing; `more` are texts without “_” that it carries."""
        return self._signer().sign("_".join(map(str, (key, user_id, *more))))

    def open(self, token):
        """Return (thing, person, *more) of a token of ours, whatever became of them, or None."""
        try:
            key, user_id, *more = self._signer().unsign(token).split("_")
            thing = self.rows().filter(**{self.field: key}).first()
            person = User.objects.filter(pk=user_id, is_active=True).first()
        except (signing.BadSignature, ValueError, ValidationError):
            return None
        return (thing, person, *more) if thing and person else None

    def _signer(self):
        return signing.Signer(salt=self.salt, sep=".")
