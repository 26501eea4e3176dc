// The code against its descriptions, in both directions: routes, query parameters, shapes, enumerations, problems,
// topics.
#include <catch2/catch.hpp>

#include <sstream>

#include "api/router.hpp"
#include "automation/webhooks/deliverer.hpp"
#include "events/operations.hpp"
#include "events/subscription.hpp"
#include "model/values_json.hpp"
#include "net/pages/assets.hpp"

using namespace deskline;
namespace json = boost::json;

namespace {

json::value described(std::string_view path) {
    for (const auto& asset : net::assets())
        if (asset.path == path) return json::parse(asset.bytes);
    FAIL("the program lacks " << path);
    return {};
}
const json::value& openapi() {
    static const json::value document = described("/openapi.json");
    return document;
}
const json::value& asyncapi() {
    static const json::value document = described("/asyncapi.json");
    return document;
}

// The node that a $ref of either document points to.
const json::value& at(std::string_view reference) {
    const auto pointer = reference.substr(reference.find('#') + 1);
    json::error_code error;
    const auto* found = openapi().find_pointer(pointer, error);
    if (!found) found = asyncapi().find_pointer(pointer, error);
    INFO(reference);
    REQUIRE(found);
    return *found;
}

const json::value& resolved(const json::value& schema) {
    const auto* reference = schema.is_object() ? schema.get_object().if_contains("$ref") : nullptr;
    return reference ? resolved(at(std::string_view(reference->as_string()))) : schema;
}

std::set<std::string> strings(const json::value& array) {
    std::set<std::string> all;
    for (const auto& item : array.as_array()) all.insert(std::string(item.as_string()));
    return all;
}

template <class T>
void checkEnum(const json::value& schema) {
    std::set<std::string> code;
    for (const auto name : names<T>) code.emplace(name);
    CHECK(strings(resolved(schema).at("enum")) == code);
}

template <class T>
void checkType(const json::value& schema, const std::string& where);

// Checks that members and required members are the same on both sides, and that each has its type.
template <class T>
void checkObject(const json::value& schema, const std::string& where) {
    INFO(where);
    const auto& object = resolved(schema).as_object();
    std::set<std::string> members, required;
    boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_any_access>>([&](auto d) {
        using Member = std::decay_t<decltype(std::declval<T>().*d.pointer)>;
        members.insert(d.name);
        if (!detail::is_optional<Member>::value) required.insert(d.name);
        if (const auto* property = object.at("properties").as_object().if_contains(d.name))
            checkType<Member>(*property, where + "." + d.name);
    });
    std::set<std::string> documented;
    for (const auto& property : object.at("properties").as_object()) documented.insert(std::string(property.key()));
    CHECK(documented == members);
    CHECK((object.contains("required") ? strings(object.at("required")) : std::set<std::string>()) == required);
    CHECK(object.at("additionalProperties") == false);
}

template <class T>
void checkType(const json::value& schema, const std::string& where) {
    INFO(where);
    const auto& is = resolved(schema).as_object();
    const auto type = [&] { return std::string(is.at("type").as_string()); };
    if constexpr (detail::is_optional<T>::value)
        checkType<typename T::value_type>(schema, where);
    else if constexpr (detail::is_vector<T>::value) {
        CHECK(type() == "array");
        checkType<typename T::value_type>(is.at("items"), where + "[]");
    } else if constexpr (std::is_same_v<T, Time>)
        CHECK(std::string_view(is.at("format").as_string()) == "date-time");
    else if constexpr (std::is_base_of_v<std::string, T>)
        CHECK(type() == "string");
    else if constexpr (std::is_same_v<T, bool>)
        CHECK(type() == "boolean");
    else if constexpr (std::is_enum_v<T>)
        checkEnum<T>(schema);
    else if constexpr (std::is_integral_v<T>)
        CHECK(type() == "integer");
    else if constexpr (std::is_floating_point_v<T>)
        CHECK(type() == "number");
    else
        checkObject<T>(schema, where);
}

const json::value& schema(const char* name) { return openapi().at("components").at("schemas").at(name); }

std::set<std::string> words(std::string_view text) {
    std::istringstream stream{std::string(text)};
    return {std::istream_iterator<std::string>(stream), {}};
}

// "/agents/{agent}/state" and "/agents/{id}/state" are one path.
std::string shape(std::string_view path) {
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
        out += path[i];
        if (path[i] == '{') i = path.find('}', i) - 1;
    }
    return out;
}

}  // namespace

TEST_CASE("every route is documented with its query and body, and every documented one is there") {
    std::map<std::string, std::pair<std::set<std::string>, bool>> code, document;
    for (const auto& route : api::routes())
        code[std::string(route.method) + " " + shape(route.path)] = {words(route.query), route.body};
    for (const auto& path : openapi().at("paths").as_object())
        for (const auto& method : path.value().as_object()) {
            if (method.key() == "parameters") continue;
            const auto& operation = method.value().as_object();
            std::set<std::string> query;
            if (const auto* parameters = operation.if_contains("parameters"))
                for (const auto& parameter : parameters->as_array())
                    if (const auto& is = resolved(parameter); is.at("in") == "query")
                        query.insert(std::string(is.at("name").as_string()));
            std::string verb(method.key());
            for (char& c : verb) c = static_cast<char>(std::toupper(c));
            document[verb + " " + shape(path.key())] = {query, operation.contains("requestBody")};
        }
    // The descriptions are served without a token, by a route that is not in the table.
    for (const auto* file : {"GET /openapi.json", "GET /asyncapi.json"}) CHECK(document.erase(file) == 1);
    CHECK(code == document);
}

TEST_CASE("every shape on the wire is documented member by member") {
    checkObject<Agent>(schema("Agent"), "Agent");
    checkObject<AgentSession>(schema("AgentSession"), "AgentSession");
    checkObject<AgentHandler>(schema("AgentHandler"), "AgentHandler");
    checkObject<AcdGroup>(schema("AcdGroup"), "AcdGroup");
    checkObject<Queue>(schema("Queue"), "Queue");
    checkObject<Address>(schema("Address"), "Address");
    checkObject<Call>(schema("Call"), "Call");
    checkObject<AudioDevice>(schema("AudioDevice"), "AudioDevice");
    checkObject<AudioSession>(schema("AudioSession"), "AudioSession");
    checkObject<events::Cause>(schema("Cause"), "Cause");
    checkObject<automation::Delivery>(schema("Delivery"), "Delivery");
    checkObject<FieldError>(schema("FieldError"), "FieldError");
}

TEST_CASE("every enumeration on the wire is documented, value by value") {
    checkEnum<events::OperationState>(schema("OperationState"));
    checkEnum<automation::WebhookState>(schema("WebhookState"));
    checkEnum<identity::Role>(schema("Role"));
    const auto& schemas = asyncapi().at("components").at("schemas");
    checkEnum<SessionEvent>(schemas.at("SessionEvent"));
    checkEnum<AgentEvent>(schemas.at("AgentEvent"));
    checkEnum<AddressEvent>(schemas.at("AddressEvent"));
    checkEnum<InventoryEvent>(schemas.at("InventoryEvent"));
    checkEnum<CallEvent>(schemas.at("CallEvent"));
    checkEnum<AudioSessionChange>(schemas.at("AudioSessionChange"));
    checkEnum<AudioDeviceChange>(schemas.at("AudioDeviceChange"));
    checkEnum<DisconnectReason>(schemas.at("DisconnectReason"));
    checkEnum<Source>(schemas.at("Source"));
}

TEST_CASE("every problem is documented, and every documented one exists") {
    std::set<std::string> code;
    for (const auto& row : problemTable) code.insert("/problems/" + std::string(row.slug));
    CHECK(strings(schema("ProblemType").at("enum")) == code);
}

TEST_CASE("every topic is a documented type with its data, and the other way round") {
    std::set<std::string> code, withData;
    for (const auto topic : allTopics) code.insert("deskline." + std::string(topic));
    CHECK(strings(schema("EventType").at("enum")) == code);
    for (const auto& rule : asyncapi().at("components").at("schemas").at("EventFrame").at("allOf").as_array())
        withData.insert(std::string(rule.at("if").at("properties").at("type").at("const").as_string()));
    CHECK(withData == code);
}
