"""An index over the words of messages; notes that stay here, links between cases, saved filters, hand-overs."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F, Q

from comity.node import wordindex

PROTECT = django.db.models.deletion.PROTECT


def create(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    for table in ("cases_words", "cases_note_words"):
        wordindex.create(editor.connection, table)


def remove(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    for table in ("cases_words", "cases_note_words"):
        wordindex.remove(editor.connection, table)


def key() -> "models.BigAutoField[int, int]":
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_who_holds_a_case"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(create, remove),
        migrations.AddField("case", "operation", models.CharField(max_length=80, blank=True, default=""), False),
        migrations.AddField("case", "closing", models.CharField(max_length=500, blank=True, default=""), False),
        migrations.AddField(
            "case",
            "closed_by",
            models.ForeignKey(settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=PROTECT, related_name="+"),
        ),
        migrations.CreateModel(
            "DroppedWords",
            [
                ("index", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            "CaseNote",
            [
                ("id", key()),
                ("text", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("struck_at", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=PROTECT, related_name="+"),
                ),
                (
                    "case",
                    models.ForeignKey("cases.case", PROTECT, related_name="notes"),
                ),
            ],
        ),
        migrations.CreateModel(
            "CaseLink",
            [
                ("id", key()),
                ("why", models.CharField(max_length=500)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=PROTECT, related_name="+"),
                ),
                ("first", models.ForeignKey("cases.case", PROTECT, related_name="+")),
                ("second", models.ForeignKey("cases.case", PROTECT, related_name="+")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["first", "second"], name="two_cases_are_linked_once"),
                    models.CheckConstraint(condition=Q(first__lt=F("second")), name="a_link_is_written_one_way"),
                ]
            },
        ),
        migrations.CreateModel(
            "SavedFilter",
            [
                ("id", key()),
                ("name", models.CharField(max_length=60)),
                ("query", models.CharField(max_length=500)),
                ("at", models.DateTimeField()),
                ("officer", models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=PROTECT, related_name="+")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["officer", "name"], name="an_officer_names_a_filter_once")
                ]
            },
        ),
        migrations.CreateModel(
            "Handover",
            [
                ("id", key()),
                ("authority", models.CharField(max_length=40)),
                ("text", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=PROTECT, related_name="+"),
                ),
                ("to", models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=PROTECT, related_name="+")),
                ("cases", models.ManyToManyField("cases.case", related_name="+")),
            ],
        ),
    ]
