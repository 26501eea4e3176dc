// Preloaded (LD_PRELOAD) into a gateway, this library lets one allocation in so many fail on the threads named "shard",
// which serve requests and streams. It lets none fail on other threads (the ledger and its journal, the readers of
// history, the hashing of keys, the sources and their calls, the deliveries of webhooks, the fetching of a provider's
// keys), and none at the start, before the test asks for it. The test and the library share the file that
// DESKLINE_ALLOCATION_FAULTS names: 64-bit numbers, namely one in how many fails (0: none), how many were asked for,
// how many failed, and the seed by which the failing ones are drawn.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

struct page {
    _Atomic uint64_t one_in, asked, failed, random;
};
static struct page* page;
static void* (*real_malloc)(size_t);
static void* (*real_calloc)(size_t, size_t);
static void* (*real_realloc)(void*, size_t);
static int (*real_posix_memalign)(void**, size_t, size_t);
static void* (*real_aligned_alloc)(size_t, size_t);
// dlsym itself may ask for memory before it has returned the real allocator.
static char early[65536];
static size_t early_used;
static void* early_room(size_t size) {
    size = (size + 15) & ~(size_t)15;
    if (early_used + size > sizeof early) abort();
    void* room = early + early_used;
    early_used += size;
    return room;
}
static int is_early(const void* room) { return (const char*)room >= early && (const char*)room < early + sizeof early; }

static void begin(void) {
    static int begun;
    if (begun) return;
    begun = 1;
    real_calloc = dlsym(RTLD_NEXT, "calloc");
    real_realloc = dlsym(RTLD_NEXT, "realloc");
    real_posix_memalign = dlsym(RTLD_NEXT, "posix_memalign");
    real_aligned_alloc = dlsym(RTLD_NEXT, "aligned_alloc");
    real_malloc = dlsym(RTLD_NEXT, "malloc");
    const char* name = getenv("DESKLINE_ALLOCATION_FAULTS");
    const int file = name ? open(name, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void* there = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (there != MAP_FAILED) page = there;
}

static int fails(void) {
    if (!page) return 0;
    const uint64_t one_in = atomic_load_explicit(&page->one_in, memory_order_relaxed);
    if (!one_in) return 0;
    static _Thread_local int serves = -1;
    if (serves < 0) {
        char name[16] = "";
        prctl(PR_GET_NAME, name);
        serves = strcmp(name, "shard") == 0;
    }
    if (!serves) return 0;
    atomic_fetch_add(&page->asked, 1);
    uint64_t drawn = atomic_fetch_add(&page->random, 0x9e3779b97f4a7c15u);  // splitmix64
    drawn = (drawn ^ (drawn >> 30)) * 0xbf58476d1ce4e5b9u;
    drawn = (drawn ^ (drawn >> 27)) * 0x94d049bb133111ebu;
    if ((drawn ^ (drawn >> 31)) % one_in) return 0;
    atomic_fetch_add(&page->failed, 1);
    errno = ENOMEM;
    return 1;
}

void* malloc(size_t size) {
    begin();
    if (!real_malloc) return early_room(size);
    return fails() ? NULL : real_malloc(size);
}
void* calloc(size_t count, size_t size) {
    begin();
    if (!real_calloc) return early_room(count * size);
    return fails() ? NULL : real_calloc(count, size);
}
void* realloc(void* room, size_t size) {
    begin();
    if (is_early(room)) {
        void* other = malloc(size);
        if (other) memcpy(other, room, size);
        return other;
    }
    return fails() ? NULL : real_realloc(room, size);
}
int posix_memalign(void** room, size_t alignment, size_t size) {
    begin();
    return fails() ? ENOMEM : real_posix_memalign(room, alignment, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
    begin();
    return fails() ? NULL : real_aligned_alloc(alignment, size);
}
void free(void* room) {
    static void (*real_free)(void*);
    if (!room || is_early(room)) return;
    if (!real_free) real_free = dlsym(RTLD_NEXT, "free");
    real_free(room);
}
