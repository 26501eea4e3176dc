// Preloaded (LD_PRELOAD), this library moves a program's clocks ahead of the kernel's by the first number of the file
// $SOAK_CLOCK, in nanoseconds. In between, time runs at its own pace, so waits and time limits work as usual. When the
// second number of the file changes, the library writes the bytes in use of the heap into the third, and then the
// second into the fourth.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct page {
    _Atomic int64_t ahead, asked, heap, answered;
};
static struct page none;
static struct page *page = &none;
static const int64_t second = 1000000000;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("SOAK_CLOCK");
    const int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *mapped = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped != MAP_FAILED) page = mapped;
    close(file);
}

static struct timespec moved(struct timespec time, int64_t by) {
    const int64_t all = time.tv_sec * second + time.tv_nsec + by;
    return (struct timespec){all / second, all % second};
}

static int moves(clockid_t clock) {
    return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_REALTIME_COARSE ||
           clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME;
}

static void tell(void) {
    int64_t asked = page->asked, told = page->answered;
    if (asked == told || !atomic_compare_exchange_strong(&page->answered, &told, -asked)) return;  // one thread counts
    // A program with the address sanitizer has its own count, since it does not use the C library's heap.
    size_t (*sanitizers)(void) = (size_t (*)(void))dlsym(RTLD_DEFAULT, "__sanitizer_get_current_allocated_bytes");
    malloc_trim(0);
    const struct mallinfo2 heap = mallinfo2();
    page->heap = sanitizers ? (int64_t)sanitizers() : (int64_t)(heap.uordblks + heap.hblkhd);
    page->answered = asked;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    const int result = (int)syscall(SYS_clock_gettime, clock, time);
    if (result == 0 && moves(clock)) *time = moved(*time, page->ahead);
    if (page->asked > page->answered && page->answered >= 0) tell();
    return result;
}

time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone) {
    (void)zone;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    *out = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return 0;
}

// Waits until a moment of the moved clocks: the kernel gets that moment by its own clock.
int pthread_cond_clockwait(pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock,
                           const struct timespec *until) {
    static int (*real)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *);
    if (!real)
        real = (int (*)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *))dlsym(
            RTLD_NEXT, "pthread_cond_clockwait");
    const struct timespec kernels = moved(*until, -page->ahead);
    return real(condition, mutex, clock, &kernels);
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until) {
    static int (*real)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    if (!real)
        real = (int (*)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *))dlsym(RTLD_NEXT,
                                                                                           "pthread_cond_timedwait");
    const struct timespec kernels = moved(*until, -page->ahead);
    return real(condition, mutex, &kernels);
}
