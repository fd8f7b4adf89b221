"""The keys of pairs for fingerprints: agreed where the private halves are, and kept for processes that hold none.

The console writes messages and holds no private key. So the worker writes the keys of this week and the next down, and
takes them away when their week is over; they lie beside the content keys of what was sent and open less than these.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from comity.node import nodefile
from comity.node.partners import keyring, members
from comity.node.partners.errors import KeyringError, PartnersError
from comity.node.partners.models import AgreedKey
from comity.node.writing import writing
from comity.sealing import KemKey, KeyFormatError, agreed_key
from comity.vocabulary.authority import AuthorityId

AHEAD: Final = timedelta(days=7)
AT_ONCE: Final = 500


def key_with(own: AuthorityId, partner: AuthorityId, at: datetime) -> bytes | None:
    """Return the key with a partner in the week of `at`.

    `None` where it is neither here nor written down, or one of both has no key of that week any more: the fingerprint
    is then left out, or not judged.
    """
    return keys_with(own, (partner,), at).get(partner)


def keys_with(own: AuthorityId, partners: tuple[AuthorityId, ...], at: datetime) -> dict[AuthorityId, bytes]:
    """Return the keys with these partners, as far as there are any; at most one query, however many they are."""
    try:
        mine = next((key for key in keyring.kem_keys(own) if key.valid_from <= at < key.valid_until), None)
    except KeyringError:
        return _written(own, partners, at)
    found = ((one, _agreed(own, mine, one, at)) for one in partners) if mine is not None else ()
    return {one: key for one, key in found if key is not None}


def keep(at: datetime) -> None:
    """Write down the keys of this week and the next that are missing, and take away those that are over.

    A chore of the worker. A partner that has published another key for a week gets another row.
    """
    with writing():
        AgreedKey.objects.filter(until__lte=at).delete()
    for own in sorted(nodefile.authorities()):
        fresh = list(_missing(AuthorityId.parse(own), at))
        with writing():
            AgreedKey.objects.bulk_create(
                fresh,
                update_conflicts=True,
                unique_fields=["own", "partner", "begins"],
                update_fields=["public", "key", "until"],
            )


def _missing(own: AuthorityId, at: datetime) -> Iterator[AgreedKey]:
    held = {(one, begins): public for one, begins, public in AgreedKey.objects.filter(own=str(own)).values_list(
        "partner", "begins", "public"
    )}  # fmt: skip
    made = 0
    weeks = [key for key in keyring.kem_keys(own) if key.valid_until > at and key.valid_from <= at + AHEAD]
    for member in members.directory().members():
        for mine in weeks:
            entry = member.kem_at(mine.valid_from) if member.authority != own else None
            if entry is None or held.get((str(member.authority), mine.valid_from)) == entry.public.id:
                continue
            key = _agreed(own, mine, member.authority, mine.valid_from)
            if key is None or made == AT_ONCE:
                continue
            made += 1
            yield AgreedKey(
                own=str(own), partner=str(member.authority), begins=mine.valid_from, until=mine.valid_until,
                public=entry.public.id, key=key,
            )  # fmt: skip


def _agreed(own: AuthorityId, mine: KemKey, partner: AuthorityId, at: datetime) -> bytes | None:
    try:
        return agreed_key(mine, members.kem_key(partner, at), (str(own), str(partner)))
    except (PartnersError, KeyFormatError):
        return None


def _written(own: AuthorityId, partners: tuple[AuthorityId, ...], at: datetime) -> dict[AuthorityId, bytes]:
    rows = AgreedKey.objects.filter(own=str(own), partner__in=map(str, partners), begins__lte=at, until__gt=at)
    found = {partner: bytes(key) for partner, key in rows.values_list("partner", "key")}
    return {one: found[str(one)] for one in partners if str(one) in found}
