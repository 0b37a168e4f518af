"""Fields that every room may use."""

from cryptography.fernet import Fernet
from django.conf import settings
from django.db import models


class EncryptedTextField(models.TextField):
    """Text that the database holds only encrypted, as `key id:token`.

    The keys live outside the database (settings.DATA_KEYS); the first one writes, all of them
    read, so a key is rotated by putting a new one in front and saving each row again. Such a
    field cannot be searched, and history keeps the encrypted form.
    """

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        if not value:
            return value
        key_id, key = next(iter(settings.DATA_KEYS.items()))
        return f"{key_id}:{Fernet(key).encrypt(value.encode()).decode()}"

    def from_db_value(self, value, expression, connection):
        if not value:
            return value
        key_id, token = value.split(":", 1)
        return Fernet(settings.DATA_KEYS[key_id]).decrypt(token.encode()).decode()
