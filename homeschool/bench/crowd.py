"""Many clients at once: how many answers a second, and whether all are right."""

import threading
import time

from homeschool.bench.server import Wrong


def answers_a_second(clients, path, seconds):
    """Let each client ask again and again for so long; returns (answers a second, errors)."""
    counts, errors = [0] * len(clients), []
    end = time.perf_counter() + seconds

    def ask(place, client):
        while time.perf_counter() < end:
            try:
                client.get(path)
                counts[place] += 1
            except (Wrong, OSError) as error:
                errors.append(str(error))
                return

    people = [threading.Thread(target=ask, args=pair) for pair in enumerate(clients)]
    began = time.perf_counter()
    for person in people:
        person.start()
    for person in people:
        person.join()
    return sum(counts) / (time.perf_counter() - began), errors
