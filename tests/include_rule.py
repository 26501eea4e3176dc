#!/usr/bin/env python3
"""The include rule: a room includes only rooms below it, Windows headers stay in their folders, headers name what they are for."""
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
    "api": {"model", "source", "telephony", "audio", "events", "identity"},
    "net": {"model", "events", "identity", "api"},
    "host": {"model"},
}
windows_places = ("com/", "telephony/tapi3/", "audio/coreaudio/")
windows_headers = re.compile(r"^(windows|objbase|oleauto|olectl|unknwn|tapi.*|mmdeviceapi|audiopolicy|endpointvolume|propsys|lmcons|winsvc)\.h$")
wrong = []
for path in sorted(root.rglob("*.[ch]pp")):
    here = path.relative_to(root).as_posix()
    room = here.split("/")[0] if "/" in here else "main"
    text = path.read_text()
    for included in re.findall(r'#include [<"]([^>"]+)[>"]', text):
        other = included.split("/")[0]
        if other in below and room in below and other != room and other not in below[room]:
            wrong.append(f"{here}: {room} may not include {included}")
        if windows_headers.match(included) and not here.startswith(windows_places) and not here.endswith("_windows.cpp"):
            wrong.append(f"{here}: {included} is a Windows header")
        if other == "com" and not here.startswith(windows_places):
            wrong.append(f"{here}: {included} is for the Windows sources only")
    if here.endswith(".hpp") and room in below and not text.startswith("//"):
        wrong.append(f"{here}: a header begins with what it is for")
print("\n".join(wrong))
sys.exit(bool(wrong))
