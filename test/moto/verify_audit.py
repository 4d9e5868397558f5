"""A second verifier of Lockstep's audit trail, written from docs/audit-format.md alone.

Usage: python3 verify_audit.py EXPORT [ROOTS-DIRECTORY]
Prints "ok", or the first thing that is wrong as "<line or day> <what was done> [<chain> <sequence>]"; exit code 1.
"""

import hashlib
import json
import os
import re
import sys
from datetime import date, timedelta

ZEROS = "0" * 64
HASH = re.compile(r"[0-9a-f]{64}")


def number(value):
    """ECMAScript's Number::toString, which RFC 8785 asks for."""
    if isinstance(value, int):
        value = float(value)
    if value == 0:
        return "0"
    if value < 0:
        return "-" + number(-value)
    mantissa, _, exponent = repr(value).lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    point = len(whole) + int(exponent or 0)
    digits = whole + fraction
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    digits = stripped.rstrip("0")
    size = len(digits)
    if size <= point <= 21:
        return digits + "0" * (point - size)
    if 0 < point <= 21:
        return digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    power = f"e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return digits + power if size == 1 else digits[0] + "." + digits[1:] + power


def utf16(text):
    return text.encode("utf-16-be", "surrogatepass")


def canonical(value):
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        return "null"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    members = sorted(value.items(), key=lambda member: utf16(member[0]))
    return "{" + ",".join(canonical(name) + ":" + canonical(item) for name, item in members) + "}"


def digest(document):
    content = {name: value for name, value in document.items() if name != "hash"}
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def is_sequence(value):
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def parse(data):
    """The document and its text, or None for what is not JSON in UTF-8."""
    try:
        text = data.decode("utf-8")
        document = json.loads(text, parse_constant=lambda name: (_ for _ in ()).throw(ValueError(name)))
        canonical(document).encode()
    except (ValueError, OverflowError, RecursionError):
        return None, ""
    return document, text


def is_text(value):
    return isinstance(value, str) and value != ""


def chain_of(document):
    """The chain of an entry or a head; None where it names none."""
    if is_text(document.get("requestId")):
        return document["requestId"]
    subject = document.get("subject")
    if isinstance(subject, dict) and is_text(subject.get("kind")) and is_text(subject.get("name")):
        return subject["kind"] + "/" + subject["name"]
    return None


def is_head(head, version):
    return (
        isinstance(head, dict)
        and is_sequence(head.get("sequence"))
        and chain_of(head) is not None
        and (version == 2 or "requestId" in head)
    )


def is_root(root):
    return (
        isinstance(root, dict)
        and set(root) == {"version", "day", "previousRoot", "heads", "hash"}
        and root["version"] in (1, 2)
        and isinstance(root["heads"], list)
        and all(is_head(head, root["version"]) for head in root["heads"])
    )


def verify_roots(directory):
    """The roots up to the first wrong one, and what is wrong with that one."""
    roots = []
    for name in sorted(os.listdir(directory)):
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}\.json", name):
            continue
        day = name[:10]
        previous = roots[-1] if roots else None
        if previous is not None:
            due = (date.fromisoformat(previous["day"]) + timedelta(days=1)).isoformat()
            if day != due:
                return roots, f"{due} removed"
        with open(os.path.join(directory, name), "rb") as file:
            root, text = parse(file.read())
        if not is_root(root) or canonical(root) != text or digest(root) != root["hash"]:
            return roots, f"{day} altered"
        if root["day"] != day:
            return roots, f"{day} reordered"
        if root["previousRoot"] != (previous["hash"] if previous else ZEROS):
            return roots, f"{day} altered"
        roots.append(root)
    return roots, None


def is_entry(entry):
    return (
        isinstance(entry, dict)
        and all(isinstance(entry.get(name), str) for name in ("at", "previousHash", "hash"))
        and chain_of(entry) is not None
        and is_sequence(entry.get("sequence"))
        and HASH.fullmatch(entry["hash"]) is not None
        and HASH.fullmatch(entry["previousHash"]) is not None
    )


def lines_of(path):
    with open(path, "rb") as file:
        for line in file:
            yield line[:-1] if line.endswith(b"\n") else line


def is_somewhere(path, chain, sequence):
    for line in lines_of(path):
        entry, _ = parse(line)
        if is_entry(entry) and (chain_of(entry), entry["sequence"]) == (chain, sequence):
            return True
    return False


def missing(path, line, chain, sequence):
    what = "reordered" if is_somewhere(path, chain, sequence) else "removed"
    return f"{line} {what} {chain} {sequence}"


def verify_entries(path, roots):
    heads = {}
    for root in roots:
        for head in root["heads"]:
            heads.setdefault(chain_of(head), []).append((head["sequence"], head["hash"]))
    highest = {chain: max(sequence for sequence, _ in known) for chain, known in heads.items()}
    due_chains = sorted(heads)
    newest = roots[-1]["day"] if roots else None
    passed = 0
    last = None

    def unseen(entry):
        """What a root seals and is missing between the last line and `entry` (None: the end)."""
        if last is not None and (entry is None or chain_of(entry) != chain_of(last)):
            if highest.get(chain_of(last), 0) > last["sequence"]:
                return chain_of(last), last["sequence"] + 1
        if passed < len(due_chains) and (entry is None or due_chains[passed] < chain_of(entry)):
            return due_chains[passed], 1
        return None

    line = 0
    for data in lines_of(path):
        line += 1
        entry, text = parse(data)
        if not is_entry(entry):
            return f"{line} altered"
        chain, sequence = chain_of(entry), entry["sequence"]
        here = f"{chain} {sequence}"
        if digest(entry) != entry["hash"] or canonical(entry) != text:
            return f"{line} altered {here}"
        goes_back = last is not None and chain < chain_of(last)
        lost = None if goes_back else unseen(entry)
        if lost is not None:
            return missing(path, line, *lost)
        if goes_back:
            return f"{line} reordered {here}"
        same = last is not None and chain_of(last) == chain
        due = last["sequence"] + 1 if same else 1
        if sequence == due - 1:
            return f"{line} inserted {here}"
        if sequence < due:
            return f"{line} reordered {here}"
        if sequence > due:
            return missing(path, line, chain, due)
        if entry["previousHash"] != (last["hash"] if same else ZEROS):
            return f"{line} altered {here}"
        if any(head == sequence and sealed != entry["hash"] for head, sealed in heads.get(chain, [])):
            return f"{line} altered {here}"
        if newest is not None and highest.get(chain, 0) < sequence and entry["at"] < newest:
            return f"{line} inserted {here}"
        if passed < len(due_chains) and due_chains[passed] == chain:
            passed += 1
        last = entry
    lost = unseen(None)
    return None if lost is None else missing(path, line + 1, *lost)


def main(export, directory=None):
    roots, wrong_root = verify_roots(directory) if directory else ([], None)
    wrong = wrong_root or verify_entries(export, roots)
    print(wrong or "ok")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
