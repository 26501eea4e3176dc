#include "com/com.hpp"

#include <spdlog/spdlog.h>

#include <cmath>

namespace deskline::com {
namespace {

struct Apartment {
    Apartment() {
        const HRESULT code = CoInitializeEx(nullptr, COINIT_MULTITHREADED);
        entered = SUCCEEDED(code);
        if (!entered) spdlog::error("{}", failed(code, "CoInitializeEx").detail);
    }
    ~Apartment() {
        if (entered) CoUninitialize();
    }
    Apartment(const Apartment&) = delete;
    Apartment& operator=(const Apartment&) = delete;
    bool entered = false;
};

}  // namespace

std::shared_ptr<void> enterApartment() { return std::make_shared<Apartment>(); }

int secondsEastOfUtc(DATE local) {
    SYSTEMTIME localTime{}, universal{};
    FILETIME from{}, to{};
    if (!VariantTimeToSystemTime(local, &localTime) ||
        !TzSpecificLocalTimeToSystemTime(nullptr, &localTime, &universal))
        return 0;
    SystemTimeToFileTime(&localTime, &from);
    SystemTimeToFileTime(&universal, &to);
    const auto ticks = [](const FILETIME& t) {
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(t.dwHighDateTime) << 32 | t.dwLowDateTime);
    };
    return static_cast<int>((ticks(from) - ticks(to)) / 10'000'000);
}

}  // namespace deskline::com
