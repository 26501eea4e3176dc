// The two classes that doubles.dll serves, for its class factory. Each gives a new object, or the HRESULT of an
// injected fault. Thread: whoever calls CoCreateInstance. No TAPI and no Core Audio header here: they do not go
// together.
#pragma once
#include <windows.h>

namespace deskline::doubles {

HRESULT makeTapi(REFIID id, void** out);              // CLSID_TAPI
HRESULT makeDeviceEnumerator(REFIID id, void** out);  // MMDeviceEnumerator

}  // namespace deskline::doubles
