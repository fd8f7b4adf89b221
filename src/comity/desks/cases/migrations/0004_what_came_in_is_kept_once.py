"""What came in is read from its sealed body; whether a message was erased gets a column of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_files_of_drafts"),
    ]

    operations = [
        # The column keeps its name: only Python calls it otherwise.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("casemessage", "content", "kept"),
                migrations.AlterField("casemessage", "kept", models.JSONField(null=True, db_column="content")),
            ]
        ),
        migrations.AddField("casemessage", "erased", models.BooleanField(default=False)),
        # Until now an empty content said so.
        migrations.RunSQL("UPDATE cases_casemessage SET erased = TRUE WHERE content IS NULL", migrations.RunSQL.noop),
    ]
