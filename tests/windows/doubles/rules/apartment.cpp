#include "doubles/rules/apartment.hpp"

#include <windows.h>

#include <objbase.h>

#include <string>

#include "doubles/rules/log.hpp"

namespace deskline::doubles {

void called(std::string_view what) {
    log(what);
    APTTYPE type;
    APTTYPEQUALIFIER qualifier;
    const HRESULT code = CoGetApartmentType(&type, &qualifier);
    // Where another thread made the multithreaded apartment, one that entered none is in it only by implication.
    if (code == CO_E_NOTINITIALIZED ||
        (SUCCEEDED(code) && type == APTTYPE_MTA && qualifier == APTTYPEQUALIFIER_IMPLICIT_MTA))
        ruleBroken(std::string(what) + " was called from a thread in no apartment");
}

}  // namespace deskline::doubles
