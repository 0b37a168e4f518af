"""Reading the API in tests as a program does: with a token, and nothing else."""

from django.test import Client

from . import builders

ROOT = "/api/v1/"


class Program:
    """A program with a token of `user` for these scopes, else all of them."""

    def __init__(self, user, *scopes, **how):
        self.token = builders.make_token(user, *scopes, **how)
        self.client = Client(headers={"Authorization": f"Bearer {self.token.text}"})

    def get(self, path, **query):
        """Return the answer to a GET of `path` under the API's root, or of a whole address."""
        url = path if path.startswith(("/", "http")) else ROOT + path
        return self.client.get(url, query or None)

    def read(self, path, **query):
        """Return what the answer says; it must be a good one."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    def rows(self, path, **query):
        """Return the rows of a list's first page."""
        return self.read(path, **query)["results"]

    def all_rows(self, path, **query):
        """Return the rows of all pages, following `next`."""
        page = self.read(path, **query)
        rows = page["results"]
        while page["next"]:
            page = self.read(page["next"])
            rows += page["results"]
        return rows
