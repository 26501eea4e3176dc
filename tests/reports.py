#!/usr/bin/env python3
"""What a test program's report says: Catch2's XML, or JUnit's, of node and of vitest.
  tests/reports.py REPORT EXIT-CODE [--no-skips]
The first line: how many passed and how many failed. Then, for people, what failed with its message, and who was skipped
and why. It has failed, too: a skip without a reason (with --no-skips: any), a file of tests without one, a report that
is missing, empty or ends too soon (what it has is counted), and a program that ends with another code than 0 although
no test failed."""
import io
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

passed, skips, failures = 0, [], []


def add(name, problems, skip=None):
    """Counts a test: what went wrong in it, the reason why it was skipped (None: it was not)."""
    global passed
    if problems:
        failures.append((name, "\n".join(problems)))
    elif skip is not None:
        skips.append((name, skip))
    else:
        passed += 1


def catch2(case):
    problems = []
    for one in case.iter():
        place = f"{one.get('filename')}:{one.get('line')}: "
        if one.tag == "Expression" and one.get("success") == "false":
            original, expanded = ((one.findtext(part) or "").strip() for part in ("Original", "Expanded"))
            problems.append(f"{place}{one.get('type')}({original}) with {expanded}")
        elif one.tag in ("Exception", "Failure", "FatalErrorCondition", "Info"):
            problems.append(f"{'' if one.tag == 'Info' else place}{one.tag}: {(one.text or '').strip()}")
    if case.find("OverallResult").get("success") == "false" and not problems:
        problems.append("no assertion, or none that says why")
    add(case.get("name"), list(dict.fromkeys(problems)))


def junit(case):
    name, skipped = case.get("name"), case.find("skipped")
    failed = [*case.findall("failure"), *case.findall("error")]
    problems = [(one.text or one.get("message") or "").strip() for one in failed]
    if not failed and name.endswith(".test.mjs"):  # node has a file as a test only where it had none, or failed as such
        problems.append("nothing was tested")
    reason = None if skipped is None else skipped.get("message", "")
    add(name, problems, "" if reason == "true" else reason)  # { skip: true } of node


def read(report):
    """Counts what a report has; returns what is wrong with it as a whole, if anything."""
    running = None
    try:
        # Node writes what a test says as it is, and not each character of it may stand in XML.
        text = re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd]", "?", report.read_text(encoding="utf-8", errors="replace"))
        for event, element in ElementTree.iterparse(io.StringIO(text), ("start", "end")):
            if count := {"TestCase": catch2, "testcase": junit}.get(element.tag):
                running = element.get("name") if event == "start" else count(element)
    except FileNotFoundError:
        return "missing"
    except ElementTree.ParseError as error:
        return f"ends too soon: {error}" + (f"; during: {running}" if running else "")
    return None


report, code, may_skip = pathlib.Path(sys.argv[1]), int(sys.argv[2]), "--no-skips" not in sys.argv
wrong = read(report)
for name, why in skips:
    if not (why and may_skip):
        failures.append((name, f"skipped: {why or 'without a reason'}"))
if wrong:
    failures.append(("the report", f"{wrong}; exit code {code}"))
elif not passed and not failures:
    failures.append(("anything", "nothing was tested"))
elif code and not failures:
    failures.append(("the program's end", f"exit code {code}, although no test failed"))
print(passed, len(failures))
for name, why in failures:
    print(f"  failed: {name}", *(f"      {line[:400]}" for line in why.splitlines()[:12]), sep="\n")
for name, why in skips:
    print(f"  skipped: {name}: {why}")
