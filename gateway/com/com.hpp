// Owners of what COM hands out (apartments, interfaces, BSTRs, task memory).
// Windows only; included by telephony/tapi3, audio/coreaudio and the doubles alone. Thread: any.
#pragma once
#include <windows.h>

#include <objbase.h>
#include <oleauto.h>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "model/fault.hpp"
#include "model/wide_text_windows.hpp"

namespace deskline::com {

// An owned reference. A class of our own, because mingw-w64's wrl/client.h adds a reference in Attach and compares as
// bool. There is no operator&: a call that fills it in gets GetAddressOf, which first releases the object it held.
template <class T>
class ComPtr {
public:
    ComPtr() = default;
    ComPtr(std::nullptr_t) {}
    ComPtr(T* object) : object_(object) { retain(); }
    ComPtr(const ComPtr& other) : object_(other.object_) { retain(); }
    ComPtr(ComPtr&& other) noexcept : object_(other.Detach()) {}
    template <class U>
    requires std::is_convertible_v<U*, T*> ComPtr(const ComPtr<U>& other) : object_(other.Get()) { retain(); }
    ~ComPtr() { Reset(); }

    ComPtr& operator=(ComPtr other) noexcept {
        Swap(other);
        return *this;
    }
    void operator&() const = delete;

    T* Get() const { return object_; }
    T* operator->() const { return object_; }
    explicit operator bool() const { return object_ != nullptr; }
    bool operator==(const ComPtr& other) const { return object_ == other.object_; }

    T** GetAddressOf() {
        Reset();
        return &object_;
    }
    void Attach(T* object) {  // takes over the caller's reference
        Reset();
        object_ = object;
    }
    T* Detach() { return std::exchange(object_, nullptr); }
    void Reset() {
        if (auto* object = Detach()) object->Release();
    }
    void Swap(ComPtr& other) noexcept { std::swap(object_, other.object_); }
    HRESULT CopyTo(T** out) const {  // with a reference for the receiver
        retain();
        *out = object_;
        return S_OK;
    }

private:
    void retain() const {
        if (object_) object_->AddRef();
    }
    T* object_ = nullptr;
};

// The multithreaded apartment, held for the life of the returned object, on the thread that asked (source::Apartment).
std::shared_ptr<void> enterApartment();

using deskline::toUtf16;
using deskline::toUtf8;

inline Fault failed(HRESULT code, std::string_view what) { return fromHresult(static_cast<std::uint32_t>(code), what); }

class Bstr {
public:
    Bstr() = default;
    explicit Bstr(std::string_view text) {
        const auto wide = toUtf16(text);
        text_ = SysAllocStringLen(wide.data(), static_cast<UINT>(wide.size()));
    }
    Bstr(const Bstr&) = delete;
    Bstr& operator=(const Bstr&) = delete;
    ~Bstr() { SysFreeString(text_); }

    BSTR get() const { return text_; }
    BSTR* receive() {
        SysFreeString(std::exchange(text_, nullptr));
        return &text_;
    }
    std::string text() const { return text_ ? toUtf8({text_, SysStringLen(text_)}) : std::string(); }
    void wipe() {
        if (text_) SecureZeroMemory(text_, SysStringByteLen(text_));
    }

private:
    BSTR text_ = nullptr;
};

class TaskText {  // LPWSTR from CoTaskMemAlloc
public:
    TaskText() = default;
    TaskText(const TaskText&) = delete;
    TaskText& operator=(const TaskText&) = delete;
    ~TaskText() { CoTaskMemFree(text_); }

    LPWSTR* receive() {
        CoTaskMemFree(std::exchange(text_, nullptr));
        return &text_;
    }
    std::string text() const { return text_ ? toUtf8(text_) : std::string(); }

private:
    LPWSTR text_ = nullptr;
};

// The object's IUnknown, by which objects are compared: QueryInterface answers the same pointer for one object.
template <class T>
ComPtr<IUnknown> identityOf(T* object) {
    ComPtr<IUnknown> identity;
    if (object) object->QueryInterface(__uuidof(IUnknown), reinterpret_cast<void**>(identity.GetAddressOf()));
    return identity;
}

template <class To, class From>
ComPtr<To> query(From* object) {
    ComPtr<To> to;
    if (object) object->QueryInterface(__uuidof(To), reinterpret_cast<void**>(to.GetAddressOf()));
    return to;
}

// All elements of an IEnum…. Next always gets a pointer for the count, since some enumerators refuse a null one. `ok`:
// false when one of the calls failed.
template <class Item, class Enumerator>
std::vector<ComPtr<Item>> collect(Enumerator* all, bool& ok) {
    std::vector<ComPtr<Item>> items;
    for (;;) {
        ComPtr<Item> item;
        ULONG fetched = 0;
        const HRESULT code = all->Next(1, item.GetAddressOf(), &fetched);
        ok = SUCCEEDED(code);
        if (code != S_OK || fetched == 0 || !item) return items;
        items.push_back(std::move(item));
    }
}

int secondsEastOfUtc(DATE local);  // the host's offset from UTC at that local time; DATE: days since 1899-12-30

}  // namespace deskline::com
