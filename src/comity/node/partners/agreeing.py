"""The key of a pair for fingerprints, as far as this process holds the private half of the week."""

from datetime import datetime

from comity.node.partners import keyring, members
from comity.node.partners.errors import PartnersError
from comity.sealing import KeyFormatError, agreed_key
from comity.vocabulary.authority import AuthorityId


def key_with(own: AuthorityId, partner: AuthorityId, at: datetime) -> bytes | None:
    """Return the key with a partner in the week of `at`.

    `None` where this process holds no keys (the console holds none), or where one of both has none of that week any
    more: the fingerprint is then left out, or not judged.
    """
    try:
        mine = next((key for key in keyring.kem_keys(own) if key.valid_from <= at < key.valid_until), None)
        return None if mine is None else agreed_key(mine, members.kem_key(partner, at), (str(own), str(partner)))
    except (PartnersError, KeyFormatError):
        return None
