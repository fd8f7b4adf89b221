"""Prove that a log holds an entry and only ever grew (RFC 9162 trees; C2SP tiles, checkpoints and cosignatures).

Nothing here knows what entries mean, where they are kept, or what time it is. Hashes are 32 bytes of SHA-256; a path or
signature that does not hold raises `ProofError`. Normative text: docs/protocol/ledger.md.
"""

from comity.merkle.checkpoint import Checkpoint as Checkpoint
from comity.merkle.checkpoint import SignedCheckpoint as SignedCheckpoint
from comity.merkle.checkpoint import parse_body as parse_body
from comity.merkle.checkpoint import sign as sign
from comity.merkle.checkpoint import sign_lines as sign_lines
from comity.merkle.checkpoint import verify as verify
from comity.merkle.checkpoint import verify_extends as verify_extends
from comity.merkle.cosignature import Cosignature as Cosignature
from comity.merkle.cosignature import cosign as cosign
from comity.merkle.cosignature import cosign_lines as cosign_lines
from comity.merkle.cosignature import cosigned_message as cosigned_message
from comity.merkle.cosignature import verify_cosignature as verify_cosignature
from comity.merkle.entry import Kind as Kind
from comity.merkle.entry import entry as entry
from comity.merkle.entry import note_h as note_h
from comity.merkle.entry import padding_h as padding_h
from comity.merkle.entry import salted_h as salted_h
from comity.merkle.errors import CheckpointError as CheckpointError
from comity.merkle.errors import ProofError as ProofError
from comity.merkle.errors import SignatureError as SignatureError
from comity.merkle.frontier import Frontier as Frontier
from comity.merkle.hashing import EMPTY_ROOT as EMPTY_ROOT
from comity.merkle.hashing import HASH_SIZE as HASH_SIZE
from comity.merkle.hashing import leaf_hash as leaf_hash
from comity.merkle.hashing import node_hash as node_hash
from comity.merkle.nodes import Nodes as Nodes
from comity.merkle.nodes import range_root as range_root
from comity.merkle.nodes import root_at as root_at
from comity.merkle.paths import consistency_path as consistency_path
from comity.merkle.paths import inclusion_path as inclusion_path
from comity.merkle.paths import verify_consistency as verify_consistency
from comity.merkle.paths import verify_inclusion as verify_inclusion
from comity.merkle.paths import verify_subtree_consistency as verify_subtree_consistency
from comity.merkle.paths import verify_subtree_inclusion as verify_subtree_inclusion
from comity.merkle.runs import Runs as Runs
from comity.merkle.runs import inclusion_from_runs as inclusion_from_runs
from comity.merkle.runs import runs_of as runs_of
from comity.merkle.runs import runs_path as runs_path
from comity.merkle.runs import verify_runs as verify_runs
from comity.merkle.signing import ED25519 as ED25519
from comity.merkle.signing import ED25519_COSIGNATURE as ED25519_COSIGNATURE
from comity.merkle.signing import ML_DSA_65 as ML_DSA_65
from comity.merkle.signing import ML_DSA_65_COSIGNATURE as ML_DSA_65_COSIGNATURE
from comity.merkle.signing import SignatureLine as SignatureLine
from comity.merkle.signing import SignedNote as SignedNote
from comity.merkle.signing import Signer as Signer
from comity.merkle.signing import Verifier as Verifier
from comity.merkle.signing import key_id as key_id
from comity.merkle.signing import parse_signed_note as parse_signed_note
from comity.merkle.tiles import TileNodes as TileNodes
from comity.merkle.tiles import entries_path as entries_path
from comity.merkle.tiles import pack_entries as pack_entries
from comity.merkle.tiles import parse_tile_path as parse_tile_path
from comity.merkle.tiles import split_hashes as split_hashes
from comity.merkle.tiles import tile_path as tile_path
from comity.merkle.tiles import tile_width as tile_width
from comity.merkle.tiles import tiles_between as tiles_between
from comity.merkle.tiles import unpack_entries as unpack_entries
from comity.merkle.tree import Tree as Tree
