"""Judge evidence and whole logs offline, without trusting the node they came from.

No database, no network, no clock: files and times are arguments. A judgement is a value, claim by claim, each with
whom it rests on.
"""

from comity.verify.errors import EvidenceError as EvidenceError
from comity.verify.errors import ExportError as ExportError
from comity.verify.errors import VerifyError as VerifyError
from comity.verify.exported import ExportedLog as ExportedLog
from comity.verify.exported import write_export as write_export
from comity.verify.log import Fault as Fault
from comity.verify.log import KeysAt as KeysAt
from comity.verify.log import LogReport as LogReport
from comity.verify.log import LogSource as LogSource
from comity.verify.log import MemoryLog as MemoryLog
from comity.verify.log import Opening as Opening
from comity.verify.log import Stored as Stored
from comity.verify.log import verify_log as verify_log
