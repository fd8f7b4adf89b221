from collections.abc import Callable
from datetime import datetime

import pytest
from tests.desks.cases.conftest import officer_named

from comity.desks.cases import actions, proofs
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import CaseMessage
from comity.messages import canonical
from comity.node.ledger.models import Entry
from comity.node.ledger.sequencer import sequence
from comity.node.officers.models import Officer
from comity.verify import Evidence, State


@pytest.fixture
def sent(fill_in: Callable[..., Draft], officer: Officer, at: datetime) -> CaseMessage:
    draft = fill_in(recipients=["xb.spoc"])
    assert draft.is_valid()
    message = actions.send_request(draft, officer, at=at).message
    assert message is not None
    return message


def test_before_the_log_is_signed_there_is_no_proof(sent: CaseMessage, officer: Officer, at: datetime) -> None:
    (seal,) = proofs.seals(sent)
    assert not seal.complete
    assert proofs.evidence(sent, seal.note_id, officer, at=at) is None


def test_a_supervisor_takes_the_content_along_and_an_officer_the_proof_alone(
    sent: CaseMessage, officer: Officer, at: datetime
) -> None:
    sequence("xa.ncb/x1", at)
    (seal,) = proofs.seals(sent)
    states = {}
    for who in (officer, officer_named("chief", role="supervisor")):
        found = proofs.evidence(sent, seal.note_id, who, at=at)
        assert found is not None
        assert found.name == "comity-xa.ncb-xb.spoc-1-1.json"
        evidence = Evidence.from_bytes(found.data)
        states[who.role] = (evidence.body.state, evidence.content_key.state)
        assert evidence.proof.log == "xa.ncb/x1"
    assert states == {"officer": (State.WITHHELD,) * 2, "supervisor": (State.GIVEN,) * 2}


def test_taking_a_proof_away_is_recorded(sent: CaseMessage, officer: Officer, at: datetime) -> None:
    sequence("xa.ncb/x1", at)
    proofs.evidence(sent, proofs.seals(sent)[0].note_id, officer, at=at)
    act = canonical.decode(bytes(Entry.objects.exclude(opening=None).latest("id").opening or b""))
    assert (act["kind"], act["facts"]) == ("evidence.exported", [["content", "withheld"]])


def test_the_copy_of_another_message_is_not_handed_out(sent: CaseMessage, officer: Officer, at: datetime) -> None:
    sequence("xa.ncb/x1", at)
    assert proofs.evidence(sent, proofs.seals(sent)[0].note_id + 1, officer, at=at) is None
