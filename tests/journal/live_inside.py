"""What real workers and relays import: the kinds of the tests are known from here on.

Tests themselves know them by a fixture alone, else the templates of these kinds, which only stand
where that fixture put them, would be looked for by other tests and remembered as missing.
"""

from . import live

live.register()
