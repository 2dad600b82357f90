// The floor of an echo server: one thread, level-triggered epoll, one recv and one send for all frames that arrived together.
// A frame is 12 bytes of header (magic, id, length of what follows, each 32 bits, big-endian) and its payload.
//
//   esrv PORT        PORT 0 takes a free one. Prints "listening PORT".
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER = 12, BUFFER = 65536, PAYLOAD_MAX = 60000, MAGIC = 0xC0DEBABE };

typedef struct {
    int fd, have;
    char in[BUFFER], out[BUFFER];
} Connection;

static void end(Connection *c) {
    close(c->fd);
    free(c);
}

static void serve(Connection *c) {
    ssize_t got = recv(c->fd, c->in + c->have, sizeof c->in - c->have, MSG_DONTWAIT);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN)
            end(c);
        return;
    }
    c->have += got;
    int at = 0, out = 0;
    while (c->have - at >= HEADER) {
        unsigned magic, length;
        memcpy(&magic, c->in + at, 4);
        memcpy(&length, c->in + at + 8, 4);
        length = ntohl(length);
        if (ntohl(magic) != MAGIC || length > PAYLOAD_MAX) {
            end(c);
            return;
        }
        int frame = HEADER + (int)length;
        if (c->have - at < frame)
            break;
        memcpy(c->out + out, c->in + at, frame);
        out += frame;
        at += frame;
    }
    if (out)
        send(c->fd, c->out, out, MSG_NOSIGNAL);
    memmove(c->in, c->in + at, c->have - at);
    c->have -= at;
}

int main(int argc, char **argv) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); // never outlive the measurement
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 0)};
    socklen_t length = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (void *)&at, sizeof at) || listen(listener, 4096) || getsockname(listener, (void *)&at, &length)) {
        perror("listen");
        return 1;
    }
    printf("listening %d\n", ntohs(at.sin_port));
    fflush(stdout);
    int poll = epoll_create1(0);
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = 0}, ready[64];
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &interest);
    for (;;) {
        int count = epoll_wait(poll, ready, 64, -1);
        for (int i = 0; i < count; i++) {
            if (ready[i].data.ptr) {
                serve(ready[i].data.ptr);
                continue;
            }
            Connection *c = malloc(sizeof *c);
            c->fd = accept(listener, 0, 0);
            c->have = 0;
            setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            struct epoll_event mine = {.events = EPOLLIN, .data.ptr = c};
            epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &mine);
        }
    }
}
