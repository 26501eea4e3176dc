#include "steps.hpp"

#include <sstream>

namespace deskline::model {
namespace {

// The weight of each step when lists are drawn.
constexpr std::pair<Do, int> weights[] = {
    {Do::connect_switch, 3}, {Do::lose_switch, 2}, {Do::move, 14},      {Do::call, 6},
    {Do::volume, 6},         {Do::sign_in, 8},     {Do::sign_out, 3},   {Do::agent_state, 3},
    {Do::create, 10},        {Do::set_state, 20},  {Do::end, 3},        {Do::withdraw, 2},
    {Do::repeat, 5},         {Do::answer, 30},     {Do::late_event, 6}, {Do::enter, 10},
    {Do::leave, 5},          {Do::come_back, 10},  {Do::slow, 4},       {Do::subscribe, 4},
    {Do::grant, 3},          {Do::journal, 3},     {Do::crash, 2},      {Do::restart, 2},
    {Do::pass, 8},           {Do::wall_clock, 1},  {Do::forget, 1},     {Do::read, 5},
    {Do::operation, 3},      {Do::look, 4}};

}  // namespace

Steps draw(std::uint64_t seed, std::size_t length) {
    std::mt19937_64 random(seed);
    int sum = 0;
    for (const auto& [what, weight] : weights) sum += weight;
    Steps steps;
    for (std::size_t i = 0; i < length; ++i) {
        auto at = static_cast<int>(random() % static_cast<unsigned>(sum));
        const auto* row = weights;
        while (at >= row->second) at -= (row++)->second;
        const auto draw = [&] { return static_cast<unsigned>(random() % 64); };
        steps.push_back({row->first, draw(), draw(), draw()});
    }
    return steps;
}

std::string written(const Steps& steps) {
    std::string text;
    for (const auto& step : steps)
        text += std::string(name(step.what)) + " " + std::to_string(step.a) + " " + std::to_string(step.b) + " " +
                std::to_string(step.c) + "\n";
    return text;
}

bool readSteps(const std::string& text, Steps& out) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line.starts_with('#')) continue;
        std::istringstream words(line);
        std::string what;
        Step step;
        words >> what >> step.a >> step.b >> step.c;
        const auto known = named<Do>(what);
        if (!known || words.fail()) return false;
        step.what = *known;
        out.push_back(step);
    }
    return true;
}

}  // namespace deskline::model
