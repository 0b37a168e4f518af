"""Fields that every room may use, and the one way in which sensitive text is sealed."""

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import models


class KeyIsLost(ValueError):
    """No key of settings.DATA_KEYS opens this text. Its words hold neither the text nor a key."""


def writing_key():
    """Return the id of the key that writes: the first of settings.DATA_KEYS."""
    return next(iter(settings.DATA_KEYS))


def seal(text):
    """Return `text` encrypted with the key that writes, as `key id:token`."""
    key_id = writing_key()
    return f"{key_id}:{Fernet(settings.DATA_KEYS[key_id]).encrypt(text.encode()).decode()}"


def unseal(stored):
    """Return the text of `key id:token`. Raises KeyIsLost where no key of ours opens it."""
    key_id, _colon, token = stored.partition(":")
    try:
        return Fernet(settings.DATA_KEYS[key_id]).decrypt(token.encode()).decode()
    except (KeyError, InvalidToken) as error:
        raise KeyIsLost("no key opens this text") from error


class Unreadable(str):
    """What stands for a text that no key opens: empty to the reader, never lost to the database.

    `stored` is what the database holds; saved again it is written back as it is.
    """

    stored: str

    def __new__(cls, stored=""):
        text = super().__new__(cls)
        text.stored = stored
        return text


class EncryptedTextField(models.TextField):
    """Text that the database holds only encrypted, as `key id:token`.

    The keys live outside the database (settings.DATA_KEYS); the first one writes, all of them
    read. `manage.py rotate_data_keys` seals every such field anew after a new key was put in front.
    Such a field cannot be searched, and history keeps the encrypted form. A text that no key opens
    is read as `Unreadable`.
    """

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        if isinstance(value, Unreadable):
            return value.stored
        return seal(value) if value else value

    def from_db_value(self, value, expression, connection):
        if not value:
            return value
        try:
            return unseal(value)
        except KeyIsLost:
            return Unreadable(value)
