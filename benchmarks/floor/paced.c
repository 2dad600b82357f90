// The floor of paced fan-out: accepts N receivers, then at every interval sends each the bytes that a stream of that rate makes in it.
//
//   paced PORT RECEIVERS KILOBITS_PER_SECOND INTERVAL_MICROSECONDS     PORT 0 takes a free one. Prints "listening PORT", then serves
//                                                                      until it is killed or its receivers leave.
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
#include <time.h>

int main(int argc, char **argv) {
    if (argc < 5)
        return 1;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int receivers = atoi(argv[2]), one = 1;
    long interval = atol(argv[4]) * 1000;
    size_t size = (size_t)(atof(argv[3]) * 1000 / 8 * interval / 1e9);
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
    char *bytes = malloc(size);
    memset(bytes, 7, size);
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    while (1) {
        for (int i = 0; i < receivers; i++)
            if (send(fd[i], bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
                return 0; // the receivers have measured enough and left
        next.tv_nsec += interval;
        next.tv_sec += next.tv_nsec / 1000000000;
        next.tv_nsec %= 1000000000;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, 0);
    }
}
