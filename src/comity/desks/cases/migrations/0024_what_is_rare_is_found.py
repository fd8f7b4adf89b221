"""Lists narrowed to days, a crime area or an urgency are read by an index of that alone."""

from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    dependencies = [("cases", "0023_forwarded_to_a_unit")]

    operations = [
        migrations.AddIndex(
            "casemessage",
            models.Index(
                fields=["authority", "crime_area", "id", "incoming", "kind", "urgency", "state", "originator"],
                name="messages_by_area",
            ),
        ),
        migrations.AddIndex(
            "casemessage",
            models.Index(
                fields=["authority", "urgency", "state", "id"],
                condition=~Q(urgency="normal"),
                name="messages_by_urgency",
            ),
        ),
        migrations.AddIndex(
            "casemessage",
            models.Index(F("authority"), Coalesce("arrived_at", "sent_at"), F("id"), name="messages_by_time"),
        ),
    ]
