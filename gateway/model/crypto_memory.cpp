#include "model/crypto_memory.hpp"

#include <openssl/crypto.h>

namespace deskline {
namespace {

CryptoMemory memory;
thread_local std::uint64_t lacks = 0;

void* noted(void* room) {
    if (!room) ++lacks;
    return room;
}

void* allocate(std::size_t size, const char*, int) { return size ? noted(memory.allocate(size)) : nullptr; }

void* reallocate(void* room, std::size_t size, const char*, int) {
    if (size) return noted(memory.reallocate(room, size));
    std::free(room);
    return nullptr;
}

void giveBack(void* room, const char*, int) { std::free(room); }

}  // namespace

bool watchCryptoMemory(CryptoMemory from) {
    memory = from;
    return CRYPTO_set_mem_functions(allocate, reallocate, giveBack) == 1;
}

bool ignoreCryptoConfiguration() { return OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) == 1; }

CryptoLack::CryptoLack() : before_(lacks) {}

bool CryptoLack::happened() const { return lacks != before_; }

}  // namespace deskline
