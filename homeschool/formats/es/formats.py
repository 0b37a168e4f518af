"""Django's Spanish formats write 1234.5 as `1 234,5`; our readers write `1.234,5`."""

DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "."
NUMBER_GROUPING = 3
