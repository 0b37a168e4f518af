"""The table of the cache: rate limits are counted in PostgreSQL, never in Redis."""

from django.db import migrations

CACHE = """
CREATE TABLE cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX cache_expires ON cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_telling")]

    operations = [migrations.RunSQL(CACHE, "DROP TABLE cache")]
