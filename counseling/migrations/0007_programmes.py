import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
import homeschool.people.models.school
from homeschool.migrating import Together
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("counseling", "0006_templates"),
        ("people", "0006_clocks"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name="Attendance",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    (
                        "mark",
                        models.CharField(
                            choices=[
                                ("present", "there"),
                                ("late", "came late"),
                                ("excused", "excused"),
                                ("absent", "not there"),
                            ],
                            max_length=7,
                        ),
                    ),
                    ("minutes", models.PositiveSmallIntegerField(default=0, verbose_name="minutes")),
                    (
                        "engagement",
                        models.PositiveSmallIntegerField(
                            blank=True,
                            null=True,
                            validators=[
                                django.core.validators.MinValueValidator(1),
                                django.core.validators.MaxValueValidator(3),
                            ],
                            verbose_name="how it worked",
                        ),
                    ),
                    ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                    (
                        "picked_up_by",
                        models.CharField(blank=True, max_length=255, verbose_name="picked up by"),
                    ),
                    ("picked_up_at", models.DateTimeField(blank=True, null=True)),
                    ("pick_up_because", models.CharField(blank=True, max_length=300)),
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
                        "student",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="attendance",
                            to="people.student",
                        ),
                    ),
                ],
                options={
                    "ordering": ["session", "student"],
                },
            ),
            migrations.CreateModel(
                name="Programme",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("name", models.CharField(max_length=120, verbose_name="name")),
                    (
                        "about",
                        models.TextField(
                            blank=True, max_length=2000, verbose_name="what happens there"
                        ),
                    ),
                    (
                        "provider",
                        models.CharField(
                            choices=[
                                ("school", "the school"),
                                ("volunteer", "volunteers"),
                                ("partner", "a partner of the school"),
                            ],
                            default="school",
                            max_length=9,
                            verbose_name="who offers it",
                        ),
                    ),
                    (
                        "partner",
                        models.CharField(
                            blank=True, max_length=200, verbose_name="name of the partner"
                        ),
                    ),
                    (
                        "format",
                        models.CharField(
                            choices=[
                                ("one_to_one", "one to one"),
                                ("group", "a small group"),
                                ("collective", "all together"),
                                ("caring", "a caring class"),
                            ],
                            default="group",
                            max_length=10,
                            verbose_name="how",
                        ),
                    ),
                    ("place", models.CharField(blank=True, max_length=200, verbose_name="where")),
                    (
                        "capacity",
                        models.PositiveSmallIntegerField(
                            validators=[
                                django.core.validators.MinValueValidator(1),
                                django.core.validators.MaxValueValidator(1000),
                            ],
                            verbose_name="places",
                        ),
                    ),
                    (
                        "whom",
                        models.CharField(blank=True, max_length=300, verbose_name="whom it is for"),
                    ),
                    (
                        "giving",
                        models.CharField(
                            choices=[("first_come", "who asks first"), ("draw", "a fair draw")],
                            default="first_come",
                            max_length=10,
                            verbose_name="how seats are given",
                        ),
                    ),
                    (
                        "asks_until",
                        models.DateTimeField(blank=True, null=True, verbose_name="families ask until"),
                    ),
                    ("begins", models.DateField(verbose_name="first day")),
                    ("ends", models.DateField(verbose_name="last day")),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("draft", "being prepared"),
                                ("open", "families can ask for a seat"),
                                ("running", "takes place"),
                                ("over", "over"),
                            ],
                            default="draft",
                            editable=False,
                            max_length=7,
                        ),
                    ),
                    ("seed", models.CharField(blank=True, editable=False, max_length=64)),
                    ("drawn_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    (
                        "made_at",
                        models.DateTimeField(default=django.utils.timezone.now, editable=False),
                    ),
                    (
                        "classes",
                        models.ManyToManyField(
                            blank=True,
                            related_name="+",
                            to="people.schoolclass",
                            verbose_name="for these classes",
                        ),
                    ),
                    (
                        "divisions",
                        models.ManyToManyField(
                            blank=True,
                            related_name="+",
                            to="people.division",
                            verbose_name="for these grades",
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
                    (
                        "owner",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "school",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="programmes",
                            to="people.school",
                        ),
                    ),
                ],
                options={
                    "ordering": ["-begins", "name", "id"],
                },
            ),
            migrations.CreateModel(
                name="Evaluation",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "side",
                        models.CharField(
                            choices=[("child", "the child"), ("family", "the family")], max_length=6
                        ),
                    ),
                    ("glad", models.PositiveSmallIntegerField(verbose_name="I like to go there")),
                    (
                        "learned",
                        models.PositiveSmallIntegerField(verbose_name="I learn something there"),
                    ),
                    ("again", models.PositiveSmallIntegerField(verbose_name="I would go again")),
                    (
                        "words",
                        models.TextField(
                            blank=True, max_length=1000, verbose_name="what could be better"
                        ),
                    ),
                    ("at", models.DateTimeField(default=django.utils.timezone.now)),
                    (
                        "student",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="people.student",
                        ),
                    ),
                    (
                        "programme",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="evaluations",
                            to="counseling.programme",
                        ),
                    ),
                ],
                options={
                    "ordering": ["-at", "id"],
                },
            ),
            migrations.CreateModel(
                name="DayOff",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("on", models.DateField(verbose_name="first day")),
                    ("until", models.DateField(verbose_name="last day")),
                    ("name", models.CharField(max_length=120, verbose_name="name")),
                    (
                        "school",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="days_off",
                            to="people.school",
                        ),
                    ),
                    (
                        "programme",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="pauses",
                            to="counseling.programme",
                        ),
                    ),
                ],
                options={
                    "ordering": ["on", "id"],
                },
            ),
            migrations.CreateModel(
                name="ProgrammeEvent",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    ("name", models.CharField(max_length=120, verbose_name="name")),
                    (
                        "about",
                        models.TextField(
                            blank=True, max_length=2000, verbose_name="what happens there"
                        ),
                    ),
                    (
                        "provider",
                        models.CharField(
                            choices=[
                                ("school", "the school"),
                                ("volunteer", "volunteers"),
                                ("partner", "a partner of the school"),
                            ],
                            default="school",
                            max_length=9,
                            verbose_name="who offers it",
                        ),
                    ),
                    (
                        "partner",
                        models.CharField(
                            blank=True, max_length=200, verbose_name="name of the partner"
                        ),
                    ),
                    (
                        "format",
                        models.CharField(
                            choices=[
                                ("one_to_one", "one to one"),
                                ("group", "a small group"),
                                ("collective", "all together"),
                                ("caring", "a caring class"),
                            ],
                            default="group",
                            max_length=10,
                            verbose_name="how",
                        ),
                    ),
                    ("place", models.CharField(blank=True, max_length=200, verbose_name="where")),
                    (
                        "capacity",
                        models.PositiveSmallIntegerField(
                            validators=[
                                django.core.validators.MinValueValidator(1),
                                django.core.validators.MaxValueValidator(1000),
                            ],
                            verbose_name="places",
                        ),
                    ),
                    (
                        "whom",
                        models.CharField(blank=True, max_length=300, verbose_name="whom it is for"),
                    ),
                    (
                        "giving",
                        models.CharField(
                            choices=[("first_come", "who asks first"), ("draw", "a fair draw")],
                            default="first_come",
                            max_length=10,
                            verbose_name="how seats are given",
                        ),
                    ),
                    (
                        "asks_until",
                        models.DateTimeField(blank=True, null=True, verbose_name="families ask until"),
                    ),
                    ("begins", models.DateField(verbose_name="first day")),
                    ("ends", models.DateField(verbose_name="last day")),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("draft", "being prepared"),
                                ("open", "families can ask for a seat"),
                                ("running", "takes place"),
                                ("over", "over"),
                            ],
                            default="draft",
                            editable=False,
                            max_length=7,
                        ),
                    ),
                    ("seed", models.CharField(blank=True, editable=False, max_length=64)),
                    ("drawn_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    (
                        "made_at",
                        models.DateTimeField(default=django.utils.timezone.now, editable=False),
                    ),
                    (
                        "made_by",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "owner",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "pgh_context",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="pghistory.context",
                        ),
                    ),
                    (
                        "pgh_obj",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="events",
                            to="counseling.programme",
                        ),
                    ),
                    (
                        "school",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="people.school",
                        ),
                    ),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="Resource",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    (
                        "kind",
                        models.CharField(
                            choices=[("room", "room"), ("device", "device"), ("book", "books")],
                            max_length=6,
                            verbose_name="kind",
                        ),
                    ),
                    ("name", models.CharField(max_length=120, verbose_name="name")),
                    (
                        "partner",
                        models.CharField(blank=True, max_length=200, verbose_name="whose it is"),
                    ),
                    ("places", models.PositiveSmallIntegerField(default=0, verbose_name="places")),
                    ("ended_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "school",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="resources",
                            to="people.school",
                        ),
                    ),
                ],
                options={
                    "ordering": ["kind", "name", "id"],
                },
            ),
            migrations.CreateModel(
                name="Seat",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("asked", "asked for"),
                                ("waiting", "on the waiting list"),
                                ("offered", "offered to the family"),
                                ("taken", "has a seat"),
                                ("left", "left"),
                                ("declined", "the family said no"),
                                ("expired", "not answered in time"),
                                ("not_needed", "has a seat elsewhere"),
                            ],
                            default="asked",
                            max_length=10,
                        ),
                    ),
                    ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                    (
                        "choice",
                        models.PositiveSmallIntegerField(
                            default=1,
                            validators=[
                                django.core.validators.MinValueValidator(1),
                                django.core.validators.MaxValueValidator(20),
                            ],
                        ),
                    ),
                    ("need", models.PositiveSmallIntegerField(default=0)),
                    ("line", models.PositiveIntegerField(default=0)),
                    ("why", models.JSONField(blank=True, default=dict)),
                    ("offered_at", models.DateTimeField(blank=True, null=True)),
                    ("offered_until", models.DateTimeField(blank=True, null=True)),
                    ("taken_at", models.DateTimeField(blank=True, null=True)),
                    ("ended_at", models.DateTimeField(blank=True, null=True)),
                    ("leaving_words", models.CharField(blank=True, max_length=300)),
                    (
                        "asked_by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
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
                        "programme",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="seats",
                            to="counseling.programme",
                        ),
                    ),
                    (
                        "student",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="seats",
                            to="people.student",
                        ),
                    ),
                ],
                options={
                    "ordering": ["programme", "asked_at", "id"],
                },
            ),
            migrations.CreateModel(
                name="SeatEvent",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("asked", "asked for"),
                                ("waiting", "on the waiting list"),
                                ("offered", "offered to the family"),
                                ("taken", "has a seat"),
                                ("left", "left"),
                                ("declined", "the family said no"),
                                ("expired", "not answered in time"),
                                ("not_needed", "has a seat elsewhere"),
                            ],
                            default="asked",
                            max_length=10,
                        ),
                    ),
                    ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                    (
                        "choice",
                        models.PositiveSmallIntegerField(
                            default=1,
                            validators=[
                                django.core.validators.MinValueValidator(1),
                                django.core.validators.MaxValueValidator(20),
                            ],
                        ),
                    ),
                    ("need", models.PositiveSmallIntegerField(default=0)),
                    ("line", models.PositiveIntegerField(default=0)),
                    ("why", models.JSONField(blank=True, default=dict)),
                    ("offered_at", models.DateTimeField(blank=True, null=True)),
                    ("offered_until", models.DateTimeField(blank=True, null=True)),
                    ("taken_at", models.DateTimeField(blank=True, null=True)),
                    ("ended_at", models.DateTimeField(blank=True, null=True)),
                    ("leaving_words", models.CharField(blank=True, max_length=300)),
                    (
                        "asked_by",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "ended_by",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "pgh_context",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="pghistory.context",
                        ),
                    ),
                    (
                        "pgh_obj",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="events",
                            to="counseling.seat",
                        ),
                    ),
                    (
                        "programme",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="counseling.programme",
                        ),
                    ),
                    (
                        "student",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="people.student",
                        ),
                    ),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="Session",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("on", models.DateField(verbose_name="day")),
                    ("begins", models.DateTimeField()),
                    ("ends", models.DateTimeField()),
                    ("minutes", models.PositiveSmallIntegerField(editable=False)),
                    ("planned_for", models.DateTimeField(editable=False)),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("planned", "planned"),
                                ("held", "took place"),
                                ("called_off", "called off"),
                            ],
                            default="planned",
                            editable=False,
                            max_length=10,
                        ),
                    ),
                    ("place", models.CharField(blank=True, max_length=200, verbose_name="where")),
                    ("topic", models.CharField(blank=True, max_length=200, verbose_name="topic")),
                    (
                        "material",
                        models.CharField(blank=True, max_length=200, verbose_name="book or material"),
                    ),
                    ("pages", models.CharField(blank=True, max_length=60, verbose_name="pages")),
                    ("called_off_because", models.CharField(blank=True, max_length=300)),
                    ("held_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("actual_begins", models.DateTimeField(blank=True, null=True)),
                    ("actual_ends", models.DateTimeField(blank=True, null=True)),
                    (
                        "programme",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="sessions",
                            to="counseling.programme",
                        ),
                    ),
                ],
                options={
                    "ordering": ["begins", "id"],
                },
            ),
            migrations.CreateModel(
                name="Reserved",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("span", django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False)),
                    ("live", models.BooleanField(default=True, editable=False)),
                    (
                        "resource",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="bookings",
                            to="counseling.resource",
                        ),
                    ),
                    (
                        "session",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="bookings",
                            to="counseling.session",
                        ),
                    ),
                ],
                options={
                    "ordering": ["id"],
                },
            ),
            migrations.CreateModel(
                name="AttendanceEvent",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    (
                        "mark",
                        models.CharField(
                            choices=[
                                ("present", "there"),
                                ("late", "came late"),
                                ("excused", "excused"),
                                ("absent", "not there"),
                            ],
                            max_length=7,
                        ),
                    ),
                    ("minutes", models.PositiveSmallIntegerField(default=0, verbose_name="minutes")),
                    (
                        "engagement",
                        models.PositiveSmallIntegerField(
                            blank=True,
                            null=True,
                            validators=[
                                django.core.validators.MinValueValidator(1),
                                django.core.validators.MaxValueValidator(3),
                            ],
                            verbose_name="how it worked",
                        ),
                    ),
                    ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                    (
                        "picked_up_by",
                        models.CharField(blank=True, max_length=255, verbose_name="picked up by"),
                    ),
                    ("picked_up_at", models.DateTimeField(blank=True, null=True)),
                    ("pick_up_because", models.CharField(blank=True, max_length=300)),
                    ("at", models.DateTimeField(default=django.utils.timezone.now)),
                    (
                        "by",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "pgh_context",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="pghistory.context",
                        ),
                    ),
                    (
                        "pgh_obj",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="events",
                            to="counseling.attendance",
                        ),
                    ),
                    (
                        "student",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="people.student",
                        ),
                    ),
                    (
                        "session",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="counseling.session",
                        ),
                    ),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.AddField(
                model_name="attendance",
                name="session",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="attendance",
                    to="counseling.session",
                ),
            ),
            migrations.CreateModel(
                name="SessionEvent",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    ("on", models.DateField(verbose_name="day")),
                    ("begins", models.DateTimeField()),
                    ("ends", models.DateTimeField()),
                    ("minutes", models.PositiveSmallIntegerField(editable=False)),
                    ("planned_for", models.DateTimeField(editable=False)),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("planned", "planned"),
                                ("held", "took place"),
                                ("called_off", "called off"),
                            ],
                            default="planned",
                            editable=False,
                            max_length=10,
                        ),
                    ),
                    ("place", models.CharField(blank=True, max_length=200, verbose_name="where")),
                    ("topic", models.CharField(blank=True, max_length=200, verbose_name="topic")),
                    (
                        "material",
                        models.CharField(blank=True, max_length=200, verbose_name="book or material"),
                    ),
                    ("pages", models.CharField(blank=True, max_length=60, verbose_name="pages")),
                    ("called_off_because", models.CharField(blank=True, max_length=300)),
                    ("held_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("actual_begins", models.DateTimeField(blank=True, null=True)),
                    ("actual_ends", models.DateTimeField(blank=True, null=True)),
                    (
                        "pgh_context",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="pghistory.context",
                        ),
                    ),
                    (
                        "pgh_obj",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="events",
                            to="counseling.session",
                        ),
                    ),
                    (
                        "programme",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="counseling.programme",
                        ),
                    ),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="Volunteer",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("full_name", models.CharField(max_length=255, verbose_name="full name")),
                    ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                    ("phone", models.CharField(blank=True, max_length=40, verbose_name="telephone")),
                    ("born_on", models.DateField(blank=True, null=True, verbose_name="birthday")),
                    (
                        "organisation",
                        models.CharField(blank=True, max_length=200, verbose_name="sent by"),
                    ),
                    (
                        "languages",
                        django.contrib.postgres.fields.ArrayField(
                            base_field=models.CharField(max_length=12),
                            blank=True,
                            default=list,
                            size=None,
                        ),
                    ),
                    (
                        "good_at",
                        models.TextField(
                            max_length=2000, verbose_name="what you would like to do, and are good at"
                        ),
                    ),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("applied", "has applied"),
                                ("accepted", "helps"),
                                ("resting", "makes a pause"),
                                ("refused", "was not accepted"),
                                ("ended", "has left"),
                            ],
                            default="applied",
                            editable=False,
                            max_length=8,
                        ),
                    ),
                    (
                        "applied_at",
                        models.DateTimeField(default=django.utils.timezone.now, editable=False),
                    ),
                    ("decided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("deciding_words", models.CharField(blank=True, max_length=500)),
                    (
                        "decided_by",
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
                            related_name="volunteers",
                            to="people.school",
                        ),
                    ),
                    (
                        "user",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="volunteering",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "ordering": ["full_name", "id"],
                },
            ),
            migrations.CreateModel(
                name="Training",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("what", models.CharField(max_length=200, verbose_name="what")),
                    ("on", models.DateField(verbose_name="day")),
                    ("minutes", models.PositiveSmallIntegerField(default=60, verbose_name="minutes")),
                    (
                        "volunteer",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="trainings",
                            to="counseling.volunteer",
                        ),
                    ),
                ],
                options={
                    "ordering": ["-on", "id"],
                },
            ),
            migrations.CreateModel(
                name="Leading",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("on", models.DateField(editable=False)),
                    ("span", django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False)),
                    ("live", models.BooleanField(default=True, editable=False)),
                    (
                        "user",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "session",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="leaders",
                            to="counseling.session",
                        ),
                    ),
                    (
                        "volunteer",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="leadings",
                            to="counseling.volunteer",
                        ),
                    ),
                ],
                options={
                    "ordering": ["id"],
                },
            ),
            migrations.CreateModel(
                name="Clearance",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("police", "police record"),
                                ("register", "register of people who may not work with children"),
                                ("health", "health check"),
                                ("reference", "word of somebody who knows the person"),
                            ],
                            max_length=9,
                            verbose_name="what was checked",
                        ),
                    ),
                    ("reference", models.CharField(blank=True, max_length=60, verbose_name="number")),
                    ("issued_on", models.DateField(verbose_name="holds from")),
                    ("expires_on", models.DateField(verbose_name="holds until")),
                    ("checked_at", models.DateTimeField(default=django.utils.timezone.now)),
                    ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "checked_by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "volunteer",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="clearances",
                            to="counseling.volunteer",
                        ),
                    ),
                ],
                options={
                    "ordering": ["-expires_on", "id"],
                },
            ),
            migrations.CreateModel(
                name="Availability",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "weekday",
                        models.PositiveSmallIntegerField(
                            choices=[
                                (1, "Monday"),
                                (2, "Tuesday"),
                                (3, "Wednesday"),
                                (4, "Thursday"),
                                (5, "Friday"),
                                (6, "Saturday"),
                                (7, "Sunday"),
                            ],
                            verbose_name="day",
                        ),
                    ),
                    ("starts", models.TimeField(verbose_name="from")),
                    ("ends", models.TimeField(verbose_name="until")),
                    (
                        "volunteer",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="availability",
                            to="counseling.volunteer",
                        ),
                    ),
                ],
                options={
                    "ordering": ["weekday", "starts"],
                },
            ),
            migrations.CreateModel(
                name="VolunteerEvent",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    ("full_name", models.CharField(max_length=255, verbose_name="full name")),
                    ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                    ("phone", models.CharField(blank=True, max_length=40, verbose_name="telephone")),
                    ("born_on", models.DateField(blank=True, null=True, verbose_name="birthday")),
                    (
                        "organisation",
                        models.CharField(blank=True, max_length=200, verbose_name="sent by"),
                    ),
                    (
                        "languages",
                        django.contrib.postgres.fields.ArrayField(
                            base_field=models.CharField(max_length=12),
                            blank=True,
                            default=list,
                            size=None,
                        ),
                    ),
                    (
                        "good_at",
                        models.TextField(
                            max_length=2000, verbose_name="what you would like to do, and are good at"
                        ),
                    ),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("applied", "has applied"),
                                ("accepted", "helps"),
                                ("resting", "makes a pause"),
                                ("refused", "was not accepted"),
                                ("ended", "has left"),
                            ],
                            default="applied",
                            editable=False,
                            max_length=8,
                        ),
                    ),
                    (
                        "applied_at",
                        models.DateTimeField(default=django.utils.timezone.now, editable=False),
                    ),
                    ("decided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("deciding_words", models.CharField(blank=True, max_length=500)),
                    (
                        "decided_by",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "pgh_context",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="pghistory.context",
                        ),
                    ),
                    (
                        "pgh_obj",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="events",
                            to="counseling.volunteer",
                        ),
                    ),
                    (
                        "school",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="people.school",
                        ),
                    ),
                    (
                        "user",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="Weekly",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "weekday",
                        models.PositiveSmallIntegerField(
                            choices=[
                                (1, "Monday"),
                                (2, "Tuesday"),
                                (3, "Wednesday"),
                                (4, "Thursday"),
                                (5, "Friday"),
                                (6, "Saturday"),
                                (7, "Sunday"),
                            ],
                            verbose_name="day",
                        ),
                    ),
                    ("starts", models.TimeField(verbose_name="from")),
                    (
                        "minutes",
                        models.PositiveSmallIntegerField(
                            validators=[
                                django.core.validators.MinValueValidator(5),
                                django.core.validators.MaxValueValidator(600),
                            ],
                            verbose_name="minutes",
                        ),
                    ),
                    (
                        "programme",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="pattern",
                            to="counseling.programme",
                        ),
                    ),
                ],
                options={
                    "ordering": ["weekday", "starts"],
                },
            ),
            migrations.CreateModel(
                name="Pair",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("subject", models.CharField(max_length=60, verbose_name="in what")),
                    ("because", models.JSONField(blank=True, default=dict)),
                    ("proposed_at", models.DateTimeField(default=django.utils.timezone.now)),
                    ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                    ("ended_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "confirmed_by",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "helped",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="pairs",
                            to="people.student",
                        ),
                    ),
                    (
                        "helper",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="people.student",
                        ),
                    ),
                ],
                options={
                    "ordering": ["-proposed_at", "id"],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("helper", models.F("helped")), _negated=True),
                            name="nobody_is_paired_with_itself",
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(("ended_at", None)),
                            fields=("helped", "subject"),
                            name="a_child_is_helped_by_one_in_a_subject",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="PickUp",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("name", models.CharField(max_length=255, verbose_name="full name")),
                    (
                        "relation",
                        models.CharField(max_length=60, verbose_name="who that is to the child"),
                    ),
                    ("phone", models.CharField(blank=True, max_length=40, verbose_name="telephone")),
                    ("said_at", models.DateTimeField(default=django.utils.timezone.now)),
                    ("ended_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "said_by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "student",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="pick_ups",
                            to="people.student",
                        ),
                    ),
                ],
                options={
                    "ordering": ["name", "id"],
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(("ended_at", None)),
                            fields=("student", "name"),
                            name="a_person_stands_once_on_a_pick_up_list",
                        )
                    ],
                },
            ),
            migrations.AddIndex(
                model_name="programme",
                index=models.Index(fields=["school", "state", "-begins"], name="programmes_of_school"),
            ),
            migrations.AddConstraint(
                model_name="programme",
                constraint=models.CheckConstraint(
                    condition=models.Q(("ends__gte", models.F("begins"))),
                    name="a_programme_ends_after_it_begins",
                ),
            ),
            migrations.AddConstraint(
                model_name="programme",
                constraint=models.CheckConstraint(
                    condition=models.Q(("capacity__gte", 1), ("capacity__lte", 1000)),
                    name="a_programme_has_places",
                ),
            ),
            migrations.AddConstraint(
                model_name="programme",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("provider", "partner"), _negated=True),
                        models.Q(("partner", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="a_partner_has_a_name",
                ),
            ),
            migrations.AddConstraint(
                model_name="programme",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("drawn_at", None), ("seed", "")),
                        models.Q(("drawn_at__isnull", False), models.Q(("seed", ""), _negated=True)),
                        _connector="OR",
                    ),
                    name="a_draw_keeps_its_seed",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="programme",
                trigger=pgtrigger.compiler.Trigger(
                    name="no_fewer_places_than_seats",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (NEW."capacity" < (OLD."capacity"))',
                        func="\n                    IF NEW.capacity < (SELECT count(*) FROM counseling_seat\n                        WHERE programme_id = NEW.id AND state IN ('offered', 'taken')) THEN\n                        RAISE EXCEPTION 'fewer places than seats in %', NEW.id\n                            USING ERRCODE = 'check_violation',\n                                CONSTRAINT = 'no_fewer_places_than_seats';\n                    END IF;\n                    RETURN NEW;\n                ",
                        hash="428423ff6f203932236a09f72998b796c3456206",
                        operation='UPDATE OF "capacity"',
                        pgid="pgtrigger_no_fewer_places_than_seats_1c3ad",
                        table="counseling_programme",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="programme",
                trigger=pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_programmeevent" ("about", "asks_until", "begins", "capacity", "drawn_at", "ends", "format", "giving", "id", "made_at", "made_by_id", "name", "owner_id", "partner", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "provider", "school_id", "seed", "state", "whom") SELECT new_values."about", new_values."asks_until", new_values."begins", new_values."capacity", new_values."drawn_at", new_values."ends", new_values."format", new_values."giving", new_values."id", new_values."made_at", new_values."made_by_id", new_values."name", new_values."owner_id", new_values."partner", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."place", new_values."provider", new_values."school_id", new_values."seed", new_values."state", new_values."whom" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="46eb26e8bdc4237f635cf6b1754fd5d0194bbab8",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_44b94",
                        referencing="REFERENCING NEW TABLE AS new_values ",
                        table="counseling_programme",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="programme",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_programmeevent" ("about", "asks_until", "begins", "capacity", "drawn_at", "ends", "format", "giving", "id", "made_at", "made_by_id", "name", "owner_id", "partner", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "provider", "school_id", "seed", "state", "whom") SELECT new_values."about", new_values."asks_until", new_values."begins", new_values."capacity", new_values."drawn_at", new_values."ends", new_values."format", new_values."giving", new_values."id", new_values."made_at", new_values."made_by_id", new_values."name", new_values."owner_id", new_values."partner", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."place", new_values."provider", new_values."school_id", new_values."seed", new_values."state", new_values."whom" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="19b63b4dfbf6f64e29e59b0df54fc3877afa852c",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_fab9c",
                        referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                        table="counseling_programme",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="evaluation",
                constraint=models.UniqueConstraint(
                    fields=("programme", "student", "side"), name="a_programme_is_judged_once_a_side"
                ),
            ),
            migrations.AddConstraint(
                model_name="evaluation",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("again__gte", 1),
                        ("again__lte", 4),
                        ("glad__gte", 1),
                        ("glad__lte", 4),
                        ("learned__gte", 1),
                        ("learned__lte", 4),
                    ),
                    name="an_answer_is_one_to_four",
                ),
            ),
            migrations.AddConstraint(
                model_name="dayoff",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("until__gte", models.F("on")),
                        (
                            "until__lte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("on"), "+", models.Value(datetime.timedelta(days=366))
                            ),
                        ),
                    ),
                    name="days_off_end_after_they_begin",
                ),
            ),
            migrations.AddConstraint(
                model_name="dayoff",
                constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                    condition=models.Q(("programme", None)),
                    expressions=[
                        ("school", "="),
                        (
                            homeschool.people.models.school.DateRange(
                                "on",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("until"), "+", models.Value(1)
                                ),
                            ),
                            "&&",
                        ),
                    ],
                    name="a_holiday_stands_once",
                ),
            ),
            migrations.AddConstraint(
                model_name="resource",
                constraint=models.UniqueConstraint(
                    fields=("school", "kind", "name"), name="a_resource_stands_once"
                ),
            ),
            migrations.AddIndex(
                model_name="seat",
                index=models.Index(fields=["student", "-asked_at"], name="seats_of_a_child"),
            ),
            migrations.AddIndex(
                model_name="seat",
                index=models.Index(
                    condition=models.Q(("state", "offered")),
                    fields=["offered_until"],
                    name="seats_offered",
                ),
            ),
            migrations.AddIndex(
                model_name="seat",
                index=models.Index(
                    condition=models.Q(("state", "waiting")),
                    fields=["programme", "need", "line", "asked_at"],
                    name="seats_waited_for",
                ),
            ),
            migrations.AddConstraint(
                model_name="seat",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("state__in", ["asked", "waiting", "offered", "taken"])),
                    fields=("programme", "student"),
                    name="a_child_has_one_seat_in_a_programme",
                ),
            ),
            migrations.AddConstraint(
                model_name="seat",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "offered"), _negated=True),
                        ("offered_until__gt", models.F("offered_at")),
                        _connector="OR",
                    ),
                    name="an_offer_ends_after_it_was_made",
                ),
            ),
            migrations.AddConstraint(
                model_name="seat",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("ended_at", None), ("state__in", ["asked", "waiting", "offered", "taken"])
                        ),
                        models.Q(
                            models.Q(
                                ("state__in", ["asked", "waiting", "offered", "taken"]), _negated=True
                            ),
                            ("ended_at__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="a_seat_that_ended_says_when",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="seat",
                trigger=pgtrigger.compiler.Trigger(
                    name="no_more_seats_than_places",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (NEW.\"state\" IN ('offered', 'taken'))",
                        declare="DECLARE places int; given int;",
                        func="\n                    SELECT capacity INTO places FROM counseling_programme\n                        WHERE id = NEW.programme_id FOR UPDATE;\n                    SELECT count(*) INTO given FROM counseling_seat\n                        WHERE programme_id = NEW.programme_id AND state IN ('offered', 'taken');\n                    IF given > places THEN\n                        RAISE EXCEPTION 'more seats than places in %', NEW.programme_id\n                            USING ERRCODE = 'check_violation',\n                                CONSTRAINT = 'no_more_seats_than_places';\n                    END IF;\n                    RETURN NULL;\n                ",
                        hash="a09c82b4884e4b6c53a53136bffec77fcb047047",
                        operation='INSERT OR UPDATE OF "state", "programme_id"',
                        pgid="pgtrigger_no_more_seats_than_places_deb04",
                        table="counseling_seat",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="seat",
                trigger=pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_seatevent" ("asked_at", "asked_by_id", "choice", "ended_at", "ended_by_id", "id", "leaving_words", "line", "need", "offered_at", "offered_until", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "state", "student_id", "taken_at", "why") SELECT new_values."asked_at", new_values."asked_by_id", new_values."choice", new_values."ended_at", new_values."ended_by_id", new_values."id", new_values."leaving_words", new_values."line", new_values."need", new_values."offered_at", new_values."offered_until", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."programme_id", new_values."state", new_values."student_id", new_values."taken_at", new_values."why" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="ca0f0d22565d1b07bdc8844d226408bc5257fe65",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_6bbca",
                        referencing="REFERENCING NEW TABLE AS new_values ",
                        table="counseling_seat",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="seat",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_seatevent" ("asked_at", "asked_by_id", "choice", "ended_at", "ended_by_id", "id", "leaving_words", "line", "need", "offered_at", "offered_until", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "state", "student_id", "taken_at", "why") SELECT new_values."asked_at", new_values."asked_by_id", new_values."choice", new_values."ended_at", new_values."ended_by_id", new_values."id", new_values."leaving_words", new_values."line", new_values."need", new_values."offered_at", new_values."offered_until", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."programme_id", new_values."state", new_values."student_id", new_values."taken_at", new_values."why" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="08293ca17f8b9b252887c1a3d9accb09e8d5eae9",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_05339",
                        referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                        table="counseling_seat",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddIndex(
                model_name="session",
                index=models.Index(fields=["programme", "begins"], name="sessions_of_a_programme"),
            ),
            migrations.AddConstraint(
                model_name="session",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("ends__gt", models.F("begins")),
                        (
                            "ends__lte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("begins"), "+", models.Value(datetime.timedelta(seconds=43200))
                            ),
                        ),
                    ),
                    name="a_session_ends_after_it_begins",
                ),
            ),
            migrations.AddConstraint(
                model_name="session",
                constraint=models.UniqueConstraint(
                    fields=("programme", "planned_for"), name="a_session_is_planned_once"
                ),
            ),
            migrations.AddConstraint(
                model_name="session",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("held_at__isnull", False), ("state", "held")),
                        models.Q(models.Q(("state", "held"), _negated=True), ("held_at", None)),
                        _connector="OR",
                    ),
                    name="a_held_session_says_when",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="session",
                trigger=pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_sessionevent" ("actual_begins", "actual_ends", "begins", "called_off_because", "ends", "held_at", "id", "material", "minutes", "on", "pages", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "planned_for", "programme_id", "state", "topic") SELECT new_values."actual_begins", new_values."actual_ends", new_values."begins", new_values."called_off_because", new_values."ends", new_values."held_at", new_values."id", new_values."material", new_values."minutes", new_values."on", new_values."pages", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."place", new_values."planned_for", new_values."programme_id", new_values."state", new_values."topic" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="c7754125437b15c10ec73ae16bc251b6140d1921",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_52aee",
                        referencing="REFERENCING NEW TABLE AS new_values ",
                        table="counseling_session",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="session",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_sessionevent" ("actual_begins", "actual_ends", "begins", "called_off_because", "ends", "held_at", "id", "material", "minutes", "on", "pages", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "planned_for", "programme_id", "state", "topic") SELECT new_values."actual_begins", new_values."actual_ends", new_values."begins", new_values."called_off_because", new_values."ends", new_values."held_at", new_values."id", new_values."material", new_values."minutes", new_values."on", new_values."pages", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."place", new_values."planned_for", new_values."programme_id", new_values."state", new_values."topic" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="a0545ad4e1456129b41c8ff178fc62ef9e18ca5c",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_5bc79",
                        referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                        table="counseling_session",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="reserved",
                constraint=models.UniqueConstraint(
                    fields=("session", "resource"), name="a_session_books_a_thing_once"
                ),
            ),
            migrations.AddConstraint(
                model_name="reserved",
                constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                    condition=models.Q(("live", True)),
                    expressions=[("resource", "="), ("span", "&&")],
                    name="a_thing_is_booked_once",
                ),
            ),
            migrations.AddIndex(
                model_name="attendance",
                index=models.Index(fields=["student", "session"], name="attendance_of_a_child"),
            ),
            migrations.AddConstraint(
                model_name="attendance",
                constraint=models.UniqueConstraint(
                    fields=("session", "student"), name="a_child_is_marked_once_in_a_session"
                ),
            ),
            migrations.AddConstraint(
                model_name="attendance",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("mark__in", ["present", "late"]), ("minutes__lte", 720)),
                        models.Q(
                            ("engagement", None), ("mark__in", ["excused", "absent"]), ("minutes", 0)
                        ),
                        _connector="OR",
                    ),
                    name="who_was_not_there_has_no_minutes",
                ),
            ),
            migrations.AddConstraint(
                model_name="attendance",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("engagement", None),
                        models.Q(("engagement__gte", 1), ("engagement__lte", 3)),
                        _connector="OR",
                    ),
                    name="engagement_is_one_to_three",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="attendance",
                trigger=pgtrigger.compiler.Trigger(
                    name="attendance_is_kept",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="c350f9a5ed05f2937210d0bcde9fa79bf661f2a6",
                        operation="DELETE",
                        pgid="pgtrigger_attendance_is_kept_99359",
                        table="counseling_attendance",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="attendance",
                trigger=pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_attendanceevent" ("at", "by_id", "engagement", "id", "mark", "minutes", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pick_up_because", "picked_up_at", "picked_up_by", "session_id", "student_id") SELECT new_values."at", new_values."by_id", new_values."engagement", new_values."id", new_values."mark", new_values."minutes", new_values."note", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."pick_up_because", new_values."picked_up_at", new_values."picked_up_by", new_values."session_id", new_values."student_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="78238ec669f416a120d75184be128c89815e1620",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_5ad40",
                        referencing="REFERENCING NEW TABLE AS new_values ",
                        table="counseling_attendance",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="attendance",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_attendanceevent" ("at", "by_id", "engagement", "id", "mark", "minutes", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pick_up_because", "picked_up_at", "picked_up_by", "session_id", "student_id") SELECT new_values."at", new_values."by_id", new_values."engagement", new_values."id", new_values."mark", new_values."minutes", new_values."note", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."pick_up_because", new_values."picked_up_at", new_values."picked_up_by", new_values."session_id", new_values."student_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="a79f3b85aa2b6ff9f92b19a3739aaee98ad9739d",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_5d1b2",
                        referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                        table="counseling_attendance",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddIndex(
                model_name="volunteer",
                index=models.Index(fields=["school", "state", "full_name"], name="volunteers_school"),
            ),
            migrations.AddConstraint(
                model_name="volunteer",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("state__in", ["refused", "ended"]), _negated=True),
                    fields=("school", "user"),
                    name="a_person_volunteers_once_at_a_school",
                ),
            ),
            migrations.AddConstraint(
                model_name="volunteer",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("email", ""), _negated=True),
                        models.Q(("phone", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="a_volunteer_can_be_reached",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="volunteer",
                trigger=pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_volunteerevent" ("applied_at", "born_on", "decided_at", "decided_by_id", "deciding_words", "email", "full_name", "good_at", "id", "languages", "organisation", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "school_id", "state", "user_id") SELECT new_values."applied_at", new_values."born_on", new_values."decided_at", new_values."decided_by_id", new_values."deciding_words", new_values."email", new_values."full_name", new_values."good_at", new_values."id", new_values."languages", new_values."organisation", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."phone", new_values."school_id", new_values."state", new_values."user_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="dc4b9c08c6ee03a28aaf92f7d66742c2732f055b",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_9a310",
                        referencing="REFERENCING NEW TABLE AS new_values ",
                        table="counseling_volunteer",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="volunteer",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_volunteerevent" ("applied_at", "born_on", "decided_at", "decided_by_id", "deciding_words", "email", "full_name", "good_at", "id", "languages", "organisation", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "school_id", "state", "user_id") SELECT new_values."applied_at", new_values."born_on", new_values."decided_at", new_values."decided_by_id", new_values."deciding_words", new_values."email", new_values."full_name", new_values."good_at", new_values."id", new_values."languages", new_values."organisation", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."phone", new_values."school_id", new_values."state", new_values."user_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="cff24735df23a658323eb9795bfeda3e2664c139",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_a7466",
                        referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                        table="counseling_volunteer",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="leading",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("user__isnull", False), ("volunteer__isnull", False), _connector="OR"
                    ),
                    name="somebody_leads",
                ),
            ),
            migrations.AddConstraint(
                model_name="leading",
                constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                    condition=models.Q(("live", True), ("user__isnull", False)),
                    expressions=[("user", "="), ("span", "&&")],
                    name="a_leader_is_at_one_place",
                ),
            ),
            migrations.AddConstraint(
                model_name="leading",
                constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                    condition=models.Q(("live", True), ("volunteer__isnull", False)),
                    expressions=[("volunteer", "="), ("span", "&&")],
                    name="a_volunteer_is_at_one_place",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="leading",
                trigger=pgtrigger.compiler.Trigger(
                    name="a_volunteer_is_cleared",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (NEW."live" AND NEW."volunteer_id" IS NOT NULL)',
                        func="\n                    PERFORM 1 FROM counseling_volunteer v\n                        JOIN counseling_clearance c ON c.volunteer_id = v.id\n                        WHERE v.id = NEW.volunteer_id AND v.state = 'accepted'\n                            AND c.withdrawn_at IS NULL\n                            AND NEW.on BETWEEN c.issued_on AND c.expires_on\n                        FOR KEY SHARE OF v;\n                    IF NOT FOUND THEN\n                        RAISE EXCEPTION 'volunteer % is not cleared on %', NEW.volunteer_id, NEW.on\n                            USING ERRCODE = 'check_violation',\n                                CONSTRAINT = 'a_volunteer_is_cleared';\n                    END IF;\n                    RETURN NEW;\n                ",
                        hash="c0b9801cefefb050ee7158e291a1049b48f33a70",
                        operation='INSERT OR UPDATE OF "on", "volunteer_id", "live"',
                        pgid="pgtrigger_a_volunteer_is_cleared_89f53",
                        table="counseling_leading",
                        when="BEFORE",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="clearance",
                constraint=models.CheckConstraint(
                    condition=models.Q(("expires_on__gt", models.F("issued_on"))),
                    name="a_clearance_ends_after_it_begins",
                ),
            ),
            migrations.AddConstraint(
                model_name="clearance",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        (
                            "expires_on__lte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("issued_on"), "+", models.Value(datetime.timedelta(days=1830))
                            ),
                        )
                    ),
                    name="a_clearance_ends_within_five_years",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="clearance",
                trigger=pgtrigger.compiler.Trigger(
                    name="a_clearance_is_kept",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="510b8bd0142dd013b9c5e189fe69dc5958664583",
                        operation="DELETE",
                        pgid="pgtrigger_a_clearance_is_kept_31eac",
                        table="counseling_clearance",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="clearance",
                trigger=pgtrigger.compiler.Trigger(
                    name="a_clearance_says_what_it_said",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."checked_at" IS DISTINCT FROM (NEW."checked_at") OR OLD."checked_by_id" IS DISTINCT FROM (NEW."checked_by_id") OR OLD."expires_on" IS DISTINCT FROM (NEW."expires_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."issued_on" IS DISTINCT FROM (NEW."issued_on") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."volunteer_id" IS DISTINCT FROM (NEW."volunteer_id"))',
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="143477935d43edced290876bb8b91454d86b2d2a",
                        operation="UPDATE",
                        pgid="pgtrigger_a_clearance_says_what_it_said_2429b",
                        table="counseling_clearance",
                        when="BEFORE",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="availability",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("ends__gt", models.F("starts")), ("weekday__gte", 1), ("weekday__lte", 7)
                    ),
                    name="an_availability_ends_after_it_begins",
                ),
            ),
            migrations.AddConstraint(
                model_name="weekly",
                constraint=models.UniqueConstraint(
                    fields=("programme", "weekday", "starts"), name="a_time_of_the_week_stands_once"
                ),
            ),
            migrations.AddConstraint(
                model_name="weekly",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("minutes__gte", 5),
                        ("minutes__lte", 600),
                        ("weekday__gte", 1),
                        ("weekday__lte", 7),
                    ),
                    name="a_weekly_time_lies_within_a_week",
                ),
            ),
        ]),
    ]
