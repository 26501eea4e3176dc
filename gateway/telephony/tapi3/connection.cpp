#include "telephony/tapi3/connection.hpp"

#include <spdlog/spdlog.h>

namespace deskline::telephony {

Connection::Connection(source::Report report, Told told, std::string onlyHandler)
    : report_(std::move(report)),
      told_(std::move(told)),
      onlyHandler_(std::move(onlyHandler)),
      details_([this](const std::string& lane, Details::Work run) {
          if (auto self = weak_from_this().lock())  // none: it ends
              told_.post("details " + lane, [self = std::move(self), run = std::move(run)] { run(); });
      }) {}

Connection::~Connection() { close(); }

bool Connection::failed(HRESULT code, std::string_view what) {
    if (SUCCEEDED(code)) return false;
    const auto fault = com::failed(code, what);
    spdlog::warn("{}", fault.detail);
    noteLoss(fault);
    return true;
}

void Connection::noteLoss(const Fault& fault) {
    if (!over_ && source::meansLoss(fault)) told_.lost(fault);
}

Result<void> Connection::connect() {
    if (const HRESULT code = CoCreateInstance(tapiClass, nullptr, CLSCTX_INPROC_SERVER, __uuidof(ITTAPI),
                                              reinterpret_cast<void**>(tapi_.GetAddressOf()));
        FAILED(code))
        return com::failed(code, "CoCreateInstance(CLSID_TAPI)");
    if (const HRESULT code = tapi_->Initialize(); FAILED(code)) {
        tapi_.Reset();  // Shutdown fails where Initialize never succeeded
        return com::failed(code, "ITTAPI::Initialize");
    }
    if (const HRESULT code = tapi_->put_EventFilter(eventFilter); FAILED(code))
        return com::failed(code, "ITTAPI::put_EventFilter");
    const auto points = com::query<IConnectionPointContainer>(tapi_.Get());
    if (!points) return com::failed(E_NOINTERFACE, "QueryInterface(IConnectionPointContainer)");
    if (const HRESULT code = points->FindConnectionPoint(__uuidof(ITTAPIEventNotification), point_.GetAddressOf());
        FAILED(code))
        return com::failed(code, "FindConnectionPoint(ITTAPIEventNotification)");
    sink_.Attach(new EventSink(queue_));
    if (const HRESULT code = point_->Advise(sink_.Get(), &cookie_); FAILED(code)) {
        cookie_ = 0;
        return com::failed(code, "IConnectionPoint::Advise");
    }
    return {};
}

void Connection::unregister(const std::vector<long>& registrations) {
    for (const long registration : registrations) tapi_->UnregisterNotifications(static_cast<__LONG32>(registration));
}

void Connection::listen() {
    thread_ = std::thread([this] {
        const auto apartment = com::enterApartment();
        run();
    });
}

void Connection::disconnect() {
    const auto apartment = com::enterApartment();  // for a thread that has none, such as main at the end
    over_ = true;
    if (point_ && cookie_) point_->Unadvise(std::exchange(cookie_, 0));
    queue_->close();
    details_.stop();
}

void Connection::joinEvents() {
    if (thread_.joinable()) thread_.join();
}

void Connection::close() {
    const auto apartment = com::enterApartment();  // whichever thread let go of it last
    disconnect();
    joinEvents();
    if (tapi_) unregister(inventory_.registrations());
    inventory_.clear();
    point_.Reset();
    sink_.Reset();
    if (tapi_) tapi_->Shutdown();
    tapi_.Reset();
}

}  // namespace deskline::telephony
