// A deleter for objects of C libraries that calls the library's own function: std::unique_ptr<BIO, Freed<BIO_free>>.
// Thread: any.
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
