/* The floors of `cargo xtask bench`: what the kernel alone costs.
 *
 *   floor run LOCK COMMAND...   lock LOCK, start COMMAND with vfork, wait, end as it ended; 75 when it is locked
 *   floor scan WORD             read every process's command line, print how many hold WORD
 *   floor take LOCK COMMAND...  lock LOCK and become COMMAND; whoever has it is asked to end first
 *   floor crowd N               N processes that do nothing, until standard input ends
 *   floor hold                  say "ready" and do nothing, until a signal comes
 *   floor                       do nothing
 *
 * and its watches, which print how many microseconds something took:
 *
 *   floor end COMMAND...        from SIGTERM until COMMAND, which says "ready", has ended
 *   floor over COMMAND...       until COMMAND, started while it runs already, says "ready" and the first has ended
 *   floor storm N COMMAND...    until all but one of N that start at once have ended
 *   floor queue N COMMAND...    until all of them have ended, with 0
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int run(char **words) {
    int lock = open(words[0], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock == -1 || flock(lock, LOCK_EX | LOCK_NB) == -1)
        return 75;
    pid_t child = vfork();
    if (child == 0) {
        execv(words[1], words + 1);
        _exit(127);
    }
    int status;
    if (waitpid(child, &status, 0) == -1)
        return 1;
    return WEXITSTATUS(status);
}

static int scan(const char *word) {
    static char line[1 << 16];
    int found = 0, place = open("/proc", O_RDONLY | O_DIRECTORY);
    DIR *all = fdopendir(dup(place));
    struct dirent *entry;
    while ((entry = readdir(all))) {
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
            continue;
        char path[300];
        snprintf(path, sizeof path, "%s/cmdline", entry->d_name);
        int file = openat(place, path, O_RDONLY);
        if (file == -1)
            continue;
        ssize_t length = read(file, line, sizeof line);
        close(file);
        found += length > 0 && memmem(line, length, word, strlen(word));
    }
    printf("%d\n", found);
    return 0;
}

static int crowd(int count) {
    pid_t *members = calloc(count, sizeof *members), own = getpid();
    for (int i = 0; i < count; i++) {
        members[i] = fork();
        if (members[i] == -1)
            return 1;
        if (members[i] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() != own)
                _exit(0);
            for (;;)
                pause();
        }
    }
    puts("ready");
    fflush(stdout);
    char byte;
    while (read(0, &byte, 1) > 0)
        ;
    for (int i = 0; i < count; i++)
        kill(members[i], SIGKILL);
    for (int i = 0; i < count; i++)
        waitpid(members[i], NULL, 0);
    return 0;
}

static int take(char **words) {
    int lock = open(words[0], O_RDWR | O_CREAT, 0600);
    pid_t own = getpid(), holder;
    if (lock == -1)
        return 75;
    if (flock(lock, LOCK_EX | LOCK_NB) == -1) {
        if (pread(lock, &holder, sizeof holder, 0) != sizeof holder)
            return 75;
        struct pollfd end = {syscall(SYS_pidfd_open, holder, 0), POLLIN, 0};
        syscall(SYS_pidfd_send_signal, end.fd, SIGTERM, 0, 0);
        poll(&end, 1, -1);
        flock(lock, LOCK_EX);
    }
    if (pwrite(lock, &own, sizeof own, 0) != sizeof own)
        return 75;
    execv(words[1], words + 1);
    return 127;
}

static int hold(void) {
    /* flock(1) hands no signal on; without this its program would be left behind. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    puts("ready");
    fflush(stdout);
    pause();
    return 0;
}

static long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* Starts a command; its first line comes through the pipe. */
static pid_t start(char **command, int *said) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) == -1)
        exit(1);
    pid_t child = vfork();
    if (child == 0) {
        dup2(ends[1], 1);
        execv(command[0], command);
        _exit(127);
    }
    close(ends[1]);
    *said = ends[0];
    return child;
}

static void await_ready(int said) {
    char byte = 0;
    while (byte != '\n')
        if (read(said, &byte, 1) != 1)
            exit(1);
}

static int end_of(char **command) {
    int said;
    pid_t child = start(command, &said);
    await_ready(said);
    long before = now();
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
    printf("%ld\n", now() - before);
    return 0;
}

static int over(char **command) {
    int said;
    pid_t first = start(command, &said);
    await_ready(said);
    long before = now();
    pid_t second = start(command, &said);
    await_ready(said);
    waitpid(first, NULL, 0);
    printf("%ld\n", now() - before);
    kill(second, SIGTERM);
    waitpid(second, NULL, 0);
    return 0;
}

/* Starts so many at once; `left` of them are to go on, the others end with a code that does not matter, or with 0. */
static int storm(int count, int left, char **command) {
    int gate[2], status, told = dup(1), nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, 1);
    pid_t *members = calloc(count, sizeof *members);
    if (pipe(gate) == -1)
        return 1;
    for (int i = 0; i < count; i++) {
        members[i] = fork();
        if (members[i] == -1)
            return 1;
        if (members[i] == 0) {
            char byte;
            close(gate[1]);
            if (read(gate[0], &byte, 1) == 0)
                execv(command[0], command);
            _exit(127);
        }
    }
    long before = now();
    close(gate[1]);
    for (int ended = 0; ended < count - left; ended++) {
        pid_t child = wait(&status);
        if (left == 0 && status != 0)
            return 1;
        for (int i = 0; i < count; i++)
            if (members[i] == child)
                members[i] = 0;
    }
    dprintf(told, "%ld\n", now() - before);
    for (int i = 0; i < count; i++)
        if (members[i]) {
            if (waitpid(members[i], NULL, WNOHANG) != 0)
                return 1;
            kill(members[i], SIGTERM);
            waitpid(members[i], NULL, 0);
        }
    return 0;
}

int main(int count, char **words) {
    if (count > 3 && !strcmp(words[1], "run"))
        return run(words + 2);
    if (count > 3 && !strcmp(words[1], "take"))
        return take(words + 2);
    if (count == 2 && !strcmp(words[1], "hold"))
        return hold();
    if (count > 2 && !strcmp(words[1], "end"))
        return end_of(words + 2);
    if (count > 2 && !strcmp(words[1], "over"))
        return over(words + 2);
    if (count > 3 && !strcmp(words[1], "storm"))
        return storm(atoi(words[2]), 1, words + 3);
    if (count > 3 && !strcmp(words[1], "queue"))
        return storm(atoi(words[2]), 0, words + 3);
    if (count == 3 && !strcmp(words[1], "scan"))
        return scan(words[2]);
    if (count == 3 && !strcmp(words[1], "crowd"))
        return crowd(atoi(words[2]));
    return count > 1 ? 2 : 0;
}
