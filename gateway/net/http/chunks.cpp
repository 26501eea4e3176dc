#include "net/http/chunks.hpp"

#include <algorithm>

#include "net/http/framing.hpp"

namespace deskline::net {
namespace {

constexpr int mostDigits = 8;

bool isSpace(char c) { return c == ' ' || c == '\t'; }

}  // namespace

Chunks::Chunks() { body.reserve(bodyBytes); }  // it may hold a PIN, and leaves no copies where it grows

std::size_t Chunks::take(std::string_view bytes) {
    std::size_t at = 0;
    while (at < bytes.size() && is_ == Is::open) {
        if (at_ != At::data) {
            step(bytes[at++]);
            continue;
        }
        const auto part = std::min(size_, bytes.size() - at);
        body.append(bytes.substr(at, part));
        at += part;
        size_ -= part;
        if (size_ == 0) at_ = At::dataCr;
    }
    return at;
}

void Chunks::step(char c) {
    switch (at_) {
        case At::size: return size(c);
        case At::space:
            return c == ';' ? nextInExtension(c) : next(isSpace(c) && ++extensions_ <= extensionBytes, At::space);
        case At::extension: return c == '\r' ? next(true, At::sizeEnd) : nextInExtension(c);
        case At::sizeEnd: return c == '\n' ? endOfSize() : next(false, At::sizeEnd);
        case At::dataCr: return next(c == '\r', At::dataLf);
        case At::dataLf: digits_ = 0; return next(c == '\n', At::size);
        case At::trailer: return trailer(c);
        case At::data: return;  // `take` has it
    }
}

void Chunks::next(bool fits, At at) {
    at_ = at;
    if (!fits) is_ = Is::broken;
}

void Chunks::size(char c) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit >= 0) {
        size_ = size_ * 16 + static_cast<std::size_t>(digit);
        return next(++digits_ <= mostDigits, At::size);
    }
    if (digits_ == 0) return next(false, At::size);
    if (c == '\r') return next(true, At::sizeEnd);
    return c == ';' ? nextInExtension(c) : next(isSpace(c), At::space);
}

void Chunks::nextInExtension(char c) {
    next(++extensions_ <= extensionBytes && mayBeInValue(static_cast<unsigned char>(c)), At::extension);
}

void Chunks::endOfSize() {
    if (body.size() + size_ > bodyBytes) is_ = Is::tooLarge;
    at_ = size_ == 0 ? At::trailer : At::data;
}

void Chunks::trailer(char c) {
    trailer_ += c;
    if (trailer_.size() > trailerBytes || (c == '\n' && !trailer_.ends_with("\r\n"))) return next(false, At::trailer);
    if (trailer_ == "\r\n" || trailer_.ends_with("\r\n\r\n")) is_ = fieldsIn(trailer_) ? Is::whole : Is::broken;
}

}  // namespace deskline::net
