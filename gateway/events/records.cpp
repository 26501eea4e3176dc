#include "events/records.hpp"

#include <spdlog/spdlog.h>

namespace deskline::events {

Result<void> Records::load(const Database& database) {
    Statement rows(database, "SELECT kind, id, body FROM records");
    while (rows.row()) {
        boost::json::error_code error;
        auto body = boost::json::parse(rows.text(2), error);
        if (!error && body.is_object())
            kinds_[rows.text(0)][rows.text(1)] = std::move(body.get_object());
        else
            spdlog::error("the {} {} in the journal cannot be read and is left alone", rows.text(0), rows.text(1));
    }
    if (rows.failed()) return database.fault("read");
    return {};
}

const Records::Bodies& Records::all(const std::string& kind) const {
    static const Bodies none;
    const auto found = kinds_.find(kind);
    return found == kinds_.end() ? none : found->second;
}

const boost::json::object* Records::find(const std::string& kind, const std::string& id) const {
    const auto& bodies = all(kind);
    const auto found = bodies.find(id);
    return found == bodies.end() ? nullptr : &found->second;
}

void Records::put(const std::string& kind, const std::string& id, boost::json::object body) {
    kinds_[kind][id] = std::move(body);
    dirty_.emplace(kind, id);
}

void Records::erase(const std::string& kind, const std::string& id) {
    const auto found = kinds_.find(kind);
    if (found == kinds_.end() || !found->second.contains(id)) return;
    const auto [noted, isNew] = dirty_.emplace(kind, id);  // before it goes: `id` may be its own key
    found->second.erase(noted->second);
    if (found->second.empty()) kinds_.erase(found);
}

void Records::eraseAll(const std::string& kind) {
    const auto found = kinds_.find(kind);
    if (found == kinds_.end()) return;
    for (const auto& [id, body] : found->second) dirty_.emplace(kind, id);
    kinds_.erase(found);
}

Result<void> Records::save(Database& database) {
    Statement put(database, "INSERT INTO records VALUES (?1, ?2, ?3) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body");
    Statement erase(database, "DELETE FROM records WHERE kind = ?1 AND id = ?2");
    for (const auto& [kind, id] : dirty_) {
        const auto* body = find(kind, id);
        auto& statement = body ? put.bind(kind, id, boost::json::serialize(*body)) : erase.bind(kind, id);
        if (!statement.done()) return database.fault("written");
        statement.reset();
    }
    return {};
}

}  // namespace deskline::events
