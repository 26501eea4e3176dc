#!/usr/bin/env python3
"""Holds that no source of the gateway makes a path of a std::string, or a std::string of a path, but by
model/host_text.hpp: on Windows the C++ library makes a path of a text by the C locale, which has no UTF-8.

  tests/windows/paths.py BUILD    BUILD: the folder of the Windows build

The one is seen in the sources, by its name; the other, which has none, by the C++ library's codecvt in the objects that
the compiler made of them.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parents[2]
build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else root / "build/windows").resolve()
narrow = re.compile(r"(\.|->)(generic_)?string(<\w+>)?\(\)")
# From a char8_t it goes by codecvt_utf8_utf16.
converts = re.compile(r"std::codecvt<wchar_t, char, int>::do_in\(")
# Functions of Windows and of the C library that take or give texts in the code page.
of_code_page = re.compile(r" U (__imp_\w+A|getenv|_putenv|fopen|remove|rename)$", re.MULTILINE)
allowed = [("deskline.dir", "getenv")]  # an option of CLI11 may name a variable; none of ours does


def symbols(path, *options):
    return subprocess.run(["x86_64-w64-mingw32-nm", *options, path], capture_output=True, text=True, check=True).stdout


def faults_of(objects, name):
    for one in objects:
        if converts.search(symbols(one, "-C")):
            yield (f"{name(one)}: a path is made of a std::string: use pathOf (model/host_text.hpp), "
                   'or a literal u8"…"')
        for found in of_code_page.findall(symbols(one, "-u")):
            if not any(room in str(one) and found == function for room, function in allowed):
                yield f"{name(one)}: {found} goes by the code page: use what takes UTF-16"


def shown_to_see():
    """Whether a source that does both is found out."""
    bad = """#include <cstdlib>
        #include <filesystem>
        std::filesystem::path f() { return std::filesystem::path(std::getenv("x")); }"""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "bad.obj")
        subprocess.run(["x86_64-w64-mingw32-g++-posix", "-std=c++20", "-O2", "-x", "c++", "-c", "-o", out, "-"],
                       input=bad, text=True, check=True)
        return len(list(faults_of([out], str))) == 2


faults = [] if shown_to_see() else ["a source that goes by the code page twice was not found out"]
for source in sorted((root / "gateway").rglob("*.[ch]pp")):
    if source.name.startswith("host_text"):
        continue
    for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
        if narrow.search(line):
            faults.append(f"{source.relative_to(root)}:{number}: string() of a path: use textOf (model/host_text.hpp)")

objects = [one for one in sorted((build / "gateway").rglob("*.obj")) if "deskline_libraries" not in str(one)]
if len(objects) < 10:
    faults.append(f"{build} has {len(objects)} objects: it is no build of the gateway")
faults += faults_of(objects, lambda one: one.relative_to(build))
for fault in faults:
    print(fault)
print(f"{len(objects)} objects: {'nothing' if not faults else len(faults)} by the code page")
sys.exit(1 if faults else 0)
