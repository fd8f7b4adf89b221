from datetime import UTC, datetime

import pytest

from comity.config import warners
from comity.node.officers.models import Officer
from comity.node.partners.models import Incident, Pair

pytestmark = pytest.mark.django_db


def test_a_partner_that_fails_once_is_a_restart_and_thrice_a_warning(officer: Officer) -> None:
    pair = Pair.objects.create(own=officer.authority, partner="xb.spoc", failures=1)
    assert warners.partners(officer) == ()
    pair.failures = 3
    pair.save()
    (told,) = warners.partners(officer)
    assert "xb.spoc" in told.text
    assert told.remedy


def test_the_silence_of_another_authoritys_partner_is_not_told(officer: Officer) -> None:
    Pair.objects.create(own="xa.cid", partner="xb.spoc", failures=9)
    assert warners.partners(officer) == ()


def test_an_incident_stays_over_every_page_until_it_is_settled(officer: Officer) -> None:
    one = Incident.objects.create(
        code="log.forked", subject="xb.spoc/x1", evidence=b"", digest=bytes(32), at=datetime.now(UTC)
    )
    (told,) = warners.incidents(officer)
    assert told.level == "danger"
    one.settled_at = datetime.now(UTC)
    one.save()
    assert warners.incidents(officer) == ()
