// Lines, which TAPI calls addresses.
#include <algorithm>

#include "model/id.hpp"
#include "telephony/tapi3/inventory.hpp"

namespace deskline::telephony {

std::optional<AddressId> Inventory::lineOf(const ComPtr<IUnknown>& identity) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, line] : addresses_)
        if (line.identity == identity) return id;
    return std::nullopt;
}

std::optional<AddressId> Inventory::lineLike(const Address& value) const {
    const std::lock_guard lock(mutex_);
    std::optional<AddressId> like;
    std::size_t count = 0;
    for (const auto& [id, line] : addresses_) {
        if (line.value.name != value.name || line.value.provider != value.provider) continue;
        if (line.value.dialableAddress == value.dialableAddress) return id;
        like = id;
        ++count;
    }
    return count == 1 ? like : std::nullopt;
}

std::optional<AddressEntry> Inventory::line(const AddressId& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = addresses_.find(id);
    return found == addresses_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<AddressEntry> Inventory::lineAfter(const AddressId& id) const {
    const std::lock_guard lock(mutex_);
    auto next = addresses_.upper_bound(id);
    if (next == addresses_.end()) next = addresses_.begin();
    return next == addresses_.end() ? std::nullopt : std::optional(next->second);
}

Address Inventory::add(AddressEntry line) {
    const std::lock_guard lock(mutex_);
    auto& id = line.value.id;
    std::size_t nth = 1;
    do id = addressId(line.value.provider, line.value.name, nth++);
    while (addresses_.contains(id));
    auto value = line.value;
    addresses_[value.id] = std::move(line);
    return value;
}

std::optional<Address> Inventory::changeLine(const AddressId& id, const std::function<void(AddressEntry&)>& change) {
    const std::lock_guard lock(mutex_);
    const auto found = addresses_.find(id);
    if (found == addresses_.end()) return std::nullopt;
    auto& line = found->second;
    const auto before = line.value;
    change(line);
    line.value.handler = line.handlers.empty() ? HandlerName() : line.handlers.front();
    return line.value == before ? std::nullopt : std::optional(line.value);
}

bool Inventory::hasLine(const AddressName& name) const {
    return std::ranges::any_of(addresses_, [&](const auto& entry) { return entry.second.value.name == name; });
}

std::optional<Inventory::Line> Inventory::takeLine(const AddressId& id) {
    const std::lock_guard lock(mutex_);
    auto node = addresses_.extract(id);
    if (node.empty()) return std::nullopt;
    Line gone{std::move(node.mapped()), {}};
    const auto& name = gone.line.value.name;
    if (!hasLine(name)) gone.calls = takeCalls(name);
    return gone;
}

std::vector<long> Inventory::registrations() const {
    const std::lock_guard lock(mutex_);
    std::vector<long> all;
    for (const auto& [id, line] : addresses_)
        if (line.registration) all.push_back(*line.registration);
    return all;
}

ComPtr<ITAddress> Inventory::address(const std::string& wanted, const HandlerName& handler) const {
    const std::lock_guard lock(mutex_);
    ComPtr<ITAddress> other;  // that the handler cannot use: the switch says so
    for (const auto& [id, line] : addresses_) {
        if (id != wanted && line.value.name != wanted) continue;
        if (std::ranges::find(line.handlers, handler) != line.handlers.end()) return line.object;
        if (!other) other = line.object;
    }
    return other;
}

}  // namespace deskline::telephony
