#!/usr/bin/env python3
"""How large things may get: a file of ours 400 lines (half of them 80 at most), a C++ function 60, a C++ class 250; for
functions of JavaScript and TypeScript ESLint sees to that. Data is no function: a table, or what contains little else.
Reads C++ as clang-format lays it out: a body ends at the first line that begins with its brace's own indentation."""
import pathlib
import re
import statistics
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent
most = {"file": 400, "median": 80, "function": 60, "class": 250}
tables = {  # bodies that are a table, by file and how they begin
    "gateway/host/configuration_keys.cpp": "std::vector<Key> keyTable(",
    "tests/unit/identity/throttle_test.cpp": 'TEST_CASE("what counts as a guess',
}


def there(*patterns):
    command = ["git", "ls-files", *patterns, ":!tests/fuzz/corpus", ":!webclient/package-lock.json"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split()
    return [name for name in listed if (root / name).exists()]


def bodies(lines, indent):
    """Where a body begins whose closing brace stands at that indentation: its head, its first line, how many it has."""
    space = " " * indent
    for at, line in enumerate(lines):
        # The name of a test on a line of its own, or a constructor's initializers, are indented behind their head.
        behind = line.startswith((space + "    \"", space + "    : "))
        begins = line.startswith(space) and not line.startswith((space + " ", space + ": "))
        if not line.endswith("{") or not (behind or begins):
            continue
        first = at
        while first and lines[first - 1].strip() and not re.search(r"[;{}:]$|^\s*//", lines[first - 1]):
            first -= 1
        end = next((n for n in range(at + 1, len(lines)) if lines[n].startswith(space + "}")), None)
        if end is not None:
            yield " ".join(part.strip() for part in lines[first:at + 1]), at + 1, end - at - 1


def is_data(head):
    return re.match(r"(namespace|extern \"C\"|enum)\b", head) or re.search(r"([=\]]|^return)\s*\{+$", head)


wrong, counted = [], []
for name in there("*.cpp", "*.hpp", "*.ts", "*.mjs", "*.py", "*.c"):
    text = (root / name).read_text(encoding="utf-8")
    lines = text.splitlines()
    counted.append(len(lines))
    if len(lines) > most["file"]:
        wrong.append(f"{name}: {len(lines)} lines")
    if not name.endswith(("pp", ".c")):
        continue
    for indent in (0, 4):
        for head, line, count in bodies(lines, indent):
            kind = "class" if re.match(r"(template <.*> )?(class|struct|union)\b", head) else "function"
            if is_data(head) or count <= most[kind] or name in tables and head.startswith(tables[name]):
                continue
            wrong.append(f"{name}:{line}: a {kind} of {count} lines: {head[:80]}")
if not counted or statistics.median(counted) > most["median"]:
    wrong.append(f"half of the files have more than {most['median']} lines" if counted else "there are no files")
print("\n".join(wrong), end="\n" if wrong else "")
sys.exit(bool(wrong))
