"""Lists that somebody takes along as a file: what is written down, and the answer."""

from django.http import HttpResponse

from homeschool.journal.models import Entry
from homeschool.people.models import School
from visits.reading.campaign_files import MEDIA_TYPES, file_of


def note_export(user, verb, schools, data, lines):
    """Write down who took the rows of these schools (a queryset of ids) along, and what for."""
    found = School.objects.filter(pk__in=schools)
    for school in found or School.objects.visible_to(user)[:1]:
        Entry.record(
            verb, school, by=user, kind=Entry.Kind.EXPORTED, school=school,
            reason=data["reason"], rows=len(lines),
        )  # fmt: skip


def as_file(head, lines, ending, name, title, page=None):
    """Return the answer that is kept as the file `name` of this ending; `page` names the sheet of a
    workbook where it has another name than the file."""
    content = file_of(head, lines, ending, title, page=title if page is None else page)
    answer = HttpResponse(content, content_type=MEDIA_TYPES[ending])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
