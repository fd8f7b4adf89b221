import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """By what a request is known again; the worker marks what is there."""

    dependencies = [("cases", "0017_circulars")]

    operations = [
        migrations.CreateModel(
            name="Marking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40)),
                ("until", models.BigIntegerField()),
                ("upto", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="SubjectMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("authority", models.CharField(max_length=40)),
                ("mark", models.BinaryField(max_length=16)),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="marks",
                        to="cases.casemessage",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["authority", "mark", "message"], name="messages_by_mark")],
                "constraints": [
                    models.UniqueConstraint(fields=("message", "mark"), name="a_message_bears_a_mark_once")
                ],
            },
        ),
    ]
