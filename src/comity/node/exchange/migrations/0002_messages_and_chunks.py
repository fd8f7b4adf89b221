"""Find notes by their message, and remember why a chunk could not be fetched."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def settle_receipts(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """What was given in an answer is told; only "read" receipts were ever sent by themselves before."""
    apps.get_model("exchange", "Receipt").objects.filter(ours=True, told=False).exclude(kind="read").update(told=True)


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial")]

    operations = [
        migrations.AddIndex("note", models.Index(fields=["msg"], name="notes_by_message")),
        migrations.AddField("chunk", "code", models.CharField(blank=True, max_length=100)),
        migrations.AddField("chunk", "failures", models.PositiveIntegerField(default=0)),
        migrations.AddField("chunk", "retry_at", models.DateTimeField(null=True)),
        migrations.RunPython(settle_receipts, migrations.RunPython.noop),
    ]
