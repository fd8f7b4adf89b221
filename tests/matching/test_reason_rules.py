"""Every rule that a reason can bear is announced, so that pages can translate all of them."""

import re
from pathlib import Path

from comity import matching

RULE = re.compile(r'"((?:name|birth|country|gender|kind|identifier)\.[a-z.-]+)')


def test_every_rule_in_the_sources_is_announced() -> None:
    package = Path(matching.__file__).parent
    used = {
        rule.rstrip(".") for path in package.glob("*.py") for rule in RULE.findall(path.read_text(encoding="utf-8"))
    }
    assert used == set(matching.RULES)
