import uuid

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from homeschool.migrating import Together
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0003_needs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name="Suggestion",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("place", models.PositiveSmallIntegerField(default=0, editable=False)),
                    ("text", models.TextField(max_length=1000)),
                    ("said_by", models.CharField(blank=True, max_length=255)),
                    ("kept_out", models.BooleanField(default=False)),
                    ("asked_at", models.DateTimeField()),
                    ("due_on", models.DateField()),
                    ("answer", models.TextField(blank=True, max_length=4000, verbose_name="answer")),
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
                        "school",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="suggestions",
                            to="people.school",
                        ),
                    ),
                    (
                        "visit",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="suggestions",
                            to="visits.visit",
                        ),
                    ),
                ],
                options={
                    "ordering": ["due_on", "place", "id"],
                },
            ),
            migrations.CreateModel(
                name="FurtherAnswer",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("text", models.TextField(max_length=4000)),
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
                        "suggestion",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="further",
                            to="visits.suggestion",
                        ),
                    ),
                ],
                options={
                    "ordering": ["at", "id"],
                },
            ),
            migrations.CreateModel(
                name="Gift",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("place", models.PositiveSmallIntegerField(default=0, editable=False)),
                    ("item", models.CharField(max_length=200, verbose_name="what was given")),
                    (
                        "value",
                        models.DecimalField(
                            blank=True,
                            decimal_places=2,
                            max_digits=9,
                            null=True,
                            validators=[django.core.validators.MinValueValidator(0)],
                            verbose_name="what it is worth",
                        ),
                    ),
                    (
                        "from_whom",
                        models.CharField(blank=True, max_length=255, verbose_name="from whom"),
                    ),
                    (
                        "received_by",
                        models.CharField(blank=True, max_length=255, verbose_name="who took it"),
                    ),
                    ("given_at", models.DateTimeField()),
                    (
                        "school",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="gifts",
                            to="people.school",
                        ),
                    ),
                    (
                        "visit",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="gifts",
                            to="visits.visit",
                        ),
                    ),
                ],
                options={
                    "ordering": ["given_at", "place", "id"],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("item__regex", "\\S")),
                            name="a_gift_says_what_was_given",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("value", None), ("value__gte", 0), _connector="OR"),
                            name="a_gift_is_worth_nothing_or_more",
                        ),
                    ],
                },
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="gift",
                trigger=pgtrigger.compiler.Trigger(
                    name="a_gift_of_a_held_visit_stays",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n            IF EXISTS (\n                SELECT 1 FROM visits_visit\n                WHERE id IN (NEW.visit_id, OLD.visit_id) AND status = 'held'\n            ) THEN\n                RAISE EXCEPTION 'a held visit is never changed: write an addendum';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ",
                        hash="6c3fad20055cb07851ace59a6eaceba86f6d76a3",
                        operation="INSERT OR UPDATE OR DELETE",
                        pgid="pgtrigger_a_gift_of_a_held_visit_stays_3c71e",
                        table="visits_gift",
                        when="BEFORE",
                    ),
                ),
            ),
            migrations.AddIndex(
                model_name="suggestion",
                index=models.Index(
                    condition=models.Q(("answered_at", None)),
                    fields=["school", "due_on"],
                    name="suggestions_that_wait",
                ),
            ),
            migrations.AddConstraint(
                model_name="suggestion",
                constraint=models.CheckConstraint(
                    condition=models.Q(("text__regex", "\\S")), name="a_suggestion_says_something"
                ),
            ),
            migrations.AddConstraint(
                model_name="suggestion",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("answer", ""), ("answered_at", None), ("answered_by", None)),
                        models.Q(
                            ("answer__regex", "\\S"),
                            ("answered_at__isnull", False),
                            ("answered_by__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="an_answer_says_what_and_by_whom",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="suggestion",
                trigger=pgtrigger.compiler.Trigger(
                    name="a_suggestion_comes_with_its_visit",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="\n            IF EXISTS (\n                SELECT 1 FROM visits_visit\n                WHERE id IN (NEW.visit_id, OLD.visit_id) AND status = 'held'\n            ) THEN\n                RAISE EXCEPTION 'a held visit is never changed: write an addendum';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ",
                        hash="b71879514a62f6bbf706aed73ccfee9befcc2e68",
                        operation="INSERT OR DELETE",
                        pgid="pgtrigger_a_suggestion_comes_with_its_visit_96ee7",
                        table="visits_suggestion",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="suggestion",
                trigger=pgtrigger.compiler.Trigger(
                    name="what_was_suggested_stays",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on") OR OLD."kept_out" IS DISTINCT FROM (NEW."kept_out") OR OLD."place" IS DISTINCT FROM (NEW."place") OR OLD."said_by" IS DISTINCT FROM (NEW."said_by") OR OLD."school_id" IS DISTINCT FROM (NEW."school_id") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."visit_id" IS DISTINCT FROM (NEW."visit_id"))',
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="63b162d1f1c3ccbe67e302605908e63cce270d93",
                        operation="UPDATE",
                        pgid="pgtrigger_what_was_suggested_stays_16d75",
                        table="visits_suggestion",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="suggestion",
                trigger=pgtrigger.compiler.Trigger(
                    name="an_answer_stands",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."answered_at" IS NOT NULL)',
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="143024d8b073cfbd2d89843eb19883b1d45e7583",
                        operation="UPDATE",
                        pgid="pgtrigger_an_answer_stands_11fc7",
                        table="visits_suggestion",
                        when="BEFORE",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="furtheranswer",
                constraint=models.CheckConstraint(
                    condition=models.Q(("text__regex", "\\S")), name="a_further_answer_says_something"
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="furtheranswer",
                trigger=pgtrigger.compiler.Trigger(
                    name="a_further_answer_stands",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="a27eb75225f860937d5b6c5e2558f6a3bad3205e",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_a_further_answer_stands_957bb",
                        table="visits_furtheranswer",
                        when="BEFORE",
                    ),
                ),
            ),
        ]),
    ]
