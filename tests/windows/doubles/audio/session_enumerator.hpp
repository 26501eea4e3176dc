// A fake of IAudioSessionEnumerator: the sessions that a device had when it was made. The client's threads call it. Who
// asks for the count has fetched the list: from then on its manager tells of new sessions.
#pragma once
#include <string>
#include <vector>

#include "doubles/audio/session_manager.hpp"

namespace deskline::doubles::audio {

class SessionEnumerator final : public AudioObject<IAudioSessionEnumerator> {
public:
    explicit SessionEnumerator(SessionManager& manager);
    HRESULT STDMETHODCALLTYPE GetCount(int* out) override;
    HRESULT STDMETHODCALLTYPE GetSession(int index, IAudioSessionControl** out) override;

private:
    com::ComPtr<SessionManager> manager_;
    std::vector<std::string> ids_;
};

}  // namespace deskline::doubles::audio
