from django.db import migrations, models


class Migration(migrations.Migration):
    """Whether the fingerprint that came with a request is that of what it says."""

    dependencies = [("cases", "0018_marks_of_requests")]

    operations = [migrations.AddField("casemessage", "tags_fit", models.BooleanField(null=True))]
