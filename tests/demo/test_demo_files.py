"""The demo's photo and paper: there for the family that was visited, and for nobody else's."""

import datetime

import pytest

from homeschool.demo import world
from visits.models import Material, Photo

pytestmark = pytest.mark.django_db


def test_it_has_a_photo_and_a_paper_once():
    made = world.load(datetime.date(2026, 11, 26))
    assert Photo.objects.visible_to(made.lin_mei).get() == made.photo
    assert not Photo.objects.visible_to(made.camila_ruiz).exists()
    assert Material.objects.visible_to(made.lin_mei).get() == made.material
    assert made.material.kind == "pdf"
    again = world.load(datetime.date(2026, 11, 26))
    assert (again.made, again.photo.pk) == (0, made.photo.pk)
