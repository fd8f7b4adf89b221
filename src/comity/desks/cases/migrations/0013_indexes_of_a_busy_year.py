"""What lists and pages of partners look for when there are a million messages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0012_subscriptions")]

    operations = [
        migrations.AddIndex("casemessage", models.Index(fields=["authority", "id"], name="messages_by_authority")),
        migrations.AddIndex("casemessage", models.Index(fields=["originator", "id"], name="messages_by_originator")),
        migrations.AddIndex(
            "casemessage",
            models.Index(fields=["in_reply_to"], name="messages_by_what_they_answer"),
        ),
        migrations.AddIndex("addressee", models.Index(fields=["authority", "message"], name="addressees_by_authority")),
    ]
