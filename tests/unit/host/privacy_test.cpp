// Files that a start believes, and the folders above them.
#ifndef _WIN32
#include "host/privacy.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "unit/folder.hpp"

using namespace deskline::host;

namespace {

struct Kit {
    deskline::tests::Folder top;
    std::filesystem::path above = top.path / "above", data = above / "data", keys = data / "keys.json", list = above / "list.crl", key = above / "tls.key";
    std::vector<Kept> all{{data, true}, {keys, true}, {.path = list, .secret = false, .lent = true}, {.path = key, .lent = true}};

    Kit() {
        std::filesystem::create_directories(data);
        for (const auto& file : {keys, list, key}) {
            std::ofstream(file) << "x";
            ::chmod(file.c_str(), 0600);
        }
        for (const auto& folder : {top.path, above, data}) ::chmod(folder.c_str(), 0700);
    }
    std::string said() const {
        std::string text;
        for (const auto& file : exposed(all, data)) text += (file.writable ? "refused: " : "said: ") + file.finding + " `" + file.remedy + "`\n";
        return text;
    }
};

}  // namespace

TEST_CASE("what others may write is refused, be it a file that is believed or a folder above one") {
    const Kit kit;
    CHECK(kit.said().empty());
    ::chmod(kit.list.c_str(), 0644);
    CHECK(kit.said().empty());  // it is no secret
    ::chmod(kit.list.c_str(), 0646);
    CHECK(kit.said() == "refused: " + kit.list.string() + " can be changed by others (mode 0646) `chmod go-w " + kit.list.string() + "`\n");
    ::chmod(kit.list.c_str(), 0664);
    CHECK(kit.said().empty());  // its group is the account's own
    ::chmod(kit.list.c_str(), 0600);
    ::chmod(kit.key.c_str(), 0660);
    CHECK(kit.said().starts_with("refused: " + kit.key.string() + " can be changed"));  // it is one
    ::chmod(kit.key.c_str(), 0600);
    for (const auto& folder : {kit.above, kit.top.path}) {
        ::chmod(folder.c_str(), 0777);
        CHECK(kit.said() == "refused: " + folder.string() + " can be changed by others (mode 0777) `chmod go-w " + folder.string() + "`\n");
        ::chmod(folder.c_str(), 01777);
        CHECK(kit.said().empty());
        ::chmod(folder.c_str(), 0700);
    }
    const auto elsewhere = kit.top.path / "elsewhere", behind = elsewhere / "keys.json";
    std::filesystem::create_directory(elsewhere);
    std::filesystem::rename(kit.keys, behind);
    std::filesystem::create_symlink(behind, kit.keys);
    ::chmod(elsewhere.c_str(), 0777);
    CHECK(kit.said().starts_with("refused: " + elsewhere.string() + " can be changed"));  // behind the link
}

TEST_CASE("what belongs to another account is refused; what an administrator gave is said") {
    if (::geteuid() != 0) return;  // nobody else can give a file away
    const Kit kit;
    const auto give = [](const std::filesystem::path& path, uid_t to) { REQUIRE(::chown(path.c_str(), to, 0) == 0); };
    for (const auto& path : {kit.keys, kit.above}) {
        give(path, 12345);
        CHECK(kit.said() == "refused: " + path.string() + " belongs to another account (12345) `chown 0 " + path.string() + "`\n");
        give(path, 0);
    }
    for (const auto& path : {kit.key, kit.list}) {
        give(path, 12345);
        CHECK(kit.said() == "said: " + path.string() + " belongs to another account (12345) `chown 0 " + path.string() + "`\n");
        give(path, 0);
    }
    REQUIRE(::chown(kit.list.c_str(), 0, 12345) == 0);
    ::chmod(kit.list.c_str(), 0664);
    CHECK(kit.said().starts_with("refused: " + kit.list.string() + " can be changed by others"));  // a group of others
    REQUIRE(::chown(kit.list.c_str(), 0, 0) == 0);
    give(kit.data, 12345);  // the gateway's account, for root who looks
    CHECK(kit.said().empty());
    give(kit.keys, 23456);
    CHECK(kit.said() == "refused: " + kit.keys.string() + " belongs to another account (23456) `chown 12345 " + kit.keys.string() + "`\n");
}
#endif
