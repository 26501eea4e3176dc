#!/usr/bin/env python3
"""clang-tidy over the gateway's sources as the sanitized build compiles them, eight together (most of its time goes
into the libraries' headers), two such at a time; what was clean is remembered by content, so that a second run checks
only what changed."""
import concurrent.futures, hashlib, json, pathlib, re, subprocess, sys

build, root = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
memory = root / "build" / "tidy-clean.json"
clean = set(json.loads(memory.read_text())) if memory.exists() else set()
headers = hashlib.sha256()
for header in sorted((root / "gateway").rglob("*.hpp")):
    headers.update(header.read_bytes())
headers.update((root / ".clang-tidy").read_bytes())

# clang cannot read g++'s precompiled headers: a copy of the commands without them.
commands = []
for entry in json.loads((build / "compile_commands.json").read_text()):
    words = entry["command"].split(" ")
    for flag in ("-include", "-Winvalid-pch", "-fpch-preprocess", "-fno-sanitize-recover=undefined",
                 "-Wno-subobject-linkage"):
        while flag in words:
            at = words.index(flag)
            del words[at : at + (2 if flag == "-include" else 1)]
    entry["command"] = " ".join(w for w in words if "cmake_pch" not in w)
    commands.append(entry)
folder = root / "build" / "tidy"
folder.mkdir(parents=True, exist_ok=True)
(folder / "compile_commands.json").write_text(json.dumps(commands))

files = [e["file"] for e in commands]
sources = [pathlib.Path(file) for file in files
           if re.search(r"/gateway/(?!precompiled/)", file) and not re.search("cmake_pch|generated", file)]


def content(source):  # with what a source of CMake's own takes in
    text = source.read_text()
    return text + "".join(pathlib.Path(one).read_text() for one in re.findall(r'^#include "(/.*\.cpp)"$', text, re.M))


def check(source):
    key = hashlib.sha256(headers.digest() + content(source).encode()).hexdigest()
    if key in clean:
        return key, True, ""
    command = ["clang-tidy-14", "-p", str(folder), "--quiet", "--warnings-as-errors=*", str(source)]
    done = subprocess.run(command, capture_output=True, text=True)
    return key, done.returncode == 0, done.stdout + ("" if done.returncode == 0 else done.stderr[-2000:])


good = True
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    for key, ok, text in pool.map(check, sources):
        good = good and ok
        if ok:
            clean.add(key)
        print(text, end="")
memory.write_text(json.dumps(sorted(clean)))
sys.exit(not good)
