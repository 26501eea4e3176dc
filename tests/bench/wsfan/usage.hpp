// What processes use of the machine, and the time.
#pragma once

#include <string>

struct Usage {
    double cpu = 0;  // seconds
    long residentKb = 0;
};

/** Seconds of the steady clock. */
double now();
/** The sum over processes, from /proc: their ids, with commas between them. */
Usage usageOf(const std::string& pids);
/** Seconds of processor time that this process has had. */
double ownCpu();
