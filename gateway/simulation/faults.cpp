#include "simulation/faults.hpp"

#include <algorithm>

namespace deskline::simulation {

bool FaultGate::inject(InjectedFault fault) {
    const std::lock_guard lock(mutex_);
    if (faults_.size() >= most) return false;
    faults_.push_back(std::move(fault));
    return true;
}

void FaultGate::clear() {
    const std::lock_guard lock(mutex_);
    faults_.clear();
    lost_ = ok;
    ++generation_;
    cleared_.notify_all();
}

void FaultGate::lose(Code code) {
    const std::lock_guard lock(mutex_);
    lost_ = code;
}

void FaultGate::restore() { lose(ok); }

bool FaultGate::lost() const {
    const std::lock_guard lock(mutex_);
    return lost_ != ok;
}

Code FaultGate::pass(std::string_view call, std::string_view object) {
    std::unique_lock lock(mutex_);
    if (lost_ != ok) return lost_;
    const auto fault = std::ranges::find_if(faults_, [&](const InjectedFault& f) {
        return (f.call == "*" || f.call == call) && (f.object.empty() || f.object == object);
    });
    if (fault == faults_.end()) return ok;
    const InjectedFault hit = *fault;
    if (fault->times > 0 && --fault->times == 0) faults_.erase(fault);
    if (hit.delay.count() > 0) {
        const auto generation = generation_;
        cleared_.wait_for(lock, hit.delay, [&] { return generation != generation_; });
        if (lost_ != ok) return lost_;
    }
    return hit.code;
}

}  // namespace deskline::simulation
