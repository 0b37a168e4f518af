"""The child: makes one file anew, from standard input to standard output, and knows nothing else.

It runs as `python -I homeschool/uploads/child`, without Django, without the environment and so
without any secret. Before it reads what a stranger made, the kernel is told how much memory and time
it may take, and that it opens no file and no connection any more.

It answers with one line of JSON, {"kind", "width", "height", "sizes": [n, ...]}, and that many bytes
for each part: the file, then for a picture its small one. What it does not take is answered as
{"refused": a reason of homeschool/uploads/words.py}.
"""

import json
import resource
import sys
from importlib import import_module

from refusing import Refused

# A HEIC of 39 megapixels took 0.97 GB, a photo of 12 takes 0.13.
MEMORY = 1024**3  # bytes of address space
SECONDS = 15  # of the processor


def bind_hands():
    """Let the kernel hold this process to its limits; what is open stays open, nothing else opens."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(what, (most, most))


def answer(maker, content, kind):
    """Return (what the parent is told, the parts): what cannot be made anew is refused, with a reason."""
    try:
        return maker.remade(content, kind)
    except Refused as refusal:
        return {"refused": refusal.reason}, []
    except (MemoryError, RecursionError):
        return {"refused": "too_much"}, []
    except Exception:  # a reader of a format fails in any way on what was made to break it
        return {"refused": "broken"}, []


def main():
    kind = sys.argv[1]
    maker = import_module("papers" if kind == "pdf" else "pictures")
    maker.get_ready()
    bind_hands()
    told, parts = answer(maker, sys.stdin.buffer.read(), kind)
    told["sizes"] = [len(part) for part in parts]
    out = sys.stdout.buffer
    out.write(json.dumps(told).encode() + b"\n")
    for part in parts:
        out.write(part)
    out.flush()


if __name__ == "__main__":
    main()
