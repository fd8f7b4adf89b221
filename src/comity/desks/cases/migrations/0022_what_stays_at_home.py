import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Where picked values came from, and which copies were left out; of what was sent before, neither is known."""

    dependencies = [("cases", "0021_what_lists_are_narrowed_by")]

    operations = [
        migrations.CreateModel(
            "PickedFrom",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(blank=True)),
                ("values", models.JSONField(default=list)),
                (
                    "message",
                    models.OneToOneField(
                        "cases.CaseMessage",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="picked_from",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            "LeftOut",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("authority", models.CharField(max_length=40)),
                ("clause", models.CharField(blank=True, max_length=200)),
                ("ground", models.CharField(max_length=40)),
                (
                    "message",
                    models.ForeignKey(
                        "cases.CaseMessage", on_delete=django.db.models.deletion.CASCADE, related_name="left_out"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["message", "authority"], name="a_copy_is_left_out_once")
                ]
            },
        ),
    ]
