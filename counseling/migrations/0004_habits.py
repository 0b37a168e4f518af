import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from homeschool.migrating import Together
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("counseling", "0003_versions"),
        ("people", "0006_clocks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name="Habit",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("what", models.CharField(max_length=120, verbose_name="the habit")),
                    (
                        "side",
                        models.CharField(
                            choices=[
                                ("both", "home and school"),
                                ("home", "home"),
                                ("school", "school"),
                            ],
                            default="both",
                            max_length=6,
                            verbose_name="who ticks",
                        ),
                    ),
                    (
                        "days",
                        django.contrib.postgres.fields.ArrayField(
                            base_field=models.PositiveSmallIntegerField(),
                            size=None,
                            verbose_name="days",
                        ),
                    ),
                    ("since", models.DateField()),
                    ("ended_on", models.DateField(blank=True, editable=False, null=True)),
                    ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                    (
                        "ended_by",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "goal",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="habit",
                            to="counseling.goal",
                        ),
                    ),
                    (
                        "made_by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "ordering": ["since", "id"],
                },
            ),
            migrations.CreateModel(
                name="HabitWeek",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("monday", models.DateField()),
                    (
                        "habit",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="weeks",
                            to="counseling.habit",
                        ),
                    ),
                    (
                        "point",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="counseling.point",
                        ),
                    ),
                ],
                options={
                    "ordering": ["monday"],
                },
            ),
            migrations.CreateModel(
                name="Tick",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("day", models.DateField()),
                    (
                        "side",
                        models.CharField(
                            choices=[("home", "at home"), ("school", "at school")], max_length=6
                        ),
                    ),
                    (
                        "state",
                        models.CharField(
                            choices=[("done", "Done"), ("partly", "Partly"), ("not", "Not")],
                            max_length=6,
                        ),
                    ),
                    ("whole_week", models.BooleanField(default=False)),
                    (
                        "via",
                        models.CharField(
                            choices=[
                                ("page", "on a page of the portal"),
                                ("link", "by the link of a letter"),
                            ],
                            max_length=4,
                        ),
                    ),
                    ("at", models.DateTimeField(default=django.utils.timezone.now)),
                    (
                        "by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "habit",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="ticks",
                            to="counseling.habit",
                        ),
                    ),
                    (
                        "household",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="people.household",
                        ),
                    ),
                    (
                        "person",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "supersedes",
                        models.OneToOneField(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="superseded_by",
                            to="counseling.tick",
                        ),
                    ),
                ],
                options={
                    "ordering": ["day", "at"],
                },
            ),
            migrations.CreateModel(
                name="WeeklyQuestion",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    (
                        "words",
                        models.CharField(max_length=160, verbose_name="what the family is asked"),
                    ),
                    ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                    ("ended_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    (
                        "goal",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="question",
                            to="counseling.goal",
                        ),
                    ),
                    (
                        "made_by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "ordering": ["made_at", "id"],
                },
            ),
            migrations.CreateModel(
                name="CheckIn",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("monday", models.DateField()),
                    ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                    ("closes_at", models.DateTimeField()),
                    ("revoked_at", models.DateTimeField(blank=True, null=True)),
                    ("answered_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "answered_by",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "household",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="people.household",
                        ),
                    ),
                    (
                        "person",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "school",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="people.school",
                        ),
                    ),
                ],
                options={
                    "ordering": ["-monday", "id"],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("household", None), ("person__isnull", False)),
                                models.Q(("household__isnull", False), ("person", None)),
                                _connector="OR",
                            ),
                            name="a_check_in_is_of_one_home",
                        ),
                        models.UniqueConstraint(
                            fields=("school", "monday", "household", "person"),
                            name="a_home_is_asked_once_a_week",
                            nulls_distinct=False,
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("monday__iso_week_day", 1)),
                            name="a_check_in_is_of_a_week",
                        ),
                    ],
                },
            ),
            migrations.AddField(
                model_name="point",
                name="check_in",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="counseling.checkin",
                ),
            ),
            migrations.AddConstraint(
                model_name="habit",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("days__contained_by", [1, 2, 3, 4, 5, 6, 7]), ("days__len__gt", 0)
                    ),
                    name="a_habit_has_days_of_the_week",
                ),
            ),
            migrations.AddConstraint(
                model_name="habit",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("ended_by", None), ("ended_on", None)),
                        models.Q(("ended_by__isnull", False), ("ended_on__isnull", False)),
                        _connector="OR",
                    ),
                    name="a_habit_that_ended_says_by_whom",
                ),
            ),
            migrations.AddConstraint(
                model_name="habitweek",
                constraint=models.UniqueConstraint(
                    fields=("habit", "monday"), name="a_week_of_a_habit_is_counted_once"
                ),
            ),
            migrations.AddConstraint(
                model_name="habitweek",
                constraint=models.CheckConstraint(
                    condition=models.Q(("monday__iso_week_day", 1)),
                    name="a_week_of_a_habit_begins_on_monday",
                ),
            ),
            migrations.AddIndex(
                model_name="tick",
                index=models.Index(fields=["habit", "day"], name="ticks_of_a_habit"),
            ),
            migrations.AddConstraint(
                model_name="tick",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("supersedes", None)),
                    fields=("habit", "day", "side", "household", "person"),
                    name="a_day_is_ticked_once_by_a_side",
                    nulls_distinct=False,
                ),
            ),
            migrations.AddConstraint(
                model_name="tick",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("household", None), ("person", None), ("side", "school")),
                        models.Q(("household", None), ("person__isnull", False), ("side", "home")),
                        models.Q(("household__isnull", False), ("person", None), ("side", "home")),
                        _connector="OR",
                    ),
                    name="a_tick_at_home_is_of_one_home",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="tick",
                trigger=pgtrigger.compiler.Trigger(
                    name="a_tick_is_never_changed",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="337b4b72d698a8b163536d016d4836cf08eb662c",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_a_tick_is_never_changed_7e24e",
                        table="counseling_tick",
                        when="BEFORE",
                    ),
                ),
            ),
        ]),
    ]
