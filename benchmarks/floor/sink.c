// N receivers that let the kernel throw away what they receive. Ends when all are closed, or with SECONDS after that time.
//
//   sink PORT RECEIVERS [SECONDS [SERVER_PID]]
//
// With SERVER_PID it measures, after one second of warming up, that process's CPU.
// Prints: bytes N seconds S server_cpu S
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double read_clock(clockid_t clock) {
    struct timespec t;
    return clock_gettime(clock, &t) ? 0 : t.tv_sec + t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    if (argc < 3)
        return 1;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int port = atoi(argv[1]), open = atoi(argv[2]), poll = epoll_create1(0);
    double seconds = argc > 3 ? atof(argv[3]) : 0;
    clockid_t server = 0;
    int has_server = argc > 4 && clock_getcpuclockid(atoi(argv[4]), &server) == 0;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < open; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0 || connect(fd, (void *)&to, sizeof to)) {
            perror("connect");
            return 1;
        }
        struct epoll_event interest = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(poll, EPOLL_CTL_ADD, fd, &interest);
    }
    static char bytes[1 << 20];
    long long total = 0, before = 0;
    double warm = read_clock(CLOCK_MONOTONIC) + 1, begin = 0, server_begin = 0, now = warm;
    struct epoll_event ready[256];
    while (open && (seconds == 0 || begin == 0 || now - begin < seconds)) {
        int count = epoll_wait(poll, ready, 256, 10000);
        if (count <= 0)
            break;
        for (int i = 0; i < count; i++) {
            ssize_t got = recv(ready[i].data.fd, bytes, sizeof bytes, MSG_TRUNC | MSG_DONTWAIT);
            if (got > 0) {
                total += got;
            } else if (got == 0 || errno != EAGAIN) {
                close(ready[i].data.fd);
                open--;
            }
        }
        now = read_clock(CLOCK_MONOTONIC);
        if (begin == 0 && now > warm) {
            begin = now;
            before = total;
            server_begin = has_server ? read_clock(server) : 0;
        }
    }
    printf("bytes %lld seconds %.3f server_cpu %.4f\n", total - before, now - begin,
           has_server ? read_clock(server) - server_begin : 0);
    return 0;
}
