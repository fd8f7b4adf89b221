"""Judge evidence and whole logs offline, without trusting the node they came from.

No database, no network, no clock: files and times are arguments. A judgement is a value, claim by claim, each with
whom it rests on.
"""

from comity.verify.assembling import Assembler as Assembler
from comity.verify.assembling import Cosigned as Cosigned
from comity.verify.assembling import Logged as Logged
from comity.verify.assembling import Material as Material
from comity.verify.assembling import Receipted as Receipted
from comity.verify.assembling import assemble as assemble
from comity.verify.assembling import root_fingerprint as root_fingerprint
from comity.verify.claims import Claim as Claim
from comity.verify.claims import Report as Report
from comity.verify.claims import Verdict as Verdict
from comity.verify.contradicting import judge_contradiction as judge_contradiction
from comity.verify.contradicting import verify_contradiction as verify_contradiction
from comity.verify.contradiction import Contradicted as Contradicted
from comity.verify.contradiction import Contradiction as Contradiction
from comity.verify.contradiction import Placed as Placed
from comity.verify.contradiction import Prefix as Prefix
from comity.verify.contradiction import Statement as Statement
from comity.verify.contradiction import is_contradiction as is_contradiction
from comity.verify.errors import ArchiveError as ArchiveError
from comity.verify.errors import EvidenceError as EvidenceError
from comity.verify.errors import ExportError as ExportError
from comity.verify.errors import VerifyError as VerifyError
from comity.verify.evidence import Evidence as Evidence
from comity.verify.evidence import ItemProof as ItemProof
from comity.verify.evidence import Items as Items
from comity.verify.evidence import LeafProof as LeafProof
from comity.verify.evidence import Part as Part
from comity.verify.evidence import Receipt as Receipt
from comity.verify.evidence import State as State
from comity.verify.evidence import Witness as Witness
from comity.verify.exported import ExportedLog as ExportedLog
from comity.verify.exported import write_export as write_export
from comity.verify.judging import Trust as Trust
from comity.verify.judging import judge as judge
from comity.verify.judging import verify_evidence as verify_evidence
from comity.verify.later import Later as Later
from comity.verify.later import read_later as read_later
from comity.verify.log import Fault as Fault
from comity.verify.log import KeysAt as KeysAt
from comity.verify.log import LogReport as LogReport
from comity.verify.log import LogSource as LogSource
from comity.verify.log import MemoryLog as MemoryLog
from comity.verify.log import Opening as Opening
from comity.verify.log import Stored as Stored
from comity.verify.log import verify_log as verify_log
from comity.verify.proving import KeyView as KeyView
from comity.verify.proving import RevokedLog as RevokedLog
from comity.verify.proving import Views as Views
from comity.verify.versions import Versions as Versions
from comity.verify.versions import keys_at as keys_at
