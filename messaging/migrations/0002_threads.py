"""What an inbox, its search and the question “is there anything new?” are read from."""

import django.contrib.postgres.indexes
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Upper

from homeschool.migrating import Together


def _words(name):
    return django.contrib.postgres.indexes.GinIndex(
        django.contrib.postgres.indexes.OpClass(Upper("text"), name="gin_trgm_ops"), name=name
    )


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0001_messages"),
    ]

    operations: list[migrations.operations.base.Operation] = [
        Together([
            migrations.AddIndex(
                "thread",
                models.Index(F("last_at").desc(), F("id").desc(), name="threads_in_order"),
            ),
            migrations.AddIndex(
                "message",
                models.Index(
                    fields=["thread", "leaves_at"], include=["author"],
                    condition=Q(taken_back_at=None), name="messages_as_they_leave",
                ),
            ),
            migrations.AddIndex("message", _words("messages_by_their_words")),
            migrations.AddIndex("translation", _words("translations_by_their_words")),
        ]),
    ]  # fmt: skip
