from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from comity.config import warners
from comity.messages import canonical
from comity.node.ledger.actions import open_log
from comity.node.ledger.models import Entry
from comity.node.officers.models import Officer
from comity.node.partners.models import Incident

SHOWN = ("administrator", "supervisor")


@pytest.fixture
def incident(officer: Officer) -> Incident:
    open_log("xa.ncb/a1")
    return Incident.objects.create(
        code="log.forked", subject="xb.spoc/x1", evidence=b"two heads", digest=bytes(32), at=datetime.now(UTC)
    )


@pytest.fixture
def become(officer: Officer) -> Callable[[str], Officer]:
    def change(role: str) -> Officer:
        officer.role = role
        officer.save()
        return officer

    return change


@pytest.mark.parametrize("role", ["officer", "supervisor", "dpo", "auditor", "administrator"])
def test_those_who_can_settle_an_incident_are_led_to_it_and_nobody_else(
    signed_in: Client, incident: Incident, become: Callable[[str], Officer], role: str
) -> None:
    officer = become(role)
    addresses = ("/incidents/", f"/incidents/{incident.pk}/evidence")
    assert {signed_in.get(one).status_code for one in addresses} == {200 if role in SHOWN else 403}
    assert signed_in.post(f"/incidents/{incident.pk}/settle").status_code == (302 if role in SHOWN else 403)
    incident.settled_at = None
    incident.save()
    (told,) = warners.incidents(officer)
    assert told.address == ("/incidents/" if role in SHOWN else "")


def test_an_incident_is_settled_once_by_name_and_recorded(
    signed_in: Client, incident: Incident, become: Callable[[str], Officer]
) -> None:
    become("administrator")
    assert "A log was shown in two versions" in signed_in.get("/incidents/").content.decode()
    assert signed_in.get(f"/incidents/{incident.pk}/evidence").content == b"two heads"
    assert "Say in a few words" in signed_in.post(f"/incidents/{incident.pk}/settle", follow=True).content.decode()
    for _ in range(2):
        signed_in.post(f"/incidents/{incident.pk}/settle", {"found": "Restored from a backup; they told us."})
    incident.refresh_from_db()
    assert incident.settled_by == "hale"
    kinds = [canonical.decode(bytes(one.opening or b""))["kind"] for one in Entry.objects.exclude(opening=None)]
    assert sorted(kinds) == ["incident.exported", "incident.settled"]


@pytest.mark.parametrize(
    ("language", "turned", "words"),
    [("en", "ltr", "Nothing here"), ("fr", "ltr", "Rien"), ("es", "ltr", "búsquela"), ("ar", "rtl", "مرجع")],
)
def test_a_page_that_is_not_there_says_so_in_the_officers_language(
    signed_in: Client, officer: Officer, language: str, turned: str, words: str
) -> None:
    officer.language = language
    officer.save()
    answer = signed_in.get("/cases/999999/")
    page = answer.content.decode()
    assert f'lang="{language}" dir="{turned}"' in page
    assert words in page
