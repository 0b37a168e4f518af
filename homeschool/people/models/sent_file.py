"""A file that somebody sent, and how the work at it stands: what every import keeps alike."""

import json
import zlib
from typing import Any

from django.db import transaction

from homeschool.journal.models import Job


class SentFile:
    """For models with a `state`, a `note` and the `job` that works at it.

    They name the states in which a worker has it (`AT_WORK`), the notes that have words (`NOTES`), and
    under which name a job knows its row (`ARGUMENT`).
    """

    state: Any
    note: Any
    job: Any
    checked: Any
    pk: Any
    State: Any
    AT_WORK: tuple
    NOTES: Any
    ARGUMENT: str
    _default_manager: Any

    @property
    def stands(self):
        """The state; where the work at it failed for good, the one that follows. Reads the job."""
        if self.state not in self.AT_WORK or self._failure() is None:
            return self.State(self.state)
        return self.State.DONE if self.state == self.State.UNDOING else self.State.FAILED

    @property
    def at_work(self):
        """Whether a worker has it, or will have it; reads the job."""
        return self.stands in self.AT_WORK

    @property
    def said(self):
        """What the page says of how it stands, empty where there is nothing to say."""
        note = self.note
        if self.stands != self.state:
            note = self._failure()
        return str(self.NOTES.get(note, note))

    @property
    def plan(self):
        """What it would do, as homeschool.people.importing.told keeps it; {} once it is thrown away."""
        return json.loads(zlib.decompress(self.checked)) if self.checked else {}

    def settle(self):
        """Let the row itself say that its work failed for good. Reads the job."""
        if self.stands != self.state:
            self.keep(self.state, state=self.stands, note=self._failure())

    def _failure(self):
        """Return the note of a job that failed for good, None of every other."""
        if self.job is None or self.job.state != Job.State.FAILED:
            return None
        return self.job.error if self.job.error in self.NOTES else "failed"

    def keep(self, was, **values):
        """Set these fields where the state is still `was`; returns whether it was."""
        rows = type(self)._default_manager.filter(pk=self.pk, state=was)
        return bool(rows.update(**values))

    def hand_on(self, was, state, kind, by, **values):
        """Go from `was` to `state` with a new job of this kind; returns whether it stood so."""
        with transaction.atomic():
            job = Job.ask(kind, by=by, **{self.ARGUMENT: str(self.pk)})
            if not self.keep(was, job=job, state=state, **values):
                transaction.set_rollback(True)
                return False
        return True
