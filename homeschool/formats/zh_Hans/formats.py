"""Django's Chinese formats write 08月31日 where the day stands without its year; readers write 8月31日."""

MONTH_DAY_FORMAT = "n月j日"
