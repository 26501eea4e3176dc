// A fake of each IEnum… of TAPI (IEnumAgent, IEnumAgentSession, IEnumACDGroup, IEnumQueue, IEnumAgentHandler,
// IEnumAddress, IEnumCall): Next, Skip, Reset and Clone over the objects that were there when it was asked for. Next
// insists on the count of what it fetched, as some enumerators do. Thread: the client's, one at a time.
#pragma once
#include <algorithm>
#include <utility>
#include <vector>

#include "com/com.hpp"
#include "doubles/rules/object.hpp"

namespace deskline::doubles::tapi {

template <class Enumerator, class Item>
class Enumeration final : public TapiObject<Enumerator> {
public:
    explicit Enumeration(std::vector<com::ComPtr<Item>> items, std::size_t at = 0)
        : items_(std::move(items)), at_(at) {}
    HRESULT STDMETHODCALLTYPE Next(ULONG count, Item** out, ULONG* fetched) override {
        if (!out || !fetched) return E_POINTER;
        for (*fetched = 0; *fetched < count && at_ < items_.size(); ++*fetched) items_[at_++].CopyTo(&out[*fetched]);
        return *fetched == count ? S_OK : S_FALSE;
    }
    HRESULT STDMETHODCALLTYPE Reset() override {
        at_ = 0;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE Skip(ULONG count) override {
        at_ = std::min<std::size_t>(items_.size(), at_ + count);
        return at_ < items_.size() ? S_OK : S_FALSE;
    }
    HRESULT STDMETHODCALLTYPE Clone(Enumerator** out) override {
        *out = new Enumeration(items_, at_);
        return S_OK;
    }

private:
    std::vector<com::ComPtr<Item>> items_;
    std::size_t at_;
};

template <class Enumerator, class Item>
HRESULT enumerate(std::vector<com::ComPtr<Item>> items, Enumerator** out) {
    if (!out) return E_POINTER;
    *out = new Enumeration<Enumerator, Item>(std::move(items));
    return S_OK;
}

}  // namespace deskline::doubles::tapi
