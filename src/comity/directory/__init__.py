"""Members, their keys and the agreements as threshold-signed metadata that every node mirrors (TUF).

Nothing here opens a connection: fetching is a function that is handed in, as are time, keys and the folder
(docs/protocol/directory.md).
"""

from comity.directory.card import Card as Card
from comity.directory.card import MemberFiles as MemberFiles
from comity.directory.card import make_card as make_card
from comity.directory.card import read_card as read_card
from comity.directory.card import sign_member as sign_member
from comity.directory.card import spoken as spoken
from comity.directory.errors import DirectoryError as DirectoryError
from comity.directory.errors import DirectoryForkError as DirectoryForkError
from comity.directory.errors import DocumentError as DocumentError
from comity.directory.errors import ExpiredError as ExpiredError
from comity.directory.errors import MetadataError as MetadataError
from comity.directory.errors import MismatchError as MismatchError
from comity.directory.errors import OversizeError as OversizeError
from comity.directory.errors import RollbackError as RollbackError
from comity.directory.errors import ThresholdError as ThresholdError
from comity.directory.errors import UnreachableError as UnreachableError
from comity.directory.holders import Holders as Holders
from comity.directory.holders import Table as Table
from comity.directory.logs import Closing as Closing
from comity.directory.logs import FormerKeys as FormerKeys
from comity.directory.logs import LogEntry as LogEntry
from comity.directory.logs import new_log as new_log
from comity.directory.logs import with_new_keys as with_new_keys
from comity.directory.member import ContactPoint as ContactPoint
from comity.directory.member import Hours as Hours
from comity.directory.member import KemEntry as KemEntry
from comity.directory.member import Member as Member
from comity.directory.member import read_member as read_member
from comity.directory.mirror import Mirror as Mirror
from comity.directory.mirror import Relation as Relation
from comity.directory.mirror import judge as judge
from comity.directory.refreshing import Fetch as Fetch
from comity.directory.refreshing import Refreshed as Refreshed
from comity.directory.refreshing import limit_of as limit_of
from comity.directory.registrar import Registrar as Registrar
from comity.directory.revocations import Revocation as Revocation
from comity.directory.revocations import Revoked as Revoked
from comity.directory.store import FolderStore as FolderStore
from comity.directory.store import MemoryStore as MemoryStore
from comity.directory.store import Store as Store
from comity.directory.succession import Succession as Succession
from comity.directory.succession import succeed as succeed
from comity.directory.view import Directory as Directory
from comity.directory.view import Entry as Entry
from comity.directory.view import Standing as Standing
from comity.directory.view import Version as Version
from comity.directory.weeks import erase_after as erase_after
from comity.directory.weeks import week_of as week_of
from comity.directory.weeks import weeks_to_publish as weeks_to_publish
