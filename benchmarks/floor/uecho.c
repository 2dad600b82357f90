// The floor of a UDP echo server: one thread, one recvfrom and one sendto a datagram.
//
//   uecho PORT                  woken for each datagram: recvfrom blocks
//   uecho PORT MICROSECONDS     sleeps so long, then takes all that came
//
// PORT 0 takes a free one. Prints "listening PORT".
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char bytes[65536];

// Whether there was one.
static int echo(int fd, int flags) {
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    ssize_t got = recvfrom(fd, bytes, sizeof bytes, flags, (struct sockaddr *)&from, &length);
    if (got < 0)
        return 0;
    sendto(fd, bytes, got, 0, (struct sockaddr *)&from, length);
    return 1;
}

int main(int count, char **arguments) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int fd = socket(AF_INET, SOCK_DGRAM, 0), buffer = 4 << 20;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(count > 1 ? atoi(arguments[1]) : 0), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof to;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    if (bind(fd, (struct sockaddr *)&to, sizeof to) || getsockname(fd, (struct sockaddr *)&to, &length)) {
        perror("bind");
        return 1;
    }
    printf("listening %d\n", ntohs(to.sin_port));
    fflush(stdout);
    struct timespec interval = {.tv_nsec = count > 2 ? atoi(arguments[2]) * 1000L : 0};
    for (;;) {
        if (!interval.tv_nsec)
            echo(fd, 0);
        else {
            nanosleep(&interval, NULL);
            while (echo(fd, MSG_DONTWAIT))
                ;
        }
    }
}
