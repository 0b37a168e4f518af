"""What a family finds difficult, in codes that a school can count."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Difficulty(models.TextChoices):
    """What the family or the child finds difficult, as the visitors heard it.

    The groups follow the chapter of the World Health Organization's ICD-10 on social circumstances
    (Z55 to Z65, https://icd.who.int/browse10/2019/en#/Z55-Z65): education Z55, housing and money Z59,
    a strange language and surroundings Z60, upbringing Z62, the family itself Z63. Attendance, the
    way to school and screens are of the school's own day and stand beside them. A code says what was
    talked about: it is no diagnosis, and stays with staff.
    """

    LEARNING = "learning", _("learning")
    ATTENDANCE = "attendance", _("coming to school every day")
    WAY = "way", _("getting to school")
    LANGUAGE = "language", _("the language of the school")
    HEALTH = "health", _("health")
    FEELINGS = "feelings", _("feelings, sleep, friends")
    SCREENS = "screens", _("screens and phone")
    MONEY = "money", _("money")
    HOUSING = "housing", _("housing")
    CARE = "care", _("who looks after the child")
    CONFLICT = "conflict", _("quarrels in the family")
    OTHER = "other", _("something else")
