#include "host/rights.hpp"

namespace deskline::host {

std::vector<Finding> diagnoseProcess() {
    return {{"host", Severity::ok, "This is not Windows: telephony and audio are simulated.", "", ""}};
}

}  // namespace deskline::host
