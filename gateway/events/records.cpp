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
    thread_.check();
    static const Bodies none;
    const auto found = kinds_.find(kind);
    return found == kinds_.end() ? none : found->second;
}

const boost::json::object* Records::find(const std::string& kind, const std::string& id) const {
    const auto& bodies = all(kind);
    const auto found = bodies.find(id);
    return found == bodies.end() ? nullptr : &found->second;
}

bool Records::put(const std::string& kind, const std::string& id, boost::json::object body) {
    const auto known = kinds_.find(kind);
    const bool isNew = known == kinds_.end() || !known->second.contains(id);
    if ((isNew && known != kinds_.end() && known->second.size() >= mostOfKind) ||
        boost::json::serialize(body).size() > longestBody) {
        spdlog::warn("{} {} is not kept: it is too large, or there are {} of its kind", kind, id, mostOfKind);
        return false;
    }
    kinds_[kind][id] = std::move(body);
    touch(kind, id);
    return true;
}

void Records::touch(const std::string& kind, const std::string& id) {
    thread_.check();
    if (anew_) return;
    dirty_.emplace(kind, id);
    if (dirty_.size() <= mostUnsaved) return;
    dirty_.clear();
    anew_ = true;
}

void Records::erase(const std::string& kind, const std::string& id) {
    const auto found = kinds_.find(kind);
    if (found == kinds_.end()) return;
    const auto record = found->second.find(id);
    if (record == found->second.end()) return;
    touch(kind, id);  // before it goes: `id` may be its own key
    found->second.erase(record);
    if (found->second.empty()) kinds_.erase(found);
}

void Records::eraseAll(const std::string& kind) {
    const auto found = kinds_.find(kind);
    if (found == kinds_.end()) return;
    for (const auto& [id, body] : found->second) touch(kind, id);
    kinds_.erase(found);
}

Result<void> Records::save(Database& database) {
    Statement put(database,
                  "INSERT INTO records VALUES (?1, ?2, ?3) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body");
    Statement erase(database, "DELETE FROM records WHERE kind = ?1 AND id = ?2");
    const auto write = [&](const std::string& kind, const std::string& id, const boost::json::object* body) {
        auto& statement = body ? put.bind(kind, id, boost::json::serialize(*body)) : erase.bind(kind, id);
        const bool done = statement.done();
        statement.reset();
        return done;
    };
    if (anew_) {
        if (!database.run("DELETE FROM records WHERE json_valid(body) AND body LIKE '{%'"))
            return database.fault("written");
        for (const auto& [kind, bodies] : kinds_)
            for (const auto& [id, body] : bodies)
                if (!write(kind, id, &body)) return database.fault("written");
    }
    for (const auto& [kind, id] : dirty_)
        if (!write(kind, id, find(kind, id))) return database.fault("written");
    return {};
}

}  // namespace deskline::events
