"""That those above were told of a message on which nobody acted."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0007_words_notes_and_links"),
    ]

    operations = [
        migrations.CreateModel(
            name="Escalation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "told",
                    models.CharField(
                        choices=[("supervisors", "supervisors"), ("everybody", "everybody"), ("late", "late")],
                        max_length=20,
                    ),
                ),
                ("begun_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="escalations",
                        to="cases.casemessage",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["message", "told", "begun_at"], name="a_message_is_escalated_once_a_time"
                    ),
                    models.CheckConstraint(
                        condition=Q(at__gte=F("begun_at")), name="nothing_is_escalated_before_it_began"
                    ),
                ]
            },
        ),
    ]
