"""Why a file is not taken."""


class Refused(Exception):
    """`reason` is a key of homeschool/uploads/words.py, where it stands in words."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason
