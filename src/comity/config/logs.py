"""Log lines without personal data."""

import logging
import re
from datetime import UTC, datetime

_QUERY = re.compile(r"\?[^\s'\"]*")


class Impersonal(logging.Filter):
    """Cuts query strings and drops the traceback's arguments; forms and names are never logged by us at all."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the record, without what follows a question mark in an address."""
        message = record.getMessage()
        if "?" in message:
            record.msg, record.args = _QUERY.sub("?…", message), ()
        return True


class UtcLine(logging.Formatter):
    """One line: time in UTC, level, logger, message; of an exception its kind and place, not its text."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        line = f"{at} {record.levelname.lower()} {record.name}: {record.getMessage()}"
        if record.exc_info and record.exc_info[0]:
            line += " " + _place(record)
        return line


def _place(record: logging.LogRecord) -> str:
    kind, _error, trace = record.exc_info or (None, None, None)
    steps = []
    while trace is not None:
        code = trace.tb_frame.f_code
        steps.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return f"[{kind.__name__ if kind else ''} at {' > '.join(steps[-6:])}]"
