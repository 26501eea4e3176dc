// Checks the gateway against the model: first the lists of steps in the files, which earlier faults have left, then as
// many drawn lists as are asked for.
//   model_test [--seeds N] [--first SEED] [--steps N] [--seconds N] [FILE …]
// FILE: a list of steps, or a folder of such (*.steps). Exit code 1: a promise was broken; the shortest list that
// breaks it is printed, to be kept as a file beside the others.
#include <spdlog/spdlog.h>

#include <fstream>
#include <iostream>
#include <sstream>

#include <time.h>

#include "shrink.hpp"

using namespace deskline::model;

namespace {

struct Options {
    std::uint64_t seeds = 2000, first = 1, steps = 60,
                  seconds = 0;  // seconds of the processor, after which no further seed begins; 0: no limit
    std::vector<std::filesystem::path> lists;
};

bool parse(int count, char** words, Options& out) {
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        auto* number = word == "--seeds"     ? &out.seeds
                       : word == "--first"   ? &out.first
                       : word == "--steps"   ? &out.steps
                       : word == "--seconds" ? &out.seconds
                                             : nullptr;
        if (!number) {
            if (std::filesystem::is_directory(word))
                for (const auto& entry : std::filesystem::directory_iterator(word)) {
                    if (entry.path().extension() == ".steps") out.lists.push_back(entry.path());
                }
            else
                out.lists.emplace_back(word);
        } else if (i + 1 == count) {
            return false;
        } else {
            *number = std::stoull(words[++i]);
        }
    }
    std::sort(out.lists.begin(), out.lists.end());
    return true;
}

double processorSeconds() {  // the clocks of this process are driven; this one is not
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

int broken(const std::string& where, const Steps& steps, Failure failure) {
    std::cout << where << ": broken promise, " << failure.seen << "\n(step " << failure.step << " of " << steps.size()
              << "); making it shorter …" << std::endl;
    const auto fewer = shrink(steps, failure);
    std::cout << "# " << failure.seen << "\n" << written(fewer);
    return 1;
}

}  // namespace

int main(int count, char** words) {
    spdlog::set_level(spdlog::level::off);
    Options options;
    if (!parse(count, words, options)) {
        std::cerr << "model_test [--seeds N] [--first SEED] [--steps N] [--seconds N] [FILE ...]\n";
        return 2;
    }
    Counts counts;
    for (const auto& list : options.lists) {
        std::ifstream file(list);
        std::stringstream text;
        text << file.rdbuf();
        Steps steps;
        if (!file || !readSteps(text.str(), steps)) {
            std::cerr << list.string() << " is no list of steps\n";
            return 2;
        }
        if (const auto failure = play(steps, counts)) return broken(list.string(), steps, *failure);
    }
    std::uint64_t seeds = 0;
    for (; seeds < options.seeds && (!options.seconds || processorSeconds() < static_cast<double>(options.seconds));
         ++seeds) {
        const auto steps = draw(options.first + seeds, options.steps);
        if (const auto failure = play(steps, counts))
            return broken("seed " + std::to_string(options.first + seeds), steps, *failure);
    }
    const bool heard = counts.heard && counts.requests && counts.faults;
    if (!heard || (options.seeds && !seeds)) {
        std::cout << "nothing was tried: " << seeds << " seeds, " << counts.requests << " requests, " << counts.heard
                  << " events heard" << std::endl;
        return 1;
    }
    std::cout << "model: " << options.lists.size() << " lists and " << seeds << " seeds, " << counts.steps << " steps, "
              << counts.requests << " requests, " << counts.events << " events told, " << counts.heard << " heard, "
              << counts.reconnects << " reconnects, " << counts.faults << " faults, " << counts.lives
              << " lives of a gateway: every promise kept (" << static_cast<int>(processorSeconds()) << " s)"
              << std::endl;
}
