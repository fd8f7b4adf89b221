"""Whatever bytes a file holds, a reader gives rows or one error of ours; it never fails otherwise and never hangs."""

import gzip
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity import formats
from comity.formats import FormatError, Good, Mapping, Rejected

UN = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL><FIRST_NAME>Ann</FIRST_NAME><REFERENCE_NUMBER>X.1</REFERENCE_NUMBER>
<INDIVIDUAL_DATE_OF_BIRTH><YEAR>1961</YEAR></INDIVIDUAL_DATE_OF_BIRTH><NATIONALITY><VALUE>France</VALUE></NATIONALITY>
<INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>A 1</NUMBER></INDIVIDUAL_DOCUMENT>
</INDIVIDUAL></INDIVIDUALS></CONSOLIDATED_LIST>"""
OFAC = """<sdnList xmlns="urn:x"><sdnEntry><uid>1</uid><lastName>HARBOUR</lastName><sdnType>Vessel</sdnType>
<vesselInfo><callSign>X</callSign><tonnage>1,000</tonnage></vesselInfo><idList><id><idType>MMSI</idType>
<idNumber>123456789</idNumber></id></idList></sdnEntry></sdnList>"""
EU = """<export xmlns="http://eu.europa.ec/fpi/fsd/export"><sanctionEntity euReferenceNumber="EU.1">
<subjectType code="person"/><nameAlias wholeName="Ann" gender="F"/><birthdate calendarType="GREGORIAN" year="1961"
monthOfYear="2" dayOfMonth="31"/></sanctionEntity></export>"""
SDN = (
    '1,"HARBOUR, Ann","individual","X",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB 14 Jun 1975; Passport A1 (France)."\r\n'
)
FTM = '{"id":"a","schema":"Person","properties":{"name":["Ann"],"birthDate":["1974-03"]}}\n'
CSV = "No;Name;Born\n1;Ann;1974-03-22\n2;Ben;\n"
SAMPLES = {"un-xml": UN, "ofac-xml": OFAC, "eu-fsf": EU, "ofac-csv": SDN * 3, "ftm": FTM * 3, "csv": CSV}
MAPPING = Mapping("Person", (("Name", ("name",)), ("Born", ("birthDate",))), reference="No", delimiter=";")


@st.composite
def mangled(draw: st.DrawFn, sample: bytes) -> bytes:
    """A sample with pieces cut out, doubled, or replaced by other bytes."""
    data = bytearray(sample)
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 40)))
        data[start:end] = draw(st.one_of(st.binary(max_size=8), st.just(bytes(data[start:end]) * 2), st.just(b"")))
    return bytes(data)


@pytest.mark.parametrize("name", SAMPLES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_bytes_give_rows_or_one_error_of_ours(tmp_path: Path, name: str, data: st.DataObject) -> None:
    content = data.draw(mangled(SAMPLES[name].encode()) | st.binary(max_size=200))
    path = tmp_path / "list"
    path.write_bytes(gzip.compress(content) if data.draw(st.booleans()) else content)
    mapping = MAPPING if name == "csv" else None
    try:
        rows = list(formats.read(path, name, mapping=mapping))
    except FormatError:
        return
    assert all(isinstance(row, Good | Rejected) for row in rows)
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    assert list(formats.read(path, name, mapping=mapping, after=1)) == rows[1:]


@given(content=st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_have_a_format_or_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "list"
    path.write_bytes(content)
    with suppress(FormatError):
        assert formats.detect(path) in formats.FORMATS
