// A body in chunks, taken apart as it comes. Extensions are passed over, the trailer is checked and thrown away: no
// field counts that came after the header (RFC 9110 §6.5.1). Source: RFC 9112 §7.1. Thread: any.
#pragma once
#include <string>
#include <string_view>

namespace deskline::net {

class Chunks {
public:
    static constexpr std::size_t extensionBytes = 1024, trailerBytes = 4096;  // in all
    enum class Is { open, whole, broken, tooLarge };

    Chunks();
    std::size_t take(std::string_view bytes);  // how many belonged to it; the rest is the next request's
    Is is() const { return is_; }
    std::string body;

private:
    enum class At { size, space, extension, sizeEnd, data, dataCr, dataLf, trailer };
    void step(char c);
    void size(char c);
    void next(bool fits, At at);
    void nextInExtension(char c);
    void endOfSize();
    void trailer(char c);

    At at_ = At::size;
    Is is_ = Is::open;
    std::size_t size_ = 0, extensions_ = 0;
    int digits_ = 0;
    std::string trailer_;
};

}  // namespace deskline::net
