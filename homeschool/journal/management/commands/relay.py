from django.core.management.base import BaseCommand

from homeschool.journal.relay import Relay


class Command(BaseCommand):
    help = "Hand what waits in the database to the workers, until it is told to stop. Several are harmless."

    def handle(self, *args, **options):
        Relay().run()
