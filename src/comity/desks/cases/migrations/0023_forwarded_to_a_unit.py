from django.db import migrations, models
from django.db.models import Q

ALONE = ["given-back", "forwarded"]


class Migration(migrations.Migration):
    """A case can be forwarded to a unit of the authority; until now none was."""

    dependencies = [("cases", "0022_what_stays_at_home")]

    operations = [
        migrations.RemoveConstraint("passed", "only_what_is_given_back_goes_to_nobody"),
        migrations.AlterField(
            "passed",
            "how",
            models.CharField(
                max_length=20,
                choices=[
                    ("taken", "taken"),
                    ("assigned", "assigned"),
                    ("handed-over", "handed-over"),
                    ("given-back", "given-back"),
                    ("forwarded", "forwarded"),
                ],
            ),
        ),
        migrations.AddField("passed", "unit", models.CharField(blank=True, default="", max_length=120), False),
        migrations.AddField("passed", "why", models.CharField(blank=True, default="", max_length=500), False),
        migrations.AddConstraint(
            "passed",
            models.CheckConstraint(
                condition=Q(how__in=ALONE, to__isnull=True) | (~Q(how__in=ALONE) & Q(to__isnull=False)),
                name="only_what_is_given_back_or_forwarded_goes_to_nobody",
            ),
        ),
    ]
