// What a C library gave, given back to it by the function that it names for that: std::unique_ptr<BIO,
// Freed<BIO_free>>.
#pragma once

namespace deskline {

template <auto giveBack>
struct Freed {
    template <class T>
    void operator()(T* pointer) const {
        giveBack(pointer);
    }
};

}  // namespace deskline
