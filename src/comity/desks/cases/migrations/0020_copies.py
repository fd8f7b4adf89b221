from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Copies for information; of what is there already, nothing was one."""

    dependencies = [("cases", "0019_whether_fingerprints_fit")]

    operations = [
        migrations.AddField("casemessage", "copied", models.BooleanField(default=False)),
        migrations.AddField("addressee", "copied", models.BooleanField(default=False)),
        migrations.AddIndex(
            "casemessage",
            models.Index(fields=["authority", "id"], condition=Q(copied=True), name="messages_that_are_copies"),
        ),
    ]
