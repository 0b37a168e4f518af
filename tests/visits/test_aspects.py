"""What visits are about: the school's list, in its own words and order."""

import uuid

import pytest
from django.urls import reverse

from homeschool.journal.models import Entry
from visits.models import Aspect, Draft


@pytest.fixture
def admin(cast, as_):
    return as_(cast.school_admin)


def post(client, cast, page, *args, **data):
    url = reverse(f"visits:aspect-{page}", args=[cast.school.pk, *args])
    return client.post(url, {"submission": uuid.uuid4()} | data)


def codes(cast):
    """Return the codes that the form of a visit offers, in order."""
    draft = Draft.objects.begin(by=cast.counselor, children=[cast.child], answers={})
    return [a.code for a in Draft.objects.with_circle("aspects").get(pk=draft.pk).aspects]


def test_a_school_without_a_list_sees_the_shipped_one_and_keeps_nothing(cast, admin):
    page = admin.get(reverse("visits:aspect-list", args=[cast.school.pk]))
    assert len(page.context["rows"]) == 8
    assert not Aspect.objects.exists()


def test_one_is_added_at_the_end_with_a_code_of_its_own(cast, admin):
    post(admin, cast, "list", name="阅读 time")
    added = Aspect.objects.exclude(code__in=Aspect.SHIPPED).get()
    assert (added.name, added.code) == ("阅读 time", "阅读-time")
    assert codes(cast)[-1] == added.code
    assert len(codes(cast)) == 9
    assert Entry.objects.filter(verb="aspect.made").count() == 1


@pytest.mark.parametrize("name", ["", "Mental Health", "x" * 121, "a\0b"])
def test_a_wrong_name_is_told_beside_its_field(cast, admin, name):
    assert set(post(admin, cast, "list", name=name).context["form"].errors) == {"name"}
    assert not Aspect.objects.exists()


def test_one_is_renamed_and_counted_under_its_code(cast, admin):
    post(admin, cast, "edit", "mental_health", name="Feeling well")
    assert str(Aspect.objects.get(code="mental_health")) == "Feeling well"
    assert Aspect.objects.filter(school=cast.school).count() == 8


def test_a_shipped_one_gets_its_shipped_name_back(cast, admin):
    post(admin, cast, "edit", "mental_health", name="Feeling well")
    post(admin, cast, "edit", "mental_health", name="")
    assert str(Aspect.objects.get(code="mental_health")) == "mental health"


def test_one_of_the_school_needs_a_name(cast, admin):
    post(admin, cast, "list", name="Reading")
    assert "name" in post(admin, cast, "edit", "reading", name="").context["form"].errors


def test_one_stands_a_place_higher(cast, admin):
    before = codes(cast)
    post(admin, cast, "up", before[2])
    assert codes(cast) == [before[0], before[2], before[1], *before[3:]]
    post(admin, cast, "up", before[0])
    assert codes(cast)[0] == before[0]


def test_a_retired_one_is_offered_no_more_and_comes_back(cast, admin):
    post(admin, cast, "retire", "mental_health")
    assert "mental_health" not in codes(cast)
    assert Aspect.objects.get(code="mental_health").retired_at
    post(admin, cast, "restore", "mental_health")
    assert "mental_health" in codes(cast)
    assert set(Entry.objects.filter(verb__startswith="aspect.").values_list("verb", flat=True)) == {
        "aspect.retired", "aspect.restored",
    }  # fmt: skip


def test_an_aspect_that_is_not_there_is_not_found(cast, admin):
    for name in ("edit", "up", "retire", "restore"):
        assert post(admin, cast, name, "astrology").status_code == 404


def test_another_schools_list_is_its_own(cast, as_):
    post(as_(cast.other_school_admin), cast, "list", name="Riding")
    assert not Aspect.objects.exists()


def test_the_list_asks_the_same_at_twenty(cast, admin, django_assert_num_queries):
    url = reverse("visits:aspect-list", args=[cast.school.pk])
    Aspect.objects.create(school=cast.school, code="one")
    admin.get(url)
    with django_assert_num_queries(6):
        admin.get(url)
    for n in range(20):
        Aspect.objects.create(school=cast.school, code=f"x{n}")
    with django_assert_num_queries(6):
        admin.get(url)


def test_only_the_schools_admin_comes_in(cast, as_):
    url = reverse("visits:aspect-list", args=[cast.school.pk])
    assert as_(cast.counselor).get(url).status_code == 403
    assert as_(cast.other_school_admin).get(url).status_code == 404
