// The floor of fan-out: accepts N receivers, then sends the same bytes to each in turn, for some seconds.
//
//   fan PORT RECEIVERS MODE MESSAGE_BYTES MESSAGES SECONDS     PORT 0 takes a free one. Prints "listening PORT", later the result.
//
//   MODE 0   one send a message
//   MODE 1   one gathered send of MESSAGES pieces
//   MODE 4   one contiguous send of MESSAGES x MESSAGE_BYTES
//
// Prints: bytes N seconds S cpu S; or nothing, when the receivers leave first (they measure too).
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

static double read_clock(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void check(ssize_t sent, size_t wanted) {
    if (sent != (ssize_t)wanted)
        exit(0); // the receivers have measured enough and left
}

int main(int argc, char **argv) {
    if (argc < 7)
        return 1;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int receivers = atoi(argv[2]), mode = atoi(argv[3]), messages = atoi(argv[5]), one = 1;
    size_t size = atoi(argv[4]), batch = size * messages;
    double seconds = atof(argv[6]);
    if (messages > 64)
        return 1;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    socklen_t length = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (void *)&at, sizeof at) || listen(listener, 4096) || getsockname(listener, (void *)&at, &length)) {
        perror("listen");
        return 1;
    }
    printf("listening %d\n", ntohs(at.sin_port));
    fflush(stdout);
    int *fd = malloc(receivers * sizeof *fd);
    for (int i = 0; i < receivers; i++) {
        fd[i] = accept(listener, 0, 0);
        setsockopt(fd[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    char *bytes = malloc(batch);
    memset(bytes, 7, batch);
    struct iovec pieces[64];
    for (int k = 0; k < messages; k++)
        pieces[k] = (struct iovec){bytes + k * size, size};
    struct msghdr gathered = {.msg_iov = pieces, .msg_iovlen = messages};
    double begin = read_clock(CLOCK_MONOTONIC), cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID), now;
    long long total = 0;
    do {
        for (int i = 0; i < receivers; i++) {
            if (mode == 0)
                for (int k = 0; k < messages; k++)
                    check(send(fd[i], bytes, size, MSG_NOSIGNAL), size);
            else if (mode == 1)
                check(sendmsg(fd[i], &gathered, MSG_NOSIGNAL), batch);
            else
                check(send(fd[i], bytes, batch, MSG_NOSIGNAL), batch);
            total += batch;
        }
        now = read_clock(CLOCK_MONOTONIC);
    } while (now - begin < seconds);
    printf("bytes %lld seconds %.3f cpu %.4f\n", total, now - begin, read_clock(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    return 0;
}
