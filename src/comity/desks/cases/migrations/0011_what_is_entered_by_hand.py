"""What came, or was answered, outside the exchange, and was entered here."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

PROTECT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0010_counted"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("casemessage", "channel", models.CharField(blank=True, default="", max_length=20), False),
        migrations.CreateModel(
            name="Entered",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("spoken_to", models.CharField(blank=True, max_length=200)),
                ("happened_at", models.DateTimeField()),
                ("entered_at", models.DateTimeField()),
                (
                    "message",
                    models.OneToOneField(on_delete=PROTECT, related_name="entered", to="cases.casemessage"),
                ),
                (
                    "entered_by",
                    models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "taken_by",
                    models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(entered_at__gte=F("happened_at")), name="nothing_is_entered_before_it_happened"
                    ),
                ]
            },
        ),
    ]
