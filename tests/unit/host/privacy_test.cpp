// Files that a start trusts, and the folders above them.
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
    std::filesystem::path above = top.path / "above", data = above / "data", keys = data / "keys.json",
                          list = above / "list.crl", key = above / "tls.key";
    std::vector<Kept> all{
        {data, true}, {keys, true}, {.path = list, .secret = false, .lent = true}, {.path = key, .lent = true}};

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
        for (const auto& file : exposed(all, data, Asks::start))
            text += (file.writable ? "refused: " : "said: ") + file.finding + " `" + file.remedy + "`\n";
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
    CHECK(kit.said() == "refused: " + kit.list.string() + " can be changed by others (mode 0646) `chmod go-w " +
                            kit.list.string() + "`\n");
    ::chmod(kit.list.c_str(), 0664);
    CHECK(kit.said().empty());  // its group is the account's own
    ::chmod(kit.list.c_str(), 0600);
    ::chmod(kit.key.c_str(), 0660);
    CHECK(kit.said().starts_with("refused: " + kit.key.string() + " can be changed"));  // it is one
    ::chmod(kit.key.c_str(), 0600);
    for (const auto& folder : {kit.above, kit.top.path}) {
        ::chmod(folder.c_str(), 0777);
        CHECK(kit.said() == "refused: " + folder.string() + " can be changed by others (mode 0777) `chmod go-w " +
                                folder.string() + "`\n");
        ::chmod(folder.c_str(), 01777);
        CHECK(kit.said().empty());
        ::chmod(folder.c_str(), 0700);
    }
    const auto elsewhere = kit.top.path / "elsewhere", behind = elsewhere / "keys.json";
    std::filesystem::create_directory(elsewhere);
    std::filesystem::rename(kit.keys, behind);
    const auto between = kit.top.path / "between", further = kit.top.path / "further";
    std::filesystem::create_directory(between);
    for (const auto& folder : {elsewhere, between}) ::chmod(folder.c_str(), 0700);
    std::filesystem::create_symlink("../elsewhere/keys.json", between / "current");
    std::filesystem::create_directory_symlink(between, further);
    std::filesystem::create_symlink(further / "current", kit.keys);
    CHECK(kit.said().empty());
    for (const auto& folder : {elsewhere, between}) {  // the folders behind the links; each is named once
        ::chmod(folder.c_str(), 0777);
        CHECK(
            kit.said().starts_with("refused: " + (folder == between ? further : folder).string() + " can be changed"));
        ::chmod(folder.c_str(), 0700);
    }
}

TEST_CASE("what belongs to another account is refused; what an administrator gave is said") {
    if (::geteuid() != 0) return;  // only root can change a file's owner
    const Kit kit;
    const auto give = [](const std::filesystem::path& path, uid_t to) { REQUIRE(::chown(path.c_str(), to, 0) == 0); };
    for (const auto& path : {kit.keys, kit.above}) {
        give(path, 12345);
        CHECK(kit.said() ==
              "refused: " + path.string() + " belongs to another account (12345) `chown 0 " + path.string() + "`\n");
        give(path, 0);
    }
    for (const auto& path : {kit.key, kit.list}) {
        give(path, 12345);
        CHECK(kit.said() ==
              "said: " + path.string() + " belongs to another account (12345) ``\n");  // nothing is to be mended
        give(path, 0);
    }
    REQUIRE(::chown(kit.list.c_str(), 0, 12345) == 0);
    ::chmod(kit.list.c_str(), 0664);
    CHECK(kit.said().starts_with("refused: " + kit.list.string() + " can be changed by others"));  // a group of others
    REQUIRE(::chown(kit.list.c_str(), 0, 0) == 0);
    REQUIRE(::chown(kit.data.c_str(), 12345, 23456) == 0);  // the gateway's account, for root who looks
    CHECK(kit.said().empty());
    REQUIRE(::chown(kit.above.c_str(), 0, 23456) == 0);
    ::chmod(kit.above.c_str(), 0770);
    CHECK(kit.said().empty());  // its group's, too
    REQUIRE(::chown(kit.above.c_str(), 0, 34567) == 0);
    CHECK(kit.said().starts_with("refused: " + kit.above.string() + " can be changed by others"));
    ::chmod(kit.above.c_str(), 0700);
    give(kit.keys, 23456);
    CHECK(kit.said() == "refused: " + kit.keys.string() + " belongs to another account (23456) `chown 12345 " +
                            kit.keys.string() + "`\n");
}
#endif
