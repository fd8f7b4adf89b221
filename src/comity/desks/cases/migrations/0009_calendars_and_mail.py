"""Addresses from which calendars fetch deadlines, and officers who want to be told by e-mail."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def key() -> "models.BigAutoField[int, int]":
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def officer() -> "models.OneToOneField[models.Model, models.Model]":
    return models.OneToOneField(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
    )


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0008_escalations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Calendar",
            fields=[
                ("id", key()),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("scope", models.CharField(choices=[("mine", "mine"), ("all", "all")], max_length=10)),
                ("made_at", models.DateTimeField()),
                ("fetched_at", models.DateTimeField(null=True)),
                ("officer", officer()),
            ],
        ),
        migrations.CreateModel(
            name="MailWish",
            fields=[
                ("id", key()),
                ("address", models.EmailField(max_length=254)),
                ("counted", models.JSONField(default=dict)),
                ("sent_at", models.DateTimeField(null=True)),
                ("at", models.DateTimeField()),
                ("officer", officer()),
            ],
        ),
    ]
