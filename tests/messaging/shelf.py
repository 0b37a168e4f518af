"""News and resources for tests: of the cast's school, published unless it is said otherwise."""

import datetime as dt

from messaging.models import News, Resource


def whom(row):
    """Return the columns that say for whom: a school or a class."""
    kind = "school" if row._meta.model_name == "school" else "class"
    return {"school_id": getattr(row, "school_id", row.pk), "audience": kind, "key": str(row.pk)}


def make_news(cast, to=None, *, by=None, published=True, words=None, **columns):
    by = by or cast.principal
    row = News.objects.begin(whom(to or cast.school) | {"category": "life"} | columns, by=by)
    for language, title in (words or {"en": "The garden"}).items():
        row.put_words(language, title, "We planted beans.", by=by)
    if published:
        row.publish(by=by)
    return row


def make_resource(cast, to=None, *, by=None, published=True, words=None, file=None, **columns):
    by = by or cast.principal
    more = {"topic": "learning", "responsible": by, "look_again_on": dt.date(2030, 1, 1)}
    row = Resource.objects.begin(whom(to or cast.school) | more | columns, by=by)
    for language, title in (words or {"en": "Homework at home"}).items():
        row.put_words(language, title, "A quiet place helps.", by=by, file=file)
    if published:
        row.publish(by=by)
    return row


def copies(row, number):
    """Make `number` rows like this one, each with the same words."""
    words = list(row.words.all())
    model = type(row)
    columns = {f.attname: getattr(row, f.attname) for f in model._meta.fields if f.name != "id"}
    rows = model.objects.bulk_create(model(**columns) for _row in range(number))
    parent = model._meta.model_name
    for one in words:
        columns = {f.attname: getattr(one, f.attname) for f in one._meta.fields if f.name != "id"}
        columns.pop(f"{parent}_id")
        type(one).objects.bulk_create(type(one)(**columns, **{parent: row}) for row in rows)
