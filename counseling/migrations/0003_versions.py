import uuid

import django.db.models.deletion
import django.utils.timezone
from homeschool.migrating import Together
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("counseling", "0002_situation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name="Version",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("number", models.PositiveSmallIntegerField()),
                    ("body", models.JSONField()),
                    (
                        "language",
                        models.CharField(max_length=12, verbose_name="language in which it is written"),
                    ),
                    ("news", models.CharField(blank=True, max_length=500, verbose_name="what is new")),
                    ("published_at", models.DateTimeField(default=django.utils.timezone.now)),
                    (
                        "by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "plan",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="versions",
                            to="counseling.plan",
                        ),
                    ),
                ],
                options={
                    "ordering": ["plan", "-number"],
                },
            ),
            migrations.CreateModel(
                name="AtHome",
                fields=[
                    ("heard_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("monday", models.DateField()),
                    (
                        "said",
                        models.CharField(
                            choices=[
                                ("did", "We did it"),
                                ("not_yet", "Not yet"),
                                ("question", "I have a question"),
                            ],
                            max_length=8,
                        ),
                    ),
                    (
                        "words",
                        models.TextField(blank=True, max_length=2000, verbose_name="your question"),
                    ),
                    ("at", models.DateTimeField(default=django.utils.timezone.now)),
                    (
                        "heard_by",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "person",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "version",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="at_home_rows",
                            to="counseling.version",
                        ),
                    ),
                ],
                options={
                    "verbose_name_plural": "at home",
                    "ordering": ["at", "id"],
                },
            ),
            migrations.CreateModel(
                name="Answer",
                fields=[
                    ("heard_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("agrees", models.BooleanField(verbose_name="agrees")),
                    (
                        "words",
                        models.TextField(blank=True, max_length=2000, verbose_name="in your own words"),
                    ),
                    (
                        "proposals",
                        models.TextField(
                            blank=True, max_length=2000, verbose_name="what you would change"
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
                        "heard_by",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
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
                            to="counseling.answer",
                        ),
                    ),
                    (
                        "version",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="answers",
                            to="counseling.version",
                        ),
                    ),
                ],
                options={
                    "ordering": ["at", "id"],
                },
            ),
            migrations.AddConstraint(
                model_name="version",
                constraint=models.UniqueConstraint(
                    fields=("plan", "number"), name="a_version_of_a_plan_is_published_once"
                ),
            ),
            migrations.AddConstraint(
                model_name="version",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("number", 1),
                        models.Q(("news__regex", "\\S"), ("number__gt", 1)),
                        _connector="OR",
                    ),
                    name="a_later_version_says_what_is_new",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="version",
                trigger=pgtrigger.compiler.Trigger(
                    name="a_published_plan_is_never_changed",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="57d87ce851daf6a54e9d1008d5c8e3e60c0a8baf",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_a_published_plan_is_never_changed_cee74",
                        table="counseling_version",
                        when="BEFORE",
                    ),
                ),
            ),
            migrations.AddIndex(
                model_name="athome",
                index=models.Index(
                    condition=models.Q(("heard_at", None), ("said", "question")),
                    fields=["version"],
                    name="questions_not_heard",
                ),
            ),
            migrations.AddConstraint(
                model_name="athome",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("said", "question"), _negated=True),
                    fields=("version", "monday", "person"),
                    name="a_week_at_home_is_ticked_once",
                ),
            ),
            migrations.AddConstraint(
                model_name="athome",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("said", "question"), _negated=True),
                        ("words__regex", "\\S"),
                        _connector="OR",
                    ),
                    name="a_question_asks_something",
                ),
            ),
            migrations.AddConstraint(
                model_name="athome",
                constraint=models.CheckConstraint(
                    condition=models.Q(("monday__iso_week_day", 1)),
                    name="a_week_at_home_begins_on_monday",
                ),
            ),
            migrations.AddConstraint(
                model_name="athome",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("heard_at", None), ("heard_by", None)),
                        models.Q(("heard_at__isnull", False), ("heard_by__isnull", False)),
                        _connector="OR",
                    ),
                    name="a_question_that_was_heard_says_by_whom",
                ),
            ),
            migrations.AddIndex(
                model_name="answer",
                index=models.Index(
                    condition=models.Q(("heard_at", None)), fields=["version"], name="answers_not_heard"
                ),
            ),
            migrations.AddConstraint(
                model_name="answer",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("person__isnull", False), ("supersedes", None)),
                    fields=("version", "person"),
                    name="a_person_has_one_answer_to_a_version",
                ),
            ),
            migrations.AddConstraint(
                model_name="answer",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("person", None), ("supersedes", None)),
                    fields=("version",),
                    name="a_child_has_one_answer_to_a_version",
                ),
            ),
            migrations.AddConstraint(
                model_name="answer",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("heard_at", None), ("heard_by", None)),
                        models.Q(("heard_at__isnull", False), ("heard_by__isnull", False)),
                        _connector="OR",
                    ),
                    name="an_answer_that_was_heard_says_by_whom",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="answer",
                trigger=pgtrigger.compiler.Trigger(
                    name="what_was_answered_stays",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."version_id" IS DISTINCT FROM (NEW."version_id") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."agrees" IS DISTINCT FROM (NEW."agrees") OR OLD."words" IS DISTINCT FROM (NEW."words") OR OLD."proposals" IS DISTINCT FROM (NEW."proposals") OR OLD."by_id" IS DISTINCT FROM (NEW."by_id") OR OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id"))',
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="45905128653ae5e322fdbd28c474b503f191dda2",
                        operation="UPDATE",
                        pgid="pgtrigger_what_was_answered_stays_594ab",
                        table="counseling_answer",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="answer",
                trigger=pgtrigger.compiler.Trigger(
                    name="an_answer_is_kept",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="ec07ab0054ae923942d9197aa59112d9c4172bb6",
                        operation="DELETE",
                        pgid="pgtrigger_an_answer_is_kept_32312",
                        table="counseling_answer",
                        when="BEFORE",
                    ),
                ),
            ),
        ]),
    ]
