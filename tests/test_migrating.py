"""Operations that only add, in one step: the same tables, columns and constraints as one by one."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from homeschool.migrating import Together

APP = "counseling"  # any app that migrates
BY_NAME = models.UniqueConstraint(fields=["name"], name="a_nest_has_one_name")


def operations():
    """Return two models that point at each other, with what is added to them afterwards."""
    key = ("id", models.AutoField(primary_key=True))
    return [
        migrations.CreateModel("Nest", [key, ("name", models.CharField(max_length=9))]),
        migrations.CreateModel(
            "Bird", [key, ("nest", models.ForeignKey(f"{APP}.Nest", models.CASCADE))]
        ),
        migrations.AddField(
            "Nest", "first", models.ForeignKey(f"{APP}.Bird", models.CASCADE, null=True)
        ),
        migrations.AddConstraint("Nest", BY_NAME),
        migrations.AddIndex("Bird", models.Index(fields=["nest", "id"], name="birds_of_a_nest")),
    ]


def carry_out(steps, state):
    """Carry the steps out as a migration does; returns what undoes it and the state at the end."""
    migration = migrations.Migration("birds", APP)
    migration.operations = steps
    with connection.schema_editor() as editor:
        end = migration.apply(state.clone(), editor)
    return migration, end


def undo(migration, state):
    with connection.schema_editor() as editor:
        migration.unapply(state.clone(), editor)


def tables():
    """Return what the database says of the two tables: columns, and constraints without chance names."""
    found = {}
    with connection.cursor() as cursor:
        for name in set(connection.introspection.table_names(cursor)) & {
            f"{APP}_nest",
            f"{APP}_bird",
        }:
            columns = [c.name for c in connection.introspection.get_table_description(cursor, name)]
            rules = connection.introspection.get_constraints(cursor, name).values()
            found[name] = columns, sorted(str(sorted(rule.items())) for rule in rules)
    return found


@pytest.mark.django_db(transaction=True)
def test_it_makes_what_the_steps_make_one_by_one_and_takes_it_away_again():
    state = ProjectState()
    one_by_one, end = carry_out(operations(), state)
    expected = tables()
    undo(one_by_one, state)
    assert len(expected) == 2
    assert not tables()

    together, same_end = carry_out([Together(operations())], state)
    assert tables() == expected
    assert {key: set(model.fields) for key, model in same_end.models.items()} == {
        key: set(model.fields) for key, model in end.models.items()
    }
    undo(together, state)
    assert not tables()


@pytest.mark.parametrize(
    "other",
    [
        migrations.RemoveField("Nest", "name"),
        migrations.AlterField("Nest", "name", models.TextField()),
        migrations.RunPython(migrations.RunPython.noop),
    ],
    ids=lambda one: type(one).__name__,
)
def test_it_refuses_what_does_not_add(other):
    with pytest.raises(ValueError, match="only adds"):
        Together([*operations(), other])
