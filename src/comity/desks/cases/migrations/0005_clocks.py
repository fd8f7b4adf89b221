"""The clock of a request is stored with it, and with each partner it went to."""

from datetime import timedelta
from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

# Where nothing was stored, the law's own limits (Directive (EU) 2023/977, Art. 5) stand for those of an agreement.
HOURS = {"life-at-risk": 8, "urgent": 8, "normal": 168}


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    message, addressee = apps.get_model("cases", "CaseMessage"), apps.get_model("cases", "Addressee")
    requests = message.objects.filter(kind="request")
    begins = Coalesce("arrived_at", "sent_at")
    for urgency, hours in HOURS.items():
        some = requests.filter(urgency=urgency, deadline=None)
        some.update(limit_at=begins + timedelta(hours=hours), warn_at=begins + timedelta(hours=hours) * 0.75)
    requests.exclude(deadline=None).update(limit_at=F("deadline"), warn_at=F("deadline"))
    requests.update(due_at=F("limit_at"))
    of_message = requests.filter(pk=OuterRef("message_id"))
    addressee.objects.filter(message__kind="request").update(
        **{name: Subquery(of_message.values(name)[:1]) for name in ("limit_at", "due_at", "warn_at")}
    )
    if editor.connection.vendor == "postgresql":  # it makes no index while checks of changed rows wait
        editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def columns(model: str) -> list[Any]:
    times = ("limit_at", "due_at", "warn_at", "still_since")
    return [
        *(migrations.AddField(model, name, models.DateTimeField(null=True)) for name in times),
        migrations.AddField(model, "delay", models.CharField(max_length=30, blank=True, default=""), False),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_what_came_in_is_kept_once"),
    ]

    operations = [
        *columns("casemessage"),
        *columns("addressee"),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            "casemessage",
            models.Index(fields=["authority", "incoming", "kind", "state", "due_at"], name="messages_by_due_time"),
        ),
    ]
