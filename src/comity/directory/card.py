"""A member's card: all that the registrar needs to list a member or to take its new keys, signed by the member.

One file carries a member into the directory, and later each renewal. Who receives a first card, or one with another
identity key, compares the digits by telephone before he lists it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tuf.api.metadata import DelegatedRole, Delegations, Targets

from comity.directory import profile
from comity.directory.documents import Fields, read_json, write_json
from comity.directory.errors import DirectoryError, DocumentError
from comity.directory.logs import pair_from_json, pair_to_json
from comity.directory.member import Member, read_member
from comity.directory.profile import EXPIRY, TARGETS, member_path
from comity.sealing import PublicPair, SigningPair
from comity.vocabulary.authority import AuthorityId

VERSION: Final = 1
MAX_CARD_BYTES: Final = 512 * 1024
GROUPS: Final = 6
DIGITS: Final = 5
"""Thirty digits, 99 bits: nobody finds another key with the same."""


@dataclass(frozen=True, slots=True)
class MemberFiles:
    """What a member signs: its role's file, and the document that the file pins.

    Attributes:
        metadata: TUF targets file.
        document: the member's JSON document.
    """

    metadata: bytes
    document: bytes


@dataclass(frozen=True, slots=True)
class Card:
    """A card that was read and whose signatures hold.

    Attributes:
        member: what it says.
        identity: the key that signed it; whose key that is, only the telephone tells.
        version: of the member's file.
        expires: UTC.
        files: to be published as they are.
    """

    member: Member
    identity: PublicPair
    version: int
    expires: datetime
    files: MemberFiles

    @property
    def authority(self) -> AuthorityId:
        """Whose card it is."""
        return self.member.authority

    @property
    def digits(self) -> str:
        """What to read out on the telephone."""
        return spoken(self.identity.fingerprint)


def spoken(fingerprint: bytes) -> str:
    """Return a fingerprint as six groups of five digits, which can be read out in any language."""
    number = int.from_bytes(fingerprint) % 10 ** (GROUPS * DIGITS)
    digits = f"{number:0{GROUPS * DIGITS}d}"
    return " ".join(digits[start : start + DIGITS] for start in range(0, len(digits), DIGITS))


def sign_member(member: Member, identity: SigningPair, version: int, now: datetime) -> MemberFiles:
    """Sign a member's document with its identity key, for 90 days.

    Args:
        member: what it says of itself.
        identity: its identity key.
        version: one more than the last that was published.
        now: UTC.

    Raises:
        DocumentError: partners would refuse the document.
    """
    document = member.to_bytes()
    read_member(document, member.authority)
    path = member_path(str(member.authority))
    targets = Targets(
        version=version,
        expires=now.replace(microsecond=0) + EXPIRY[TARGETS],
        targets={path: profile.pin_target(path, document)},
    )
    return MemberFiles(profile.signed_by(targets, [identity]), document)


def make_card(member: Member, identity: SigningPair, now: datetime, version: int = 1) -> bytes:
    """Return the card file that a member hands to the registrar; arguments and errors as for `sign_member`."""
    files = sign_member(member, identity, version, now)
    return write_json(
        {
            "v": VERSION,
            "identity": pair_to_json(identity.public),
            "metadata": files.metadata.decode(),
            "document": files.document.decode(),
        }
    )


def read_card(data: bytes) -> Card:
    """Read a card and check that the identity key in it signed what it says.

    Raises:
        DocumentError: it is malformed, or a signature does not hold.
    """
    if len(data) > MAX_CARD_BYTES:
        raise DocumentError(f"a card of {len(data)} bytes is too long")
    fields = Fields(read_json(data, MAX_CARD_BYTES), "a card")
    if fields.number("v") != VERSION:
        raise DocumentError("the card is of a version that this program does not know")
    identity = pair_from_json(fields.raw("identity"))
    metadata = fields.text("metadata", limit=MAX_CARD_BYTES).encode()
    document = fields.text("document", limit=MAX_CARD_BYTES).encode()
    fields.done()
    found = Fields(read_json(document), "a member")
    try:
        authority = AuthorityId.parse(found.text("authority"))
    except ValueError:
        raise DocumentError("the card names no authority") from None
    signed = _check(authority, identity, metadata, document)
    return Card(
        read_member(document, authority), identity, signed.version, signed.expires, MemberFiles(metadata, document)
    )


def _check(authority: AuthorityId, identity: PublicPair, metadata: bytes, document: bytes) -> Targets:
    roles = {str(authority): delegation_to(authority, identity)}
    delegator = Targets(delegations=Delegations(profile.keys_of([identity]), roles))
    path = member_path(str(authority))
    try:
        read = profile.read(Targets, metadata)
        profile.check_signatures(delegator, str(authority), read)
        pinned = read.signed.targets.get(path)
        if pinned is not None:
            profile.check_pinned(pinned, document, path)
    except DirectoryError as error:
        raise DocumentError(f"the card of `{authority}` does not hold: {error}") from None
    if set(read.signed.targets) != {path} or read.signed.delegations is not None:
        raise DocumentError(f"the card of `{authority}` must speak for itself and for nobody else")
    return read.signed


def delegation_to(authority: AuthorityId, identity: PublicPair) -> DelegatedRole:
    """Return the delegation by which a bin lists a member: for its own document, and nothing else."""
    return DelegatedRole(
        name=str(authority),
        keyids=[key.keyid for key in profile.tuf_keys(identity)],
        threshold=2,
        terminating=True,
        paths=[member_path(str(authority))],
    )
