// wsfan: opens N WebSocket clients, publishes M messages over HTTP at a rate, and measures the fan-out.
// One thread, epoll, OpenSSL. Linux only. Prints one JSON object.
//
//   wsfan --url wss://127.0.0.1:8443/stream --n 1000 --publish https://127.0.0.1:8443/pub --count 200 --rate 20 --pid SERVER
//         [--publish MORE]... (in turn, over one connection)
//         [--method POST] [--body '{"n":"bench-{n}"}'] [--header 'Name: value']... [--ws-header 'Name: value']...
//         [--hello TEXT]... [--ready TEXT] [--subprotocol P] [--window K] [--connect-parallel 64] [--settle 1.0]
//
// A delivered frame is one that contains the marker `bench-<number>`; <number> is the {n} of the publish. --rate 0 publishes as
// fast as answers come (one at a time), keeping at most K publishes not yet delivered everywhere (--window).
// --ready: a client counts as ready when a frame containing TEXT has arrived (default: after the upgrade).
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using Clock = std::chrono::steady_clock;
static double now() { return std::chrono::duration<double>(Clock::now().time_since_epoch()).count(); }
[[noreturn]] static void die(const std::string& why) { std::fprintf(stderr, "wsfan: %s\n", why.c_str()); std::exit(2); }

struct Url { bool tls; std::string host, path; int port; };
static Url parse_url(std::string_view u) {
    Url r{};
    auto eat = [&](std::string_view p) { if (u.substr(0, p.size()) == p) { u.remove_prefix(p.size()); return true; } return false; };
    if (eat("wss://") || eat("https://")) r.tls = true;
    else if (eat("ws://") || eat("http://")) r.tls = false;
    else die("a URL needs ws, wss, http or https");
    auto slash = u.find('/');
    std::string hp(u.substr(0, slash));
    r.path = slash == u.npos ? "/" : std::string(u.substr(slash));
    auto colon = hp.find(':');
    r.host = hp.substr(0, colon);
    r.port = colon == hp.npos ? (r.tls ? 443 : 80) : std::atoi(hp.c_str() + colon + 1);
    return r;
}

static SSL_CTX* ctx;
static int ep;

enum class Stage { tls, upgrade, open, dead };
struct Conn {
    int fd = -1; SSL* ssl = nullptr; Stage stage = Stage::tls; bool http = false, ready = false;
    std::string in, out; uint64_t seen = 0; int64_t last = -1; std::string message;
    double started = 0;
};

static int dial(const Url& u, int local) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0) die("out of sockets: raise ulimit -n");
    int one = 1; setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    sockaddr_in src{}; src.sin_family = AF_INET; src.sin_addr.s_addr = htonl(0x7f000001u + unsigned(local / 20000));
    int on = 1; setsockopt(fd, IPPROTO_IP, 24 /*IP_BIND_ADDRESS_NO_PORT*/, &on, sizeof on);
    bind(fd, reinterpret_cast<sockaddr*>(&src), sizeof src);
    sockaddr_in a{}; a.sin_family = AF_INET; a.sin_port = htons(uint16_t(u.port));
    if (inet_pton(AF_INET, u.host == "localhost" ? "127.0.0.1" : u.host.c_str(), &a.sin_addr) != 1) die("only loopback addresses");
    if ((ntohl(a.sin_addr.s_addr) >> 24) != 127) die("only loopback addresses");
    if (connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a) < 0 && errno != EINPROGRESS) die("connect failed");
    return fd;
}

struct Stats { uint64_t delivered = 0, duplicated = 0, reordered = 0, closed = 0, bytes = 0; } stats;
static std::vector<double> sent_at; static std::vector<uint32_t> got; static std::vector<float> latency;
static std::string ready_text;
static size_t ready_count = 0, complete = 0, subscribers = 0;

static void ws_send(Conn& c, uint8_t opcode, std::string_view text) {
    std::string f; f.push_back(char(0x80 | opcode));
    if (text.size() < 126) f.push_back(char(0x80 | text.size()));
    else { f.push_back(char(0x80 | 126)); f.push_back(char(text.size() >> 8)); f.push_back(char(text.size())); }
    const char mask[4] = {1, 2, 3, 4}; f.append(mask, 4);
    for (size_t i = 0; i < text.size(); ++i) f.push_back(char(text[i] ^ mask[i & 3]));
    c.out += f;
}
static void on_text(Conn& c, std::string_view text) {
    if (!c.ready && (ready_text.empty() || text.find(ready_text) != text.npos)) { c.ready = true; ++ready_count; }
    auto at = text.find("bench-");
    if (at == text.npos) return;
    size_t n = 0; for (size_t i = at + 6; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) n = n * 10 + size_t(text[i] - '0');
    if (n >= sent_at.size()) return;
    double t = now();
    ++stats.delivered; latency.push_back(float(t - sent_at[n]));
    if (int64_t(n) == c.last) ++stats.duplicated; else if (int64_t(n) < c.last) ++stats.reordered;
    c.last = std::max(c.last, int64_t(n)); ++c.seen;
    if (++got[n] == subscribers) ++complete;
}
static void parse_frames(Conn& c) {
    size_t p = 0; auto& b = c.in;
    while (b.size() - p >= 2) {
        auto u = [&](size_t i) { return uint8_t(b[p + i]); };
        size_t len = u(1) & 0x7f, head = 2;
        if (len == 126) { if (b.size() - p < 4) break; len = size_t(u(2)) << 8 | u(3); head = 4; }
        else if (len == 127) { if (b.size() - p < 10) break; len = 0; for (int i = 0; i < 8; ++i) len = len << 8 | u(size_t(2 + i)); head = 10; }
        if (b.size() - p < head + len) break;
        std::string_view body(b.data() + p + head, len); uint8_t op = u(0) & 0x0f; bool fin = u(0) & 0x80;
        if (op == 9) ws_send(c, 10, body);
        else if (op == 8) { ++stats.closed; c.stage = Stage::dead; }
        else if (op <= 2) { if (fin && c.message.empty()) on_text(c, body); else { c.message += body; if (fin) { on_text(c, c.message); c.message.clear(); } } }
        p += head + len;
    }
    b.erase(0, p);
}

static bool pump_out(Conn& c) {
    while (!c.out.empty()) {
        long k = c.ssl ? SSL_write(c.ssl, c.out.data(), int(c.out.size())) : write(c.fd, c.out.data(), c.out.size());
        if (k > 0) c.out.erase(0, size_t(k));
        else if (c.ssl) { int e = SSL_get_error(c.ssl, int(k)); if (e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE) return true; return false; }
        else return errno == EAGAIN;
    }
    return true;
}
static bool pump_in(Conn& c) {
    static char buf[65536];
    for (;;) {
        long k = c.ssl ? SSL_read(c.ssl, buf, sizeof buf) : read(c.fd, buf, sizeof buf);
        if (k > 0) { stats.bytes += size_t(k); c.in.append(buf, size_t(k)); if (k < 16384 && (!c.ssl || !SSL_pending(c.ssl))) return true; continue; }
        if (c.ssl) { int e = SSL_get_error(c.ssl, int(k)); return e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE; }
        return k < 0 && errno == EAGAIN;
    }
}

struct Proc { double cpu = 0; long rss_kb = 0; };
static Proc proc(const std::string& pids) {           // sums over a comma-separated list of pids
    Proc r; std::stringstream all(pids); std::string pid;
    while (std::getline(all, pid, ',')) {
        std::ifstream f("/proc/" + pid + "/stat"); std::string s; std::getline(f, s);
        auto p = s.rfind(')'); if (p == s.npos) continue;
        std::stringstream ss(s.substr(p + 2)); std::string w; std::vector<std::string> v; while (ss >> w) v.push_back(w);
        r.cpu += (std::stod(v[11]) + std::stod(v[12])) / double(sysconf(_SC_CLK_TCK)); r.rss_kb += std::stol(v[21]) * (sysconf(_SC_PAGESIZE) / 1024);
    }
    return r;
}
static double pct(std::vector<float>& v, double q) { if (v.empty()) return 0; size_t k = std::min(v.size() - 1, size_t(q * double(v.size()))); std::nth_element(v.begin(), v.begin() + long(k), v.end()); return 1e3 * v[k]; }

int main(int argc, char** argv) {
    std::string url, method = "POST", body = R"({"n":"bench-{n}"})", pid, sub; std::vector<std::string> pubs, headers, ws_headers, hello;
    size_t n = 100, count = 100, window = 16, parallel = 64; double rate = 20, settle = 1.0, limit = 60;
    for (int i = 1; i < argc; ++i) {
        std::string a = argv[i]; if (i + 1 >= argc) die("no value for " + a); std::string v = argv[++i];
        if (a == "--url") url = v; else if (a == "--publish") pubs.push_back(v); else if (a == "--method") method = v; else if (a == "--body") body = v;
        else if (a == "--pid") pid = v; else if (a == "--header") headers.push_back(v); else if (a == "--ws-header") ws_headers.push_back(v);
        else if (a == "--hello") hello.push_back(v); else if (a == "--ready") ready_text = v; else if (a == "--subprotocol") sub = v;
        else if (a == "--n") n = std::stoul(v); else if (a == "--count") count = std::stoul(v); else if (a == "--window") window = std::stoul(v);
        else if (a == "--rate") rate = std::stod(v); else if (a == "--settle") settle = std::stod(v); else if (a == "--limit") limit = std::stod(v);
        else if (a == "--connect-parallel") parallel = std::stoul(v); else die("unknown option " + a);
    }
    if (url.empty() || pubs.empty()) die("--url and --publish are needed");
    rlimit rl{}; getrlimit(RLIMIT_NOFILE, &rl); rl.rlim_cur = rl.rlim_max; setrlimit(RLIMIT_NOFILE, &rl);
    ctx = SSL_CTX_new(TLS_client_method()); SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    ep = epoll_create1(0);
    Url wu = parse_url(url); std::vector<Url> targets; for (auto& p : pubs) targets.push_back(parse_url(p)); Url pu = targets[0]; subscribers = n; sent_at.assign(count, 0); got.assign(count, 0); latency.reserve(std::min<size_t>(n * count, 50'000'000));
    std::vector<std::unique_ptr<Conn>> conns;
    std::string upgrade = "GET " + wu.path + " HTTP/1.1\r\nHost: " + wu.host + ":" + std::to_string(wu.port) + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
    if (!sub.empty()) upgrade += "Sec-WebSocket-Protocol: " + sub + "\r\n";
    for (auto& h : ws_headers) upgrade += h + "\r\n";
    upgrade += "\r\n";
    auto open = [&](const Url& u, bool http) {
        auto c = std::make_unique<Conn>(); c->fd = dial(u, int(conns.size())); c->http = http; c->started = now();
        if (u.tls) { c->ssl = SSL_new(ctx); SSL_set_fd(c->ssl, c->fd); SSL_set_connect_state(c->ssl); } else c->stage = Stage::upgrade;
        if (!http) c->out = upgrade; else if (!u.tls) c->stage = Stage::open;
        epoll_event e{}; e.events = EPOLLIN | EPOLLOUT | EPOLLET; e.data.ptr = c.get(); epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
        conns.push_back(std::move(c)); return conns.back().get();
    };
    size_t upgraded = 0, failed = 0, published = 0, answered = 0, refused = 0; std::string first_refusal;
    auto handle = [&](Conn& c) {
        if (c.stage == Stage::dead) return;
        if (c.stage == Stage::tls) {
            int k = SSL_do_handshake(c.ssl);
            if (k == 1) c.stage = c.http ? Stage::open : Stage::upgrade;
            else { int e = SSL_get_error(c.ssl, k); if (e != SSL_ERROR_WANT_READ && e != SSL_ERROR_WANT_WRITE) { c.stage = Stage::dead; ++failed; } return; }
        }
        bool ok = pump_out(c) && pump_in(c);
        if (c.stage == Stage::upgrade) {
            auto end = c.in.find("\r\n\r\n");
            if (end != c.in.npos) {
                if (c.in.compare(9, 3, "101") != 0) { if (!failed) std::fprintf(stderr, "wsfan: upgrade refused: %s\n", c.in.substr(0, 200).c_str()); c.stage = Stage::dead; ++failed; return; }
                c.in.erase(0, end + 4); c.stage = Stage::open; ++upgraded;
                for (auto& h : hello) ws_send(c, 1, h);
                if (ready_text.empty()) { c.ready = true; ++ready_count; }
            }
        }
        if (c.stage == Stage::open && !c.http) parse_frames(c);
        if (c.stage == Stage::open && c.http)
            for (;;) {
                auto end = c.in.find("\r\n\r\n"); if (end == c.in.npos) break;
                auto lower = c.in.substr(0, end); std::transform(lower.begin(), lower.end(), lower.begin(), ::tolower);
                size_t len = 0; bool chunked = lower.find("transfer-encoding: chunked") != lower.npos; auto cl = lower.find("content-length:"); if (cl != lower.npos) len = std::stoul(lower.substr(cl + 15));
                size_t total = end + 4 + len; if (chunked) { auto z = c.in.find("0\r\n\r\n", end + 4); if (z == c.in.npos) break; total = z + 5; }
                if (c.in.size() < total) break;
                if (c.in[9] != '2') { if (!refused++) first_refusal = c.in.substr(0, total); }
                c.in.erase(0, total); ++answered;
            }
        if (!c.out.empty()) ok = pump_out(c) && ok;
        if (!ok && c.stage != Stage::dead) { if (!c.http) { if (c.stage == Stage::open) ++stats.closed; else ++failed; } else die("the publish connection was closed"); c.stage = Stage::dead; }
    };
    auto turn = [&](int ms) { epoll_event ev[512]; int k = epoll_wait(ep, ev, 512, ms); for (int i = 0; i < k; ++i) handle(*static_cast<Conn*>(ev[i].data.ptr)); };

    Proc idle = proc(pid); double t0 = now();
    while (upgraded + failed < n) { while (conns.size() < n && conns.size() < upgraded + failed + parallel) open(wu, false); turn(100); if (now() - t0 > 120) die("not all clients could connect: " + std::to_string(upgraded)); }
    double connect_s = now() - t0;
    while (ready_count + failed < n) { turn(100); if (now() - t0 > 150) die("not all clients became ready: " + std::to_string(ready_count)); }
    double ready_s = now() - t0;
    for (double t = now(); now() - t < settle;) turn(20);
    Proc full = proc(pid); subscribers = ready_count;
    Conn* p = open(pu, true);
    for (double t = now(); p->stage != Stage::open;) { turn(20); if (now() - t > 10) die("the publisher could not connect"); }
    Proc before = proc(pid); rusage ru0{}; getrusage(RUSAGE_SELF, &ru0); double start = now(), last_progress = start; uint64_t seen = 0;
    while (complete < count || answered < count) {
        double t = now();
        bool due = published < count && (rate > 0 ? t >= start + double(published) / rate : published == answered && published - complete < window);
        if (due) {
            std::string b = body; for (size_t q; (q = b.find("{n}")) != b.npos;) b.replace(q, 3, std::to_string(published));
            std::string path = targets[published % targets.size()].path; for (size_t q; (q = path.find("{n}")) != path.npos;) path.replace(q, 3, std::to_string(published));
            std::string r = method + " " + path + " HTTP/1.1\r\nHost: " + pu.host + ":" + std::to_string(pu.port) + "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(b.size()) + "\r\n";
            for (auto& h : headers) { std::string x = h; for (size_t q; (q = x.find("{n}")) != x.npos;) x.replace(q, 3, std::to_string(published)); r += x + "\r\n"; }
            sent_at[published++] = now(); p->out += r + "\r\n" + b; handle(*p);
        }
        turn(rate > 0 ? 1 : 5);
        if (stats.delivered != seen) { seen = stats.delivered; last_progress = now(); }
        if (refused) break;
        if (now() - last_progress > 10 || now() - start > limit) break;
    }
    double took = last_progress - start; Proc after = proc(pid); rusage ru1{}; getrusage(RUSAGE_SELF, &ru1);
    auto cpu = [](const rusage& r) { return double(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + 1e-6 * double(r.ru_utime.tv_usec + r.ru_stime.tv_usec); };
    if (refused) std::fprintf(stderr, "wsfan: a publish was refused: %s\n", first_refusal.substr(0, 400).c_str());
    double d = double(std::max<uint64_t>(stats.delivered, 1));
    std::printf("{\"clients\":%zu,\"failed\":%zu,\"connect_s\":%.3f,\"ready_s\":%.3f,\"connects_per_s\":%.0f,\"connect_server_cpu_ms\":%.3f,\"server_kb_per_client\":%.1f,"
                "\"published\":%zu,\"refused\":%zu,\"expected\":%zu,\"delivered\":%llu,\"lost\":%lld,\"duplicated\":%llu,\"reordered\":%llu,\"closed\":%llu,"
                "\"seconds\":%.3f,\"deliveries_per_s\":%.0f,\"server_cpu_us_per_delivery\":%.3f,\"client_cpu_us_per_delivery\":%.3f,\"wire_bytes_per_delivery\":%.0f,"
                "\"p50_ms\":%.3f,\"p90_ms\":%.3f,\"p99_ms\":%.3f,\"p999_ms\":%.3f,\"max_ms\":%.3f}\n",
                n, failed, connect_s, ready_s, double(n) / connect_s, 1e3 * (full.cpu - idle.cpu) / double(n), double(full.rss_kb - idle.rss_kb) / double(n),
                published, refused, subscribers * published, (unsigned long long)stats.delivered, (long long)(subscribers * published) - (long long)stats.delivered, (unsigned long long)stats.duplicated,
                (unsigned long long)stats.reordered, (unsigned long long)stats.closed, took, d / took, 1e6 * (after.cpu - before.cpu) / d, 1e6 * (cpu(ru1) - cpu(ru0)) / d, double(stats.bytes) / d,
                pct(latency, .5), pct(latency, .9), pct(latency, .99), pct(latency, .999), pct(latency, 1.0));
    return refused || stats.delivered != subscribers * published ? 1 : 0;
}
