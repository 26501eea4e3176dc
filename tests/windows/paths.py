#!/usr/bin/env python3
"""Holds that no source of the gateway makes a path of a std::string, or a std::string of a path, but by
model/host_text.hpp: on Windows the C++ library converts by the C locale, which has no UTF-8.

  tests/windows/paths.py BUILD    BUILD: the folder of the Windows build

The one is seen in the sources, by its name; the other, which has none, by the C++ library's codecvt in the objects that
the compiler made of them.
"""
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parents[2]
build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else root / "build/windows").resolve()
narrow = re.compile(r"\.(generic_)?string\(\)")
converts = re.compile(r"std::codecvt<wchar_t, char, int>::do_in\(")  # from a char8_t it goes by codecvt_utf8_utf16

faults = []
for source in sorted((root / "gateway").rglob("*.[ch]pp")):
    if source.name.startswith("host_text"):
        continue
    for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
        if narrow.search(line):
            faults.append(f"{source.relative_to(root)}:{number}: string() of a path: use textOf (model/host_text.hpp)")

objects = [one for one in sorted((build / "gateway").rglob("*.obj")) if "deskline_libraries" not in str(one)]
seen = 0
for one in objects:
    symbols = subprocess.run(["x86_64-w64-mingw32-nm", "-C", one], capture_output=True, text=True, check=True).stdout
    seen += symbols.count("std::filesystem::")
    if converts.search(symbols):
        faults.append(f"{one.relative_to(build)}: a path is made of a std::string: use pathOf (model/host_text.hpp), "
                      'or a literal u8"…"')
if not seen:
    faults.append(f"{build} has no objects that use std::filesystem: nothing was seen")
for fault in faults:
    print(fault)
print(f"{len(objects)} objects: {'no' if not faults else len(faults)} narrow paths")
sys.exit(1 if faults else 0)
