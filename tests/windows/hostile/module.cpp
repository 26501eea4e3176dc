// What somebody may want to have loaded into the gateway: it leaves a file, whose name is in HOSTILE_MARK, as soon as
// it is loaded. It looks like a provider of OpenSSL (tests/e2e/windows/openssl.test.mjs).
#include <windows.h>

BOOL WINAPI DllMain(HINSTANCE, DWORD reason, LPVOID) {
    wchar_t mark[MAX_PATH];
    const DWORD length = GetEnvironmentVariableW(L"HOSTILE_MARK", mark, MAX_PATH);
    if (reason == DLL_PROCESS_ATTACH && length > 0 && length < MAX_PATH)
        CloseHandle(CreateFileW(mark, GENERIC_WRITE, 0, nullptr, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr));
    return TRUE;
}

extern "C" __declspec(dllexport) int OSSL_provider_init(const void*, const void*, const void**, void**) { return 0; }
