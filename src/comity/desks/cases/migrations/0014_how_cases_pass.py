"""Who came to hold a case when, and by whom."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

PROTECT = django.db.models.deletion.PROTECT
HOW = [
    ("taken", "taken"),
    ("assigned", "assigned"),
    ("handed-over", "handed-over"),
    ("given-back", "given-back"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0013_indexes_of_a_busy_year"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Passed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("how", models.CharField(choices=HOW, max_length=20)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("case", models.ForeignKey(on_delete=PROTECT, related_name="passed", to="cases.case")),
                (
                    "to",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(how="given-back", to__isnull=True) | (~Q(how="given-back") & Q(to__isnull=False)),
                        name="only_what_is_given_back_goes_to_nobody",
                    ),
                ]
            },
        ),
    ]
