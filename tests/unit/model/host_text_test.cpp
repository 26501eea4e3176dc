// Texts between Deskline, which speaks UTF-8, and its host: paths, messages of the system. On Windows too, where the
// code page of the system has few of these letters.
#include <catch2/catch.hpp>

#include "model/files.hpp"
#include "model/host_text.hpp"
#include "model/text.hpp"
#include "unit/folder.hpp"

using namespace deskline;
using namespace deskline::tests;

namespace {

struct Name {
    const char* of;
    std::string utf8;
    std::u16string utf16;
};
const Name spellings[] = {
    {"ASCII", "journal.db", u"journal.db"},
    {"German", "Büro Zürich ß", u"Büro Zürich ß"},
    {"German, letter and mark apart", "Bu\xcc\x88ro", u"Bu\u0308ro"},
    {"Greek", "γραφείο", u"γραφείο"},
    {"Chinese", "坐席桌面", u"坐席桌面"},
    {"Japanese, with half-width letters", "座席ﾃﾞｽｸ", u"座席ﾃﾞｽｸ"},
    {"Arabic", "مكتب", u"مكتب"},
    {"beyond the first plane", "🎧𠮷", u"🎧𠮷"},
    {"what a code page has at 0x80", "€5", u"€5"},
};

}  // namespace

TEST_CASE("texts of the host: a name in any script is the path of that name, and a path is its name") {
    const Folder folder;
    for (const auto& name : spellings) {
        INFO(name.of);
        const auto path = pathOf(name.utf8);
        CHECK(path.u16string() == name.utf16);
        CHECK(textOf(path) == name.utf8);
        const auto file = folder.path / path;
        REQUIRE(createPrivate(file, name.utf8).has_value());
        CHECK(readExisting(file).value() == name.utf8);
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path))
            found.push_back(textOf(entry.path().filename()));
        CHECK(found == std::vector<std::string>{name.utf8});
        removeUnfinished(file);
        std::filesystem::remove(file);
    }
}

TEST_CASE("texts of the host: a fault names the file as it is") {
    const Folder folder;
    for (const auto& name : spellings) {
        const auto fault = readExisting(folder.path / pathOf(name.utf8));
        REQUIRE_FALSE(fault.has_value());
        CHECK(fault.error().detail.find(name.utf8 + " is not there.") != std::string::npos);
    }
}

TEST_CASE("texts of the host: the system's words are UTF-8, without a full stop or the end of a line") {
    for (const int code : {1, 2, 3, 5, 13, 32, 112, 1'000'000}) {
        const auto text = textOf(std::error_code(code, std::system_category()));
        INFO(code << ": " << text);
        CHECK_FALSE(text.empty());
        CHECK(isPrintable(text));
        CHECK_FALSE(text.ends_with('.'));
        CHECK_FALSE(text.ends_with(' '));
    }
    CHECK(textOf(std::make_error_code(std::errc::no_such_file_or_directory)) ==
          std::generic_category().message(static_cast<int>(std::errc::no_such_file_or_directory)));
}
