"""What an officer sends can be called back for some seconds, in which there is no note of it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0015_patterns"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="storeddraft",
            name="leaves_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="storeddraft",
            name="released_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="storeddraft",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "draft"),
                    ("waiting", "waiting"),
                    ("returned", "returned"),
                    ("leaving", "leaving"),
                    ("sent", "sent"),
                    ("discarded", "discarded"),
                ],
                default="draft",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="storeddraft",
            index=models.Index(fields=["leaves_at"], name="drafts_that_leave"),
        ),
        migrations.AddConstraint(
            model_name="storeddraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("leaves_at__isnull", False), ("released_by__isnull", False), ("state", "leaving")),
                    models.Q(models.Q(("state", "leaving"), _negated=True), ("leaves_at__isnull", True)),
                    _connector="OR",
                ),
                name="what_leaves_says_when_and_by_whom",
            ),
        ),
    ]
