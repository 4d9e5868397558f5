"""Two things that Schemathesis does not know of this API.

A request line and headers of more than 10,240 bytes are refused by API Gateway itself: such calls are not made.

And, where LOCKSTEP_FUZZ_KNOWN says what exists: puts that into what is made up, ids of requests, names of accounts, groups, flows and what they name.
Made-up names are refused before the API does anything with them. A value is chosen by a checksum of what it replaces,
so that the same seed sends the same calls. Which members of a body stand for what is told by their names alone: a new
route needs nothing here.
"""

import json
import os
import zlib
from urllib.parse import quote

import schemathesis

KNOWN = json.loads(os.environ.get("LOCKSTEP_FUZZ_KNOWN", "null"))

# Of API Gateway's 10,240 bytes (quotas of HTTP APIs in its developer guide) a token takes up to two thousand.
LONGEST_PARAMETERS = 6_000

# Members whose whole value is replaced, wherever they are; of lists, each item is.
BY_MEMBER = {
    "account": "accounts",
    "accounts": "accounts",
    "permissionSet": "permissionSets",
    "permissionSets": "permissionSets",
    "organizationalUnits": "organizationalUnits",
    "group": "groups",
    "user": "users",
    "bundle": "names",
    "accessScope": "names",
    "onCall": "names",
    "integration": "integrations",
    "query": "queries",
    "participants": "users",
    "duration": "durations",
    "max": "durations",
    "default": "durations",
    "durationBelow": "durations",
    "within": "durations",
    "reviewWithin": "durations",
    "after": "durations",
    "every": "turns",
    "extensionDuration": "durations",
    "maxSessionDuration": "durations",
    "startAt": "moments",
    "startsAt": "moments",
}

# What a path's {name} or {id} stands for, by how the path begins and ends: the first that fits.
BY_PATH = [
    ("/integrations/", "/confirm", "unconfirmedIntegrations"),
    ("/integrations/", "", "spareIntegrations"),
    ("/requests/", "/extend", "extendable"),
    ("/requests/", "", "requests"),
    ("/syncs/", "", "syncs"),
    ("/inventory/accounts/", "", "accountIds"),
    ("/inventory/users/", "", "userIds"),
    ("/", "/confirm", "unconfirmed"),
    ("/", "", "names"),
]

# A confirmation names the version that was looked at: that of what was changed a few times at most.
LATEST_VERSION = 3


def checksum(value):
    return zlib.crc32(json.dumps(value, sort_keys=True, default=str).encode())


def chosen(kind, replaced):
    """One of what is known, or what was made up after all: one time in eight."""
    number = checksum([kind, replaced])
    values = KNOWN[kind]
    return replaced if number % 8 == 0 else values[(number // 8) % len(values)]


def with_known(member, value):
    kind = BY_MEMBER.get(member)
    if isinstance(value, dict):
        # What begins after it ends is refused for that.
        if "from" in value and "to" in value:
            value = {**value, "from": min(KNOWN["moments"]), "to": max(KNOWN["moments"])}
        return {name: with_known(name, inner) for name, inner in value.items()}
    if isinstance(value, list):
        # A list of one kind of name does not repeat one: that would be refused for itself.
        items = [with_known(member, inner) for inner in value]
        return [item for index, item in enumerate(items) if item not in items[:index]]
    # A whole number may be drawn as 2306.0, too.
    if member == "version" and isinstance(value, (int, float)):
        return value if 1 <= value <= LATEST_VERSION else 1 + int(value) % LATEST_VERSION
    return value if kind is None or not isinstance(value, str) else chosen(kind, value)


@schemathesis.hook
def filter_case(context, case):
    parts = [case.path_parameters, case.query, case.headers]
    text = "".join(f"{name}={value}&" for part in parts for name, value in dict(part or {}).items())
    return len(quote(text)) <= LONGEST_PARAMETERS


def map_body(context, body):
    if not isinstance(body, dict):
        return body
    known = with_known("", body)
    # Somebody else's access is another refusal: two times in three it is for the person who asks.
    if "principal" in known and checksum(known["principal"]) % 3 != 0:
        del known["principal"]
    # So is one entitlement and a list of them.
    if "entitlement" in known:
        known.pop("entitlements", None)
    # So is a document by another name than its path's, and a rota in which nobody is on call.
    known.pop("name", None)
    if "timeZone" in known and "shifts" not in known:
        known["timeZone"] = "Europe/Berlin"
        turn = {"participants": KNOWN["users"], "startsAt": min(KNOWN["moments"]), "every": "P1W"}
        known.setdefault("rotation", turn)
    # So is a start in the past.
    if "startAt" in known and checksum(known["startAt"]) % 2 == 0:
        del known["startAt"]
    return known


def map_path_parameters(context, parameters):
    path = context.operation.path
    kind = next(kind for start, end, kind in BY_PATH if path.startswith(start) and path.endswith(end))
    return {
        name: chosen(kind, value) if name in ("id", "name") else value
        for name, value in dict(parameters or {}).items()
    }


def map_query(context, query):
    known = dict(query or {})
    # No list gave a cursor that was made up.
    if "cursor" in known and checksum(known["cursor"]) % 4 != 0:
        del known["cursor"]
    for member, kind in (("name", "names"), ("query", "queries"), ("integration", "integrations")):
        if member in known:
            known[member] = chosen(kind, known[member])
    return known


if KNOWN is not None:
    for hook in (map_body, map_path_parameters, map_query):
        schemathesis.hook(hook)
