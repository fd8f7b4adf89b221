from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Requests that expect only positive answers; what is there already expects all."""

    dependencies = [("cases", "0016_what_leaves_can_be_called_back")]

    operations = [
        migrations.AddField("casemessage", "circular", models.BooleanField(default=False)),
        migrations.AddIndex(
            "casemessage",
            models.Index(
                fields=["authority", "state", "id"],
                condition=Q(circular=True),
                name="messages_that_expect_no_answer",
            ),
        ),
    ]
