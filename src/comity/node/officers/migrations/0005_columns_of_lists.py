"""Which columns an officer wants in his lists."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("officers", "0004_outside_identities")]

    operations = [
        migrations.AddField(
            model_name="officer",
            name="list_columns",
            field=models.JSONField(blank=True, default=dict, verbose_name="columns of lists"),
        ),
    ]
