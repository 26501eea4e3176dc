#!/usr/bin/env python3
"""The include rule: a room includes only rooms below it, no include runs in a circle (a header and its source are one),
Windows headers stay in their folders, headers say what they are for and on which thread. A room is a folder, or a file
that stands above its folder. What differs between the hosts stands in files of its own (_linux, _windows), which
gateway/CMakeLists.txt chooses: no source asks the preprocessor for the host."""
import pathlib, re, sys

root = pathlib.Path(__file__).resolve().parent.parent / "gateway"
below = {
    "model": set(),
    "com": {"model"},
    "simulation": {"model"},
    "source": {"model"},
    "telephony": {"model", "simulation", "source", "com"},
    "audio": {"model", "simulation", "source", "com"},
    "events": {"model"},
    "identity": {"model"},
    "outbound": {"model"},
    "commands": {"model", "telephony", "audio", "events", "identity"},
    "automation": {"model", "telephony", "events", "identity", "outbound", "commands"},
    "api": {"model", "events", "identity", "commands", "automation", "audio", "telephony"},
    "api/resources": {"model", "events", "identity", "commands", "automation", "audio", "telephony", "api"},
    "api/router": {"model", "events", "identity", "api", "api/resources"},
    "app/services": {"model", "events", "identity", "commands", "automation", "api", "audio", "telephony"},
    "net/transport": {"model", "api"},
    "net/shard": {"model", "events", "net/transport"},
    "net/http": {"model", "events", "identity", "api", "api/router", "net/transport", "net/shard"},
    "net/pages": {"model", "events", "identity", "api", "net/transport", "net/http"},
    "net/streaming": {"model", "events", "identity", "api", "api/router", "net/transport", "net/shard", "net/http"},
    "net": {"model", "events", "identity", "api", "api/router", "net/transport", "net/shard", "net/http", "net/pages",
            "net/streaming"},
    "host": {"model"},
    "app": {"model", "events", "identity", "outbound", "automation", "api", "audio", "telephony", "app/services", "net",
            "net/transport", "net/http", "net/pages", "host"},
    "cli": {"model", "events", "identity", "host", "app"},
}
windows_places = ("com/", "telephony/tapi3/", "audio/coreaudio/")
windows_headers = re.compile(r"^(windows|objbase|oleauto|olectl|unknwn|tapi.*|mmdeviceapi|audiopolicy|endpointvolume|"
                             r"propsys|lmcons|winsvc)\.h$")


def room(path):
    """The longest name in the table that the path begins with; None: it stands in no room."""
    parts = path.rsplit(".", 1)[0].split("/")
    return next((name for n in range(len(parts), 0, -1) if (name := "/".join(parts[:n])) in below), None)


def module(path):
    """A header and its source, with the sources of the hosts, are one."""
    return re.sub(r"(_linux|_windows)?\.[ch]pp$", "", path)


def circle(includes):
    """Some modules that include each other in a circle, in order; none: []."""
    done, way = set(), []

    def visit(path):
        if path in way:
            return way[way.index(path):] + [path]
        if path in done or path not in includes:
            return []
        way.append(path)
        found = next((c for other in includes[path] if (c := visit(other))), [])
        way.pop()
        done.add(path)
        return found

    return next((c for path in includes if (c := visit(path))), [])


wrong, modules = [], {}
for path in sorted(root.rglob("*.[ch]pp")):
    here = path.relative_to(root).as_posix()
    text = path.read_text()
    if not room(here) and not here.startswith("precompiled/"):
        wrong.append(f"{here}: stands in no room")
    if re.search(r"_WIN32|__linux__|__unix__", text):
        wrong.append(f"{here}: what differs between the hosts stands in files that end in _linux.cpp and _windows.cpp")
    includes = re.findall(r'#include [<"]([^>"]+)[>"]', text)
    own = modules.setdefault(module(here), [])
    own += [other for path in includes if (other := module(path)) != module(here) and other not in own]
    for included in includes:
        mine, other = room(here), room(included)
        if (root / included).exists() and mine and other not in below[mine] | {mine}:
            wrong.append(f"{here}: {mine} may not include {included}")
        of_windows = here.startswith(windows_places) or here.endswith("_windows.cpp")
        if windows_headers.match(included) and not of_windows:
            wrong.append(f"{here}: {included} is a Windows header")
        if other == "com" and not here.startswith(windows_places):
            wrong.append(f"{here}: {included} is for the Windows sources only")
    if here.endswith(".hpp") and "/" in here and not here.startswith("precompiled/"):
        head = re.match(r"(//.*\n)*", text)[0]
        if not head:
            wrong.append(f"{here}: a header begins with what it is for")
        elif not re.search(r"\bThreads?:", head):
            wrong.append(f"{here}: the comment at a header's head says its thread (\"Thread: …\")")
if found := circle(modules):
    wrong.append("a circle: " + " → ".join(found))
print("\n".join(wrong))
sys.exit(bool(wrong))
