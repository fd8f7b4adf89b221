from django.db import migrations, models


class Migration(migrations.Migration):
    """The keys of pairs for fingerprints; the worker writes them down."""

    dependencies = [("partners", "0002_heads_answered")]

    operations = [
        migrations.CreateModel(
            name="AgreedKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("own", models.CharField(max_length=40)),
                ("partner", models.CharField(max_length=40)),
                ("begins", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("public", models.CharField(max_length=16)),
                ("key", models.BinaryField(max_length=32)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("own", "partner", "begins"), name="a_pair_agrees_on_one_key_a_week")
                ],
            },
        ),
    ]
