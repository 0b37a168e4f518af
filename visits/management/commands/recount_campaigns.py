"""`recount_campaigns`: count every kept board anew, and say which of them did not agree."""

from django.core.management.base import BaseCommand

from visits.reading import coverage


class Command(BaseCommand):
    help = (
        "Counts the figures of campaigns that are kept for the whole school anew, compares them, "
        "and drops what does not agree. Boards then count again by themselves."
    )

    def handle(self, *args, **options):
        checked, wrong = coverage.recount()
        for kept in wrong:
            self.stdout.write(f"{kept.campaign.school.code}: {kept.campaign.name}")
        differ = "differs" if len(wrong) == 1 else "differ"
        self.stdout.write(f"{checked} boards counted anew, {len(wrong)} {differ}.")
