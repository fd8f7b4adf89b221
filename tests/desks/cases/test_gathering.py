"""The case as one thing: each subject once, with who said what of it and where they differ; who takes part; clocks."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.desks.cases.conftest import FILLED, Partner
from tests.desks.cases.test_following_up import about, newest, write

from comity.desks.cases import gathering, reads
from comity.desks.cases.models import Candidate, CaseMessage, Verdict
from comity.messages import AboutSubject, Answer, Match, Message, Outcome
from comity.node.officers.models import Officer
from comity.subjects import Subject
from comity.vocabulary.person_category import PersonCategory

Partners = Callable[[str], Partner]


def answered(request: CaseMessage, partner: Partners, who: str = "xb.spoc", **properties: list[str]) -> CaseMessage:
    """A partner's answer with one subject, said to be the first of our request."""
    said = about(request, "answer", who)
    held = AboutSubject(Subject.of("Person", properties), PersonCategory.SUSPECT)
    parts = (said.parts[0], Answer(Outcome.FULL), held, Match(0, "same", "R-1", "1"))
    return partner(who).send(Message(replace(said.head, sent=said.head.sent + 60), parts))


def seen(officer: Officer, message: CaseMessage) -> gathering.Overview:
    return gathering.overview(reads.case_page(officer, message.case_id))


def lines(found: gathering.CaseSubject) -> dict[str, gathering.Line]:
    return {str(line.name): line for line in found.lines}


def test_a_single_message_names_its_subjects_itself(officer: Officer, sent: CaseMessage) -> None:
    assert seen(officer, sent).subjects == ()


def test_what_a_partner_answers_about_one_joins_what_was_asked(
    officer: Officer, sent: CaseMessage, partner: Partners
) -> None:
    answered(sent, partner, name=["Halid Mansur"], birthDate=["1974-03-22"])
    (one,) = seen(officer, sent).subjects
    assert len(one.sources) == 2
    assert not one.differs
    names = lines(one)["Name"]
    assert {value.text: {source.message.originator for source in value.sources} for value in names.values} == {
        "Khaled al-Mansouri": {"xa.ncb"},
        "خالد المنصوري": {"xa.ncb"},
        "Halid Mansur": {"xb.spoc"},
    }


def test_two_sources_that_cannot_both_be_right_are_told(officer: Officer, sent: CaseMessage, partner: Partners) -> None:
    answered(sent, partner, name=["Khaled al-Mansouri"], birthDate=["1961-07-01"])
    (one,) = seen(officer, sent).subjects
    assert one.differs == 1
    assert lines(one)["Date of birth"].differs
    assert not lines(one)["Name"].differs


def test_the_same_name_and_year_elsewhere_in_the_case_is_the_same_subject_and_likeness_is_not(
    browser: Client, officer: Officer, sent: CaseMessage
) -> None:
    for name, year in (("Khaled al-Mansouri", "1974"), ("Khaled el Mansuri", "1974")):
        facts = {**FILLED, "case": str(sent.case_id), "s0-name": name, "s0-birthDate": year, "facts": "Seen again."}
        write(browser, f"inform?case={sent.case_id}", **facts)
    assert newest().case_id == sent.case_id
    found = seen(officer, sent).subjects
    assert sorted(len(one.sources) for one in found) == [1, 2]


def test_two_of_one_name_in_one_message_stay_two(browser: Client, officer: Officer, sent: CaseMessage) -> None:
    two = {"subjects": "0:Person,1:Person", "s0-birthDate": "", "s0-name": "Juan Vega", "facts": "Father and son."}
    two |= {"s1-schema": "Person", "s1-name": "Juan Vega", "s1-category": "contact", "s1-link": "His son."}
    write(browser, f"inform?case={sent.case_id}", **{**FILLED, "case": str(sent.case_id), **two})
    found = seen(officer, sent).subjects
    assert [one.caption for one in found].count("Juan Vega") == 2


def test_a_correction_stands_for_what_it_corrects(browser: Client, officer: Officer, sent: CaseMessage) -> None:
    form = {**FILLED, "s0-birthDate": "1961", "text": "Another year."}
    write(browser, f"messages/{sent.pk}/correct", **form)
    assert newest().kind == "correction"
    assert all(
        "1974" not in value.text for one in seen(officer, sent).subjects for line in one.lines for value in line.values
    )


def test_a_record_is_a_source_once_a_person_confirmed_it(officer: Officer, asked: CaseMessage) -> None:
    record = {"schema": "Person", "properties": {"name": ["Khalid Mansouri"], "gender": ["male"]}, "caption": "Khalid"}
    item = Candidate.objects.create(
        message=asked, place=0, record_id=7, record=record, record_reference="L-7", score=0.9, reasons=[]
    )
    assert seen(officer, asked).subjects == ()
    Candidate.objects.filter(pk=item.pk).update(verdict=Verdict.SAME, decided_by=officer, decided_at=asked.arrived_at)
    (one,) = seen(officer, asked).subjects
    assert {source.record for source in one.sources} == {"", "L-7"}


def test_who_takes_part_under_which_reference_and_who_owes_whom(
    browser: Client, officer: Officer, sent: CaseMessage, asked: CaseMessage
) -> None:
    ours, theirs = seen(officer, sent), seen(officer, asked)
    assert ours.participants == ("xa.ncb", "xb.spoc", "xc.ncb")
    assert [one.ours for one in ours.clocks] == [False, False]
    assert [(one.ours, one.partner) for one in theirs.clocks] == [(True, "xb.spoc")]
    assert ("xb.spoc", "xb.spoc-7") in theirs.references
    page = browser.get(f"/cases/{sent.case_id}/").content.decode()
    assert "This case" in page
    assert "owes us" in page


def test_it_costs_no_query_beside_those_of_the_page(officer: Officer, sent: CaseMessage, partner: Partners) -> None:
    answered(sent, partner, name=["Halid Mansur"])
    page = reads.case_page(officer, sent.case_id)
    with CaptureQueriesContext(connection) as asked:
        assert gathering.overview(page).subjects
    assert not asked.captured_queries


@pytest.mark.parametrize("standing", ["withdrawn"])
def test_what_was_withdrawn_is_no_source(officer: Officer, sent: CaseMessage, partner: Partners, standing: str) -> None:
    answer = answered(sent, partner, name=["Halid Mansur"])
    CaseMessage.objects.filter(pk=answer.pk).update(standing=standing)
    assert seen(officer, sent).subjects == ()
