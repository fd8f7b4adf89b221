"""Up to which message requests have been counted for the yearly statistics."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_calendars_and_mail")]

    operations = [
        migrations.CreateModel(
            "Counted",
            [
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("authority", models.CharField(max_length=40, unique=True)),
                ("upto", models.BigIntegerField(default=0)),
            ],
        ),
    ]
