#pragma once
#ifdef __linux__
#include <malloc.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

/* The C library shows syscall, accept4 and the affinity mask to GNU sources only, which Swift's import of it is not. */
extern long syscall(long number, ...);

static inline int linux_accept(int listener, struct sockaddr *address, socklen_t *length) {
    return (int)syscall(SYS_accept4, listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* Bytes of a socket that the peer has not acknowledged (SIOCOUTQ); 0 when that is unknown. */
static inline int linux_queued_output(int socket) {
    int bytes = 0;
    return ioctl(socket, TIOCOUTQ, &bytes) == 0 ? bytes : 0;
}

/* Has the allocator return what is free to the system. */
static inline void linux_give_back_memory(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

/* Cores that this process may run on; 0 when that is unknown. */
static inline int linux_available_processors(void) {
    unsigned long mask[128];
    long bytes = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
    int count = 0;
    for (long index = 0; index < bytes / (long)sizeof mask[0]; index++) count += __builtin_popcountl(mask[index]);
    return count;
}
#endif
