"""What which organisation may see. Pure.

Every case belongs to the desk on which it opened. For a ride to the police, the police desk sees
only the fields that she agreed to pass on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_RIDE = ("when", "time", "pickup", "people", "ages", "mobility", "pets", "arrival")
_PASSED_ON: Mapping[str, tuple[str, ...]] = {"ride": _RIDE, "all": (*_RIDE, "number")}


def passes_to_police(kind: str, answers: Mapping[str, Any]) -> bool:
    """Whether she agreed that the police drive her."""
    return (
        kind == "transport"
        and answers.get("where_to") == "police"
        and answers.get("police_may") in _PASSED_ON
    )


def visible(
    organisation: str, lead: str, kind: str, answers: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return the answers of a request that `organisation` may see, in their order."""
    if organisation == lead:
        return answers
    if organisation != "police" or not passes_to_police(kind, answers):
        return {}
    allowed = set(_PASSED_ON[str(answers["police_may"])])
    if not answers.get("number") and "number" in allowed:
        allowed.add("danger_number")
    return {key: value for key, value in answers.items() if key in allowed}
