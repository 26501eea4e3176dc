// Whether OpenSSL lacked memory. Many of its functions give the same answer for a lack of memory as for "no" (the
// signature is wrong, there is no such name). Code that must tell the two apart asks here. Thread: any; each sees only
// the lacks of its own.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace deskline {

struct CryptoMemory {  // where OpenSSL gets its memory from; a test gives functions that fail
    void* (*allocate)(std::size_t) = std::malloc;
    void* (*reallocate)(void*, std::size_t) = std::realloc;
};
// Called in main before any other call of OpenSSL. False: OpenSSL has allocated already, and lacks go unnoticed.
bool watchCryptoMemory(CryptoMemory from = {});

// Called in main before any other call of OpenSSL that may read a configuration: none does from then on, whatever the
// environment names (OPENSSL_CONF). An openssl.cnf may name a module, which OpenSSL then loads into the process, and
// the folder where OpenSSL looks for one may be open to other users. What TLS offers is decided by net/transport.
// False: OpenSSL could not be prepared, and must not be used. Source: OPENSSL_init_crypto(3),
// OPENSSL_INIT_NO_LOAD_CONFIG; config(5).
bool ignoreCryptoConfiguration();

class CryptoLack {
public:
    CryptoLack();
    bool happened() const;  // a lack on this thread since this object was made

private:
    std::uint64_t before_;
};

}  // namespace deskline
