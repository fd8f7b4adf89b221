"""A case is held by the officer who works on it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_clocks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("case", "held_since", models.DateTimeField(null=True)),
        migrations.AddField(
            "case",
            "holder",
            models.ForeignKey(
                settings.AUTH_USER_MODEL, django.db.models.deletion.PROTECT, null=True, related_name="+", db_index=False
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(fields=["holder", "id"], condition=Q(holder__isnull=False), name="cases_by_holder"),
        ),
        migrations.AddIndex("case", models.Index(fields=["authority", "held_since"], name="cases_by_change_of_holder")),
        migrations.AddConstraint(
            "case",
            models.CheckConstraint(
                condition=Q(holder=None) | Q(held_since__isnull=False),
                name="a_case_is_held_since_some_time",
            ),
        ),
    ]
