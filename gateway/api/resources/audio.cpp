#include "api/caller_command.hpp"
#include "api/paging.hpp"
#include "api/resources/resources.hpp"
#include "model/text.hpp"

namespace deskline::api {
namespace {

constexpr std::size_t longestName = 256, mostChannels = 64;

// NaN and infinities are refused before any COM interface sees them; JSON has neither, and the reader refuses what
// overflows.
std::vector<FieldError> outOfRange(const std::optional<double>& volume,
                                   const std::optional<std::vector<double>>& channels) {
    std::vector<FieldError> errors;
    const auto wrong = [](double v) { return !(v >= 0.0 && v <= 1.0); };
    if (volume && wrong(*volume)) errors.push_back({"/volume", "must be from 0 to 1"});
    if (channels) {
        if (channels->empty() || channels->size() > mostChannels)
            errors.push_back({"/channelVolumes", "must have one value for each channel"});
        for (std::size_t i = 0; i < channels->size(); ++i)
            if (wrong((*channels)[i]))
                errors.push_back({"/channelVolumes/" + std::to_string(i), "must be from 0 to 1"});
    }
    return errors;
}

template <class T, class Body>
void patch(Context& context, Request request, Respond respond) {
    auto body = parseBody<Body>(request);
    if (!body) return respond(problem(body.error(), request.requestId));
    auto errors = outOfRange(body->volume, body->channelVolumes);
    audio::Change change{{kindOf<T>, request.parameters[0]}, body->volume, body->muted, body->channelVolumes, {}};
    if constexpr (requires { body->displayName; }) {
        change.displayName = body->displayName;
        if (body->displayName && characters(*body->displayName) > longestName)
            errors.push_back({"/displayName", "must have at most 256 characters"});
        if (body->displayName && !isPrintable(*body->displayName, std::string::npos))
            errors.push_back({"/displayName", "must have no control characters"});
    }
    if (!change.volume && !change.muted && !change.channelVolumes && !change.displayName)
        errors.push_back({"", "names nothing to change"});
    if (!errors.empty()) {
        auto detail = errors[0].pointer + " " + errors[0].detail + ".";
        return respond(
            problem({"invalid-argument", std::move(detail), {}, {}, false, std::move(errors)}, request.requestId));
    }
    if (auto fault =
            refused(context, request.identity, Resource::audio, {}, kindOf<T>,
                    "You may not change audio here; see [audio] agents_may_control, and the scope audio:write."))
        return respond(problem(*fault, request.requestId));
    command(context, std::move(request), std::move(respond),
            [change = std::move(change)](const events::State& state) -> Result<Plan> {
                if (!state.find<T>(IdOf<T>(change.object.id))) return notFound(kindOf<T>);
                return Plan{change, answerWith<T>};
            });
}

}  // namespace

void patchAudioDevice(Context& context, Request request, Respond respond) {
    patch<AudioDevice, AudioDeviceBody>(context, std::move(request), std::move(respond));
}

void patchAudioSession(Context& context, Request request, Respond respond) {
    patch<AudioSession, AudioSessionBody>(context, std::move(request), std::move(respond));
}

}  // namespace deskline::api
