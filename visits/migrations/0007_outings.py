"""Who is out for a visit, and whether they are back."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0006_offers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Outing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("out_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_at", models.DateTimeField()),
                ("back_at", models.DateTimeField(blank=True, null=True)),
                ("alerted_at", models.DateTimeField(blank=True, null=True)),
                ("back_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("out_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("visit", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="outing", to="visits.visit")),
            ],
            options={
                "ordering": ["due_at"],
                "indexes": [models.Index(condition=Q(back_at=None), fields=["due_at"], name="outings_not_back")],
                "constraints": [
                    models.CheckConstraint(condition=Q(due_at__gt=F("out_at")), name="an_outing_is_due_after_it_began"),
                    models.CheckConstraint(
                        condition=Q(back_at=None, back_by=None) | Q(back_at__gte=F("out_at"), back_by__isnull=False),
                        name="who_is_back_left_before",
                    ),
                ],
            },
        ),
    ]
