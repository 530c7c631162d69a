/* System calls that Valgrind does not know, made outside of it.
 *
 * Valgrind answers ENOSYS to a call that it has no description of. The library (`-DINSIDE -shared`) stands before syscall(3)
 * of the program under test and hands three such calls to the program (`relay`), which makes them and hands the answer back.
 * A process handle or a directory means the same to both: descriptors travel over the socket (`unix(7)`, SCM_RIGHTS).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

struct question {
    long call;
    long number; /* a pid, or a signal */
    int has_info;
    siginfo_t info;
    struct open_how how;
    char path[4096];
};

struct answer {
    long value;
    int error;
};

static socklen_t address(struct sockaddr_un *place, const char *name) {
    memset(place, 0, sizeof *place);
    place->sun_family = AF_UNIX;
    strncpy(place->sun_path + 1, name, sizeof place->sun_path - 2);
    return offsetof(struct sockaddr_un, sun_path) + 1 + strlen(place->sun_path + 1);
}

static int send_with(int socket, void *data, size_t size, int descriptor) {
    union {
        char room[CMSG_SPACE(sizeof(int))];
        struct cmsghdr header;
    } control;
    struct iovec piece = {data, size};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    memset(&control, 0, sizeof control);
    if (descriptor >= 0) {
        message.msg_control = control.room;
        message.msg_controllen = sizeof control.room;
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)size ? 0 : -1;
}

static int receive_with(int socket, void *data, size_t size, int *descriptor) {
    union {
        char room[CMSG_SPACE(sizeof(int))];
        struct cmsghdr header;
    } control;
    struct iovec piece = {data, size};
    struct msghdr message = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room};
    memset(&control, 0, sizeof control);
    *descriptor = -1;
    ssize_t length;
    do
        length = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (length == -1 && errno == EINTR);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_type == SCM_RIGHTS)
        memcpy(descriptor, CMSG_DATA(header), sizeof *descriptor);
    return length == (ssize_t)size ? 0 : -1;
}

#ifdef INSIDE

static long ask(struct question *question, int descriptor) {
    struct sockaddr_un place;
    const char *name = getenv("MEMCHECK_RELAY");
    struct answer answer;
    int got = -1;
    int socket_ = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (!name || socket_ == -1 || connect(socket_, (struct sockaddr *)&place, address(&place, name)) == -1 ||
        send_with(socket_, question, sizeof *question, descriptor) == -1 ||
        receive_with(socket_, &answer, sizeof answer, &got) == -1) {
        fprintf(stderr, "memcheck: the relay does not answer: %s\n", strerror(errno));
        abort();
    }
    close(socket_);
    if (answer.value == -1) {
        errno = answer.error;
        return -1;
    }
    return got >= 0 ? got : answer.value;
}

long syscall(long call, ...) {
    static long (*real)(long, ...);
    struct question question;
    long words[6];
    va_list list;
    va_start(list, call);
    for (int i = 0; i < 6; i++)
        words[i] = va_arg(list, long);
    va_end(list);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "syscall");
    memset(&question, 0, sizeof question);
    question.call = call;
    switch (call) {
    case SYS_pidfd_open:
        question.number = words[0];
        return ask(&question, -1);
    case SYS_pidfd_send_signal:
        question.number = words[1];
        question.has_info = words[2] != 0;
        if (question.has_info)
            memcpy(&question.info, (void *)words[2], sizeof question.info);
        return ask(&question, (int)words[0]);
    case SYS_openat2:
        strncpy(question.path, (char *)words[1], sizeof question.path - 1);
        memcpy(&question.how, (void *)words[2], sizeof question.how);
        return ask(&question, (int)words[0]);
    default:
        return real(call, words[0], words[1], words[2], words[3], words[4], words[5]);
    }
}

#else

static void serve(int socket) {
    struct question question;
    struct answer answer = {-1, ENOSYS};
    int given, made = -1;
    if (receive_with(socket, &question, sizeof question, &given) == -1)
        return;
    switch (question.call) {
    case SYS_pidfd_open:
        answer.value = made = syscall(SYS_pidfd_open, (int)question.number, 0);
        break;
    case SYS_pidfd_send_signal:
        answer.value = syscall(SYS_pidfd_send_signal, given, (int)question.number,
                               question.has_info ? &question.info : NULL, 0);
        break;
    case SYS_openat2:
        answer.value = made = syscall(SYS_openat2, given, question.path, &question.how, sizeof question.how);
        break;
    }
    answer.error = errno;
    send_with(socket, &answer, sizeof answer, made);
    if (given >= 0)
        close(given);
    if (made >= 0)
        close(made);
}

/* relay NAME: says "up" when it listens, and ends with its standard input. */
int main(int count, char **words) {
    struct sockaddr_un place;
    int socket_ = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (count != 2 || bind(socket_, (struct sockaddr *)&place, address(&place, words[1])) == -1 || listen(socket_, 64) == -1)
        return 1;
    puts("up");
    fflush(stdout);
    for (;;) {
        struct pollfd watched[] = {{.fd = 0, .events = POLLIN}, {.fd = socket_, .events = POLLIN}};
        if (poll(watched, 2, -1) == -1)
            return 1;
        if (watched[0].revents)
            return 0;
        int asked = accept4(socket_, NULL, NULL, SOCK_CLOEXEC);
        if (asked >= 0) {
            serve(asked);
            close(asked);
        }
    }
}

#endif
