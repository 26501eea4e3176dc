#include "host/platform.hpp"

#include <boost/asio/ip/host_name.hpp>

#include "model/files.hpp"

namespace deskline::host {

std::string hostName() {
    boost::system::error_code error;
    auto name = boost::asio::ip::host_name(error);
    return error || name.empty() ? "localhost" : name;
}

std::filesystem::path defaultConfiguration() {
    auto file = usualConfiguration();
    const auto there = stampOf(file);
    return there && !*there ? std::filesystem::path()
                            : file;  // one that cannot be read is a mistake to be told, not the defaults
}

}  // namespace deskline::host
