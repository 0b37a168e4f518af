"""The house is held by checks: floors, names of files, and the rules that no linter sees.

What imports may do is held by import-linter (`manage.py lint`). What it cannot see stands here:
foreign keys named by string, models without `visible_to`, and calls of Celery.
"""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parent.parent

# Label of the app: its floor. Foreign keys point down, or stay in the room.
FLOORS = {
    "homeschool": 0,
    "journal": 0,
    "people": 1,
    "visits": 2,
    "messaging": 2,
    "counseling": 3,
    "care": 4,
    "reports": 5,
    "demo": 6,
}
# The one written exception: what happened names who, about whom and where, by string.
JOURNAL_MAY_NAME = {"people.user", "people.student", "people.school"}

ROOMS = [
    ROOT / name
    for name in (
        "homeschool/journal",
        "homeschool/people",
        "homeschool/care",
        "homeschool/reports",
        "visits",
        "messaging",
        "counseling",
    )
    if (ROOT / name).is_dir()
]
FILES_OF_A_ROOM = {
    "models", "actions", "forms", "tasks", "views", "api", "admin", "urls", "asked",
}  # fmt: skip
BESIDES = {"__init__", "__pycache__", "apps", "migrations", "management", "templatetags"}
NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "common", "core", "managers", "services", "misc"}
SUBJECTS = 3
LONGEST = 500

MAY_ENQUEUE = {"homeschool/journal/relay.py"}
ENQUEUES = re.compile(r"\.(delay|apply_async|send_task)\(")


def shown(path):
    return str(path.relative_to(ROOT))


def sources():
    """Return every Python file of the portal itself: no tests, no migrations."""
    tops = [ROOT / top for top in ("homeschool", "visits", "messaging", "counseling")]
    files = [path for top in tops if top.is_dir() for path in sorted(top.rglob("*.py"))]
    return [path for path in files if "migrations" not in path.parts]


def our_models():
    return [model for model in apps.get_models() if model._meta.app_label in FLOORS]


def is_history(model):
    """Whether `model` is a row of history that pghistory keeps of another."""
    return any(field.name == "pgh_id" for field in model._meta.fields)


def is_view(model):
    return not model._meta.managed


def ties(model):
    """Yield the fields of `model` that point at another of our models."""
    for field in [*model._meta.fields, *model._meta.many_to_many]:
        other = field.related_model
        if other is not None and other._meta.app_label in FLOORS:
            yield field, other


def points_down(model, other):
    mine, its = model._meta.app_label, other._meta.app_label
    if mine == its:
        return True
    if mine == "journal":
        return other._meta.label_lower in JOURNAL_MAY_NAME
    return FLOORS[its] < FLOORS[mine]


def test_it_knows_the_floor_of_every_room():
    unknown = {
        config.label
        for config in apps.get_app_configs()
        if Path(config.path).is_relative_to(ROOT) and ".venv" not in config.path
    } - FLOORS.keys()
    assert not unknown, f"tests/test_house.py: give these rooms a floor in FLOORS: {unknown}"


def test_it_has_foreign_keys_that_point_down():
    wrong = [
        f"{model._meta.label}.{field.name} -> {other._meta.label}"
        for model in our_models()
        for field, other in ties(model)
        if not points_down(model, other)
    ]
    assert not wrong, "foreign keys point down (or stay in the room): " + "; ".join(wrong)


def about_a_child():
    """Return the models with a key to a student, less history, views and the journal."""
    student = apps.get_model("people.Student")
    found = [
        model
        for model in our_models()
        if model._meta.app_label != "journal" and not is_history(model) and not is_view(model)
        if any(other is student for _field, other in ties(model))
    ]
    return [student, *(model for model in found if model is not student)]


@pytest.mark.parametrize("model", about_a_child(), ids=lambda model: model._meta.label)
def test_it_answers_visible_to_for_every_row_about_a_child(model):
    assert hasattr(model._default_manager.all(), "visible_to"), (
        f"{model._meta.label} is about a student: its manager needs visible_to(user)"
    )


def test_it_never_deletes_a_row_about_a_child_by_deleting_the_child():
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in our_models()
        if not is_history(model) and not is_view(model)
        for field, other in ties(model)
        if other._meta.label == "people.Student" and not field.many_to_many
        if field.remote_field.on_delete is not models.PROTECT
    ]
    assert not wrong, "a key to a student is on_delete=PROTECT: " + "; ".join(wrong)


def test_it_keeps_rules_out_of_save():
    wrong = [
        f"{model._meta.label}.{method}"
        for model in our_models()
        for method in ("save", "delete")
        if method in vars(model)
    ]
    assert not wrong, "a verb is a method of its own, never an override: " + "; ".join(wrong)


def modules_of(room):
    """Return the names of the modules and packages right inside a room, less the obliged ones."""
    entries = [path for path in room.iterdir() if path.is_dir() or path.suffix == ".py"]
    return sorted({path.stem for path in entries} - BESIDES)


@pytest.mark.parametrize("room", ROOMS, ids=shown)
def test_it_has_only_files_that_a_room_has(room):
    subjects = [name for name in modules_of(room) if name not in FILES_OF_A_ROOM]
    silent = NAMES_THAT_SAY_NOTHING & set(subjects)
    assert not silent, f"{shown(room)}: a module is named for its subject, not {sorted(silent)}"
    assert len(subjects) <= SUBJECTS, (
        f"{shown(room)}: at most {SUBJECTS} modules named for a subject, here {subjects}"
    )


def test_it_has_no_module_that_grew_too_long():
    lines = {shown(path): len(path.read_text().splitlines()) for path in sources()}
    long = {path: count for path, count in lines.items() if count > LONGEST}
    assert not long, f"past {LONGEST} lines a module becomes a package by noun: {long}"


def test_it_enqueues_work_in_one_place_only():
    wrong = [
        f"{shown(path)}:{number}"
        for path in sources()
        if shown(path) not in MAY_ENQUEUE
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if ENQUEUES.search(line)
    ]
    assert not wrong, f"only {MAY_ENQUEUE} hands work to Celery, write a Notice or Job: {wrong}"
