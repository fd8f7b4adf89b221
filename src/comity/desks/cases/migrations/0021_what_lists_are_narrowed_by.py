from django.db import migrations, models


class Migration(migrations.Migration):
    """The index by which lists are read holds what they are narrowed by."""

    dependencies = [("cases", "0020_copies")]

    operations = [
        migrations.AddIndex(
            "casemessage",
            models.Index(
                fields=["authority", "id", "incoming", "kind", "urgency", "crime_area", "state", "originator"],
                name="messages_to_narrow",
            ),
        ),
        migrations.RemoveIndex("casemessage", "messages_by_authority"),
    ]
