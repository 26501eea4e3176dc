#include "usage.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <vector>

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

Usage usageOf(const std::string& pids) {
    Usage sum;
    std::stringstream all(pids);
    for (std::string pid; std::getline(all, pid, ',');) {
        std::ifstream file("/proc/" + pid + "/stat");  // proc(5): fields 14 and 15 are times, 24 is the resident size
        std::string line;
        std::getline(file, line);
        const auto name = line.rfind(')');
        if (name == line.npos) continue;
        std::stringstream rest(line.substr(name + 2));
        std::vector<std::string> fields;
        for (std::string field; rest >> field;) fields.push_back(field);
        sum.cpu += (std::stod(fields[11]) + std::stod(fields[12])) / double(sysconf(_SC_CLK_TCK));
        sum.residentKb += std::stol(fields[21]) * (sysconf(_SC_PAGESIZE) / 1024);
    }
    return sum;
}

double ownCpu() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}
