"""What stands in a form before the officer has typed: for a correction, the facts as they were sent."""

from django.http import QueryDict

from comity.desks.cases import given_dates, rules
from comity.desks.cases.models import CaseMessage


def correction(sent: CaseMessage) -> QueryDict:
    """Return the form of a correction, filled in with the subjects, handling codes and conditions of what was sent.

    Args:
        sent: the message of ours that is corrected.
    """
    content = sent.content or {}
    data = QueryDict(mutable=True)
    known = [one for one in content.get("subjects", []) if one["schema"] in rules.FIELDS]
    data["subjects"] = ",".join(f"{place}:{one['schema']}" for place, one in enumerate(known))
    for place, one in enumerate(known):
        data[f"s{place}-schema"] = one["schema"]
        data[f"s{place}-category"] = one.get("category", "")
        data[f"s{place}-link"] = one.get("link", "")
        properties = one.get("properties", {})
        noted = given_dates.noted(properties)
        for asked in rules.FIELDS[one["schema"]]:
            given = noted.get(asked.prop, ()) if asked.kind == "date" else ()
            values = [f"{date}{given_dates.MARK}" for date in given]
            values += [_shown(asked, value) for value in given_dates.others(properties.get(asked.prop, []), given)]
            data[f"s{place}-{asked.prop}"] = "\n".join(values if asked.several else values[:1])
    data.setlist("handling", list(sent.handling))
    data["conditions"] = "\n".join(content.get("conditions", []))
    return data


def _shown(asked: rules.Asked, value: str) -> str:
    if asked.kind == "vin":
        return value.removeprefix(rules.VIN_PREFIX)
    return value.upper() if asked.kind == "country" else value
