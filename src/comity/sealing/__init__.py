"""Seal what is said and keep the keys: hybrid, single-shot, bound to one note (docs/protocol/sealing.md).

Random bytes are arguments, except where the library draws its own: HPKE's encapsulation and ML-DSA's hedged signatures
(behind the `Suite` port, with a toy in `comity.sealing.toy`), the keystore's nonces and the TLS key.
"""

from comity.sealing.agreed import agreed_key as agreed_key
from comity.sealing.agreed import tag as tag
from comity.sealing.body import CEK_SIZE as CEK_SIZE
from comity.sealing.body import CHUNK_SIZE as CHUNK_SIZE
from comity.sealing.body import MAX_CHUNKS as MAX_CHUNKS
from comity.sealing.body import SUITE_ID as SUITE_ID
from comity.sealing.body import open_body as open_body
from comity.sealing.body import open_chunk as open_chunk
from comity.sealing.body import seal_body as seal_body
from comity.sealing.body import seal_chunk as seal_chunk
from comity.sealing.errors import KeyFormatError as KeyFormatError
from comity.sealing.errors import KeystoreError as KeystoreError
from comity.sealing.errors import OpenError as OpenError
from comity.sealing.errors import SealingError as SealingError
from comity.sealing.kem import KEM_PUBLIC_SIZE as KEM_PUBLIC_SIZE
from comity.sealing.kem import KemKey as KemKey
from comity.sealing.kem import KemPublic as KemPublic
from comity.sealing.keystore import Keys as Keys
from comity.sealing.keystore import Keystore as Keystore
from comity.sealing.keystore import MemoryKeys as MemoryKeys
from comity.sealing.keystore import OpenKeystore as OpenKeystore
from comity.sealing.logkeys import LogKeys as LogKeys
from comity.sealing.logkeys import LogSigner as LogSigner
from comity.sealing.logkeys import LogVerifier as LogVerifier
from comity.sealing.logkeys import log_verifiers as log_verifiers
from comity.sealing.pairs import IdentityKey as IdentityKey
from comity.sealing.pairs import PublicPair as PublicPair
from comity.sealing.pairs import SigningPair as SigningPair
from comity.sealing.suite import SUITE as SUITE
from comity.sealing.suite import WRAP_SIZE as WRAP_SIZE
from comity.sealing.suite import Suite as Suite
from comity.sealing.tls import TlsKey as TlsKey
from comity.sealing.tls import client_context as client_context
from comity.sealing.tls import make_tls_key as make_tls_key
from comity.sealing.tls import server_context as server_context
from comity.sealing.tls import spki_of as spki_of
