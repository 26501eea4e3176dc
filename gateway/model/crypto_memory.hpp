// Whether OpenSSL lacked memory. Many of its functions answer that as they answer "no": that a signature is wrong, that
// there is no such name. Whoever must not take one for the other looks here. Thread: any; what one lacked is not told
// to another.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace deskline {

struct CryptoMemory {  // where OpenSSL gets its memory from; a test gives less
    void* (*allocate)(std::size_t) = std::malloc;
    void* (*reallocate)(void*, std::size_t) = std::realloc;
};
// In main, before anything else asks OpenSSL. False: it has memory already, and what it lacks is not noticed.
bool watchCryptoMemory(CryptoMemory from = {});

class CryptoLack {
public:
    CryptoLack();
    bool happened() const;  // on this thread, since it was made

private:
    std::uint64_t before_;
};

}  // namespace deskline
