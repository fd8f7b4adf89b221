"""The demo's official list: as published, without natural persons, and made by the committed script."""

import gzip
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from tests.shared_data import shared

from comity import formats
from comity.formats import Good

DEMO = Path(formats.__file__).parents[1] / "demo"
LIST = DEMO / "official.xml.gz"


def test_the_demo_list_holds_organisations_only_and_imports_completely():
    rows = list(formats.read(LIST))
    assert len(rows) == 364
    assert {r.subjects[0].schema for r in rows if isinstance(r, Good)} == {"Organization"}


def test_the_committed_script_makes_the_committed_list():
    spec = spec_from_file_location("make_official_extract", DEMO / "make_official_extract.py")
    assert spec is not None
    assert spec.loader is not None
    script = module_from_spec(spec)
    spec.loader.exec_module(script)
    published = shared("watchlists/ofac_consolidated_nonsdn_2024-05.xml.gz")
    assert script.extract(published) == gzip.decompress(LIST.read_bytes())
