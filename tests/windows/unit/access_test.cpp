// What access lists let others do, and that what Deskline makes is its own, whatever the folder says. Windows only.
// Wine keeps of a file's list what a mode can say; so the table is of lists in memory.
#include <windows.h>

#include <aclapi.h>
#include <sddl.h>

#include <catch2/catch.hpp>
#include <memory>

#include "host/access_windows.hpp"
#include "host/privacy.hpp"
#include "model/file_lock.hpp"
#include "model/files.hpp"
#include "model/private_access_windows.hpp"
#include "unit/folder.hpp"

using namespace deskline;
using host::Looked;
using host::Others;

namespace {

struct Free {
    void operator()(void* descriptor) const { LocalFree(descriptor); }
};
using Descriptor = std::unique_ptr<void, Free>;

Descriptor fromText(const char* sddl) {
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    ConvertStringSecurityDescriptorToSecurityDescriptorA(sddl, SDDL_REVISION_1, &descriptor, nullptr);
    return Descriptor(descriptor);
}

Descriptor accessOf(const std::filesystem::path& path) {
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    GetNamedSecurityInfoW(path.c_str(), SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, nullptr,
                          nullptr, nullptr, nullptr, &descriptor);
    return Descriptor(descriptor);
}

void give(const std::filesystem::path& path, const char* sddl) {
    REQUIRE(SetFileSecurityW(path.c_str(), DACL_SECURITY_INFORMATION, fromText(sddl).get()));
}

constexpr const char* own = "S-1-5-21-1-2-3-1001";
constexpr const char *everyone = "S-1-1-0", *authenticated = "S-1-5-11", *users = "S-1-5-32-545";
using Sids = std::vector<std::string>;

struct Row {
    const char* sddl;
    Looked as;
    Sids read, change;
    const char* owner = "";
};

// Of a program that was installed: the system, the administrators.
#define TRUSTED "(A;;FA;;;SY)(A;;FA;;;BA)"

const Row rows[] = {
    {"O:BAD:P" TRUSTED, Looked::file, {}, {}},
    {"O:SYD:P", Looked::file, {}, {}},  // an empty list lets nobody in
    {"O:S-1-5-21-1-2-3-1001D:P(A;;FA;;;S-1-5-21-1-2-3-1001)", Looked::file, {}, {}},
    {"O:S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464D:P" TRUSTED, Looked::above, {}, {}},
    // The owner gives himself whatever he wants.
    {"O:S-1-5-21-1-2-3-1002D:P" TRUSTED, Looked::file, {}, {}, "S-1-5-21-1-2-3-1002"},
    {"O:BUD:P" TRUSTED, Looked::above, {}, {}, users},
    {"O:S-1-5-7D:P", Looked::folder, {}, {}, "S-1-5-7"},
    // Administrators of the host and of its domain; not its users.
    {"O:S-1-5-21-9-9-9-500D:P(A;;FA;;;S-1-5-21-9-9-9-512)(A;;FA;;;S-1-5-21-9-9-9-519)", Looked::file, {}, {}},
    {"O:BAD:P(A;;FA;;;S-1-5-21-9-9-9-513)", Looked::file, {"S-1-5-21-9-9-9-513"}, {"S-1-5-21-9-9-9-513"}},
    {"O:BAD:P(A;;FA;;;S-1-5-21-512)", Looked::file, {"S-1-5-21-512"}, {"S-1-5-21-512"}},
    // One right after the other.
    {"O:BAD:P(A;;FR;;;BU)", Looked::file, {users}, {}},
    {"O:BAD:P(A;;0x1;;;BU)", Looked::folder, {users}, {}},  // list it
    {"O:BAD:P(A;;0x1;;;BU)", Looked::above, {}, {}},
    {"O:BAD:P(A;;0x2;;;BU)", Looked::file, {}, {users}},    // write
    {"O:BAD:P(A;;0x2;;;BU)", Looked::folder, {}, {users}},  // make a file
    {"O:BAD:P(A;;0x2;;;BU)", Looked::above, {}, {}},
    {"O:BAD:P(A;;0x4;;;BU)", Looked::file, {}, {users}},    // append
    {"O:BAD:P(A;;0x4;;;BU)", Looked::folder, {}, {users}},  // make a folder
    {"O:BAD:P(A;;0x4;;;BU)", Looked::above, {}, {}},
    {"O:BAD:P(A;;0x40;;;BU)", Looked::file, {}, {}},         // means nothing for a file
    {"O:BAD:P(A;;0x40;;;BU)", Looked::folder, {}, {users}},  // delete what is in it
    {"O:BAD:P(A;;0x40;;;BU)", Looked::above, {}, {users}},
    {"O:BAD:P(A;;0x100;;;BU)", Looked::file, {}, {}},     // attributes
    {"O:BAD:P(A;;0x20;;;BU)", Looked::above, {}, {}},     // pass through
    {"O:BAD:P(A;;RC;;;BU)", Looked::file, {}, {}},        // read the list
    {"O:BAD:P(A;;SD;;;BU)", Looked::above, {}, {users}},  // delete or rename it
    {"O:BAD:P(A;;WD;;;BU)", Looked::above, {}, {users}},  // change the list
    {"O:BAD:P(A;;WO;;;BU)", Looked::above, {}, {users}},  // take it
    {"O:BAD:P(A;;GR;;;BU)", Looked::file, {users}, {}},
    {"O:BAD:P(A;;GW;;;BU)", Looked::file, {}, {users}},
    {"O:BAD:P(A;;GX;;;BU)", Looked::file, {}, {}},
    {"O:BAD:P(A;;GA;;;WD)", Looked::above, {}, {everyone}},
    // Each once, in the order of the list; who was denied before is not let in, who is denied later is.
    {"O:BAD:P(A;;0x1;;;BU)(A;;0x2;;;BU)(A;;FR;;;AU)(A;;0x1;;;BU)", Looked::file, {users, authenticated}, {users}},
    {"O:BAD:P(D;;FA;;;BU)(A;;FA;;;BU)", Looked::file, {}, {}},
    {"O:BAD:P(D;;FA;;;WD)(A;;FA;;;BU)", Looked::file, {}, {}},
    {"O:BAD:P(D;;0x2;;;BU)(A;;0x3;;;BU)", Looked::file, {users}, {}},
    {"O:BAD:P(D;;FA;;;AU)(A;;FR;;;BU)", Looked::file, {users}, {}},
    {"O:BAD:P(A;;FR;;;BU)(D;;FA;;;BU)", Looked::file, {users}, {}},
    // What is only for later children lets nobody in here; nobody is the maker, the owner, a package.
    {"O:BAD:P(A;OICIIO;FA;;;WD)", Looked::folder, {}, {}},
    {"O:BAD:P(A;OICI;FA;;;CO)(A;;FA;;;S-1-3-4)(A;;FA;;;S-1-15-2-1)", Looked::folder, {}, {}},
    // As Windows has them: the root of the system's volume, %ProgramData%, what a program makes there, a folder that
    // somebody made on another volume.
    {"O:S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
     "D:PAI" TRUSTED "(A;OICIIO;SDGXGWGR;;;AU)(A;;0x4;;;AU)(A;OICI;0x1200a9;;;BU)",
     Looked::above,
     {},
     {}},
    {"O:SYD:PAI" TRUSTED "(A;OICIIO;GA;;;CO)(A;OICI;0x1200a9;;;BU)(A;CI;0x116;;;BU)", Looked::above, {}, {}},
    {"O:BAD:AI" TRUSTED "(A;OICIID;0x1200a9;;;BU)(A;CIID;0x116;;;BU)", Looked::folder, {users}, {users}},
    {"O:BAD:AI" TRUSTED "(A;ID;0x1200a9;;;BU)", Looked::file, {users}, {}},
    {"O:BAD:AI" TRUSTED "(A;OICIID;0x1301bf;;;AU)", Looked::above, {}, {authenticated}},
};

std::string text(const Sids& sids) {
    std::string all;
    for (const auto& sid : sids) all += sid + " ";
    return all;
}

ACE_HEADER& firstEntry(void* descriptor) {
    BOOL there = FALSE, ignored = FALSE;
    PACL list = nullptr;
    void* entry = nullptr;
    REQUIRE(GetSecurityDescriptorDacl(descriptor, &there, &list, &ignored));
    REQUIRE(GetAce(list, 0, &entry));
    return *static_cast<ACE_HEADER*>(entry);
}

}  // namespace

TEST_CASE("access lists: who else may read or change") {
    for (const auto& row : rows) {
        INFO(row.sddl << " as " << static_cast<int>(row.as));
        const auto descriptor = fromText(row.sddl);
        REQUIRE(descriptor);
        const auto others = host::othersIn(descriptor.get(), row.as, {own});
        CHECK(text(others.read) == text(row.read));
        CHECK(text(others.change) == text(row.change));
        CHECK(others.owner == row.owner);
    }
}

TEST_CASE("access lists: without one, and where one cannot be understood, everybody may do everything") {
    SECURITY_DESCRIPTOR bare{};
    REQUIRE(InitializeSecurityDescriptor(&bare, SECURITY_DESCRIPTOR_REVISION));
    for (const bool there : {false, true}) {
        REQUIRE(SetSecurityDescriptorDacl(&bare, there, nullptr, FALSE));
        const auto others = host::othersIn(&bare, Looked::file, {own});
        CHECK(text(others.read) + text(others.change) == "S-1-1-0 S-1-1-0 ");
        CHECK(others.owner == everyone);  // it has none
        CHECK(host::othersIn(&bare, Looked::above, {own}).read.empty());
    }
    const auto conditional = fromText("O:BAD:P(A;;FR;;;BU)");
    firstEntry(conditional.get()).AceType = ACCESS_ALLOWED_CALLBACK_ACE_TYPE;
    CHECK(text(host::othersIn(conditional.get(), Looked::file, {own}).read) == "S-1-5-32-545 ");
    const auto unknown = fromText("O:BAD:P(A;;RC;;;BA)");
    firstEntry(unknown.get()).AceType = ACCESS_ALLOWED_OBJECT_ACE_TYPE;
    CHECK(text(host::othersIn(unknown.get(), Looked::file, {own}).change) == "S-1-1-0 ");
}

TEST_CASE("what Deskline makes is for its own account, whatever the folder would give it") {
    CHECK(ownSid().starts_with("S-1-5-21-"));
    constexpr auto system = "(A;;FA;;;S-1-5-18)", administrators = "(A;;FA;;;S-1-5-32-544)";
    const auto list = [](bool administrator, const char* owner) {
        return privateList(Making::file, own, administrator, owner);
    };
    const auto usual = std::string("D:P") + system + administrators + "(A;;FA;;;" + own + ")";
    for (const bool administrator : {false, true}) {
        CHECK(list(administrator, "") == usual);
        CHECK(list(administrator, administratorsSid) == usual);
        CHECK(list(administrator, own) == usual);
    }
    CHECK(list(false, "S-1-5-80-1") == usual);  // whoever owns the folder of an account that has no right to give
    CHECK(list(true, "S-1-5-80-1") == usual + "(A;;FA;;;S-1-5-80-1)");
    CHECK(privateList(Making::folder, systemSid, true, systemSid) ==
          "D:P(A;OICI;FA;;;S-1-5-18)(A;OICI;FA;;;S-1-5-32-544)");
    const tests::Folder folder;
    give(folder.path, "D:P(A;OICI;FA;;;WD)");
    const auto made = folder.path / "above" / "data", file = made / "key.pem", open = folder.path / "key.pem",
               lock = folder.path / "a.lock";
    REQUIRE(makeFolder(made).has_value());
    REQUIRE(createPrivate(file, "secret").has_value());
    REQUIRE(createPrivate(open, "secret").has_value());
    REQUIRE(replaceFile(open, "another").has_value());
    const auto held = FileLock::take(lock, std::chrono::milliseconds(0));
    REQUIRE(held.has_value());
    for (const auto& path : {made.parent_path(), made, file, open, lock}) {
        INFO(path.string());
        const auto others = host::othersIn(accessOf(path).get(), Looked::file, {ownSid()});
        CHECK(text(others.read) + text(others.change) + others.owner == "");
    }
}

TEST_CASE("what others may read is told and mended, what they may change is told") {
    const tests::Folder folder;
    const auto data = folder.path / "data", key = data / "key.pem", list = folder.path / "list.crl";
    REQUIRE(makeFolder(data).has_value());
    for (const auto& path : {key, list}) REQUIRE(createPrivate(path, "x").has_value());
    const std::vector<host::Kept> all{{data, true}, {key, true}, {.path = list, .secret = false, .lent = true}};
    CHECK(host::exposed(all, data, host::Asks::start).empty());

    give(list, "D:P(A;;FR;;;WD)(A;;FA;;;OW)");
    CHECK(host::exposed(all, data, host::Asks::start).empty());  // it is no secret
    for (const auto& path : {data, key}) {
        give(path, ("D:P(A;;0x1201bf;;;" + ownSid() + ")(A;;0x1200a9;;;WD)").c_str());
        const auto found = host::exposed(all, data, host::Asks::start);
        REQUIRE(found.size() == 1);
        CHECK(found[0].finding == path.string() + " can be read by others (Everyone)");
        CHECK(!found[0].writable);
        CHECK(found[0].mendable);
        CHECK(found[0].remedy == "icacls \"" + path.string() + "\" /inheritance:r /remove:g *S-1-1-0 /grant:r \"*" +
                                     systemSid + (path == data ? ":(OI)(CI)F\" \"*" : ":F\" \"*") + administratorsSid +
                                     (path == data ? ":(OI)(CI)F\" \"*" : ":F\" \"*") + ownSid() +
                                     (path == data ? ":(OI)(CI)F\"" : ":F\""));
        REQUIRE(host::mend(found[0]));
        for (const auto& left : host::exposed(all, data, host::Asks::start)) FAIL_CHECK(left.finding);
    }
    for (const auto& path : {data, key, list, folder.path}) {
        give(path, ("D:P(A;;FA;;;" + ownSid() + ")(A;;FA;;;WD)").c_str());
        const auto found = host::exposed(all, data, host::Asks::start);
        REQUIRE(found.size() == 1);
        CHECK(found[0].finding == path.string() + " can be changed by others (Everyone)");
        CHECK(found[0].writable);
        CHECK(!found[0].mendable);
        const bool ours = path == data || path == key;
        CHECK(found[0].remedy.starts_with("icacls \"" + path.string() + "\" /inheritance:" + (ours ? "r" : "d") +
                                          " /remove:g *S-1-1-0" + (ours ? " /grant:r " : "")));
        give(path, ("D:P(A;;FA;;;" + ownSid() + ")").c_str());
    }
}
