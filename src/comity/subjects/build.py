"""`python -m comity.subjects.build`: make `model.json` from FollowTheMoney's schemata and ours.

FollowTheMoney takes seconds and much memory to load; the node needs only names, types and labels, and gets them from
this file. A test holds the file to the schemata.
"""

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

OURS: Final = Path(__file__).resolve().parent / "schema"
MODEL: Final = Path(__file__).resolve().parent / "model.json"


def build() -> str:
    """Return the text of `model.json`.

    Sets `FTM_MODEL_PATH` before FollowTheMoney is imported: call it in a process that has not imported it yet.
    """
    with tempfile.TemporaryDirectory(prefix="comity-model-") as folder:
        stock = _stock()
        for path in (*stock.glob("*.y*ml"), *OURS.glob("*.yaml")):
            shutil.copy(path, folder)
        os.environ["FTM_MODEL_PATH"] = folder
        from followthemoney import model  # noqa: PLC0415  # reads the variable when it is imported

        found = {name: _schema(model.schemata[name]) for name in sorted(model.schemata)}
    return json.dumps({"v": 1, "schemata": found}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _stock() -> Path:
    """Return the folder of FollowTheMoney's own schemata, without importing it."""
    from importlib.util import find_spec  # noqa: PLC0415  # only here

    spec = find_spec("followthemoney")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("FollowTheMoney is not installed")
    return Path(spec.origin).parent / "schema"


def _schema(schema: Any) -> dict[str, Any]:  # noqa: ANN401  # FollowTheMoney ships no types that would help
    return {
        "label": str(schema.label),
        "plural": str(schema.plural),
        "abstract": bool(schema.abstract),
        "matchable": bool(schema.matchable),
        "is": sorted(one.name for one in schema.schemata),
        "featured": list(schema.featured),
        "properties": {
            name: {"label": str(prop.label), "type": prop.type.name, "matchable": bool(prop.matchable)}
            for name, prop in sorted(schema.properties.items())
            if not prop.stub
        },
    }


if __name__ == "__main__":
    MODEL.write_text(build(), encoding="utf-8")
