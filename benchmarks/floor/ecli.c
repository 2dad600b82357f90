// Load for an echo server: one thread; each connection keeps WINDOW frames under way. After a second of warming up it measures, and with
// SERVER_PID it reads that process's CPU clock at both ends of the measured time.
//
//   ecli PORT CONNECTIONS WINDOW SECONDS FRAME_BYTES [SERVER_PID [BODY]]
//   ecli PORT CONNECTIONS 0 SECONDS 0 SERVER_PID       connects and stays silent: the cost of idle connections
//
// BODY, in hexadecimal, is what every frame begins with behind its header; the rest is filled with the letter x, and what stands behind
// a comma, in hexadecimal too, ends it. One that begins with 01 is a call of docs/wire/rpc.md, so each connection first asks for the
// extensions.
//
// Prints: messages N seconds S client_cpu S server_cpu S
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEADER = 12, MAGIC = 0xC0DEBABE, BUFFER = 1 << 18 };

typedef struct {
    int fd, have;
    unsigned id;
    char *in;
} Connection;

static int frame_bytes;
static char body[1 << 16];
static char out[1 << 20];

static double read_clock(clockid_t clock) {
    struct timespec t;
    return clock_gettime(clock, &t) ? 0 : t.tv_sec + t.tv_nsec / 1e9;
}

static void send_frames(Connection *c, int count) {
    int bytes = 0;
    for (int i = 0; i < count; i++) {
        unsigned header[3] = {htonl(MAGIC), htonl(c->id++), htonl(frame_bytes - HEADER)};
        memcpy(out + bytes, header, HEADER);
        memcpy(out + bytes + HEADER, body, frame_bytes - HEADER);
        bytes += frame_bytes;
    }
    for (int done = 0; done < bytes;) {
        ssize_t sent = send(c->fd, out + done, bytes - done, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) {
            perror("send");
            exit(1);
        }
        done += sent > 0 ? sent : 0;
    }
}

// Takes what arrived, checks it, answers each frame with a new one; returns how many frames there were.
static int serve(Connection *c) {
    ssize_t got = recv(c->fd, c->in + c->have, BUFFER - c->have, 0);
    if (got <= 0) {
        if (got < 0 && errno == EAGAIN)
            return 0;
        fprintf(stderr, "closed by the server\n");
        exit(2);
    }
    c->have += got;
    int frames = 0, at = 0;
    while (c->have - at >= HEADER) {
        unsigned magic, length;
        memcpy(&magic, c->in + at, 4);
        memcpy(&length, c->in + at + 8, 4);
        length = ntohl(length);
        if (magic != htonl(MAGIC) || length > BUFFER - HEADER) {
            fprintf(stderr, "wrong bytes came back\n");
            exit(3);
        }
        if (c->have - at - HEADER < (int)length)
            break;
        const char *answer = c->in + at + HEADER;
        if ((body[0] == 1 && answer[0] != 4) || (body[0] == '{' && length > 4 && answer[2] != 'r')) {
            fprintf(stderr, "an error came back: %.*s\n", (int)length, answer);
            exit(4);
        }
        at += HEADER + length;
        frames++;
    }
    c->have -= at;
    memmove(c->in, c->in + at, c->have);
    if (frames)
        send_frames(c, frames);
    return frames;
}

static void read_all(int fd, char *to, int bytes) {
    for (int done = 0; done < bytes;) {
        ssize_t got = recv(fd, to + done, bytes - done, 0);
        if (got <= 0) {
            fprintf(stderr, "no answer to rpc.hello\n");
            exit(2);
        }
        done += got;
    }
}

static void say_hello(int fd) {
    static const char hello[] = "{\"method\":\"rpc.hello\",\"params\":{\"version\":1}}";
    char text[HEADER + sizeof hello], answer[4096];
    unsigned header[3] = {htonl(MAGIC), 0, htonl(sizeof hello - 1)}, length;
    memcpy(text, header, HEADER);
    memcpy(text + HEADER, hello, sizeof hello - 1);
    if (send(fd, text, HEADER + sizeof hello - 1, MSG_NOSIGNAL) < 0)
        exit(1);
    read_all(fd, answer, HEADER);
    memcpy(&length, answer + 8, 4);
    length = ntohl(length);
    if (length > sizeof answer)
        exit(3);
    read_all(fd, answer, length);
}

// The beginning of every body from hexadecimal, filler, and what stands behind a comma at the end.
static void make_body(const char *text) {
    int bytes = frame_bytes - HEADER, at = 0;
    if (bytes > (int)sizeof body)
        exit(1);
    memset(body, text ? 'x' : 0, bytes > 0 ? bytes : 0);
    for (; text && text[0] && text[0] != ',' && at < bytes; text += 2, at++) {
        unsigned value;
        sscanf(text, "%2x", &value);
        body[at] = value;
    }
    if (text && text[0] == ',')
        for (int i = 0, count = strlen(text + 1) / 2; i < count; i++) {
            unsigned value;
            sscanf(text + 1 + i * 2, "%2x", &value);
            body[bytes - count + i] = value;
        }
}

static void dial(Connection *c, int port, int poll) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int one = 1;
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0 || connect(c->fd, (void *)&to, sizeof to)) {
        perror("connect");
        exit(1);
    }
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (body[0] == 1)
        say_hello(c->fd);
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &interest);
}

int main(int argc, char **argv) {
    if (argc < 6)
        return 1;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int port = atoi(argv[1]), connections = atoi(argv[2]), window = atoi(argv[3]);
    double seconds = atof(argv[4]);
    frame_bytes = atoi(argv[5]);
    clockid_t server = 0;
    int has_server = argc > 6 && clock_getcpuclockid(atoi(argv[6]), &server) == 0;
    make_body(argc > 7 ? argv[7] : 0);
    int poll = epoll_create1(0);
    Connection *all = calloc(connections, sizeof *all);
    for (int i = 0; i < connections; i++) {
        dial(&all[i], port, poll);
        all[i].in = window ? malloc(BUFFER) : 0;
    }
    for (int i = 0; i < connections && window; i++)
        send_frames(&all[i], window);
    double warm = read_clock(CLOCK_MONOTONIC) + 1, begin = 0, server_begin = 0, client_begin = 0, now;
    long long messages = 0, before = 0;
    struct epoll_event ready[64];
    do {
        int count = epoll_wait(poll, ready, 64, window ? 2000 : 50);
        if (count <= 0 && window) {
            fprintf(stderr, "the server stalls\n");
            return 2;
        }
        for (int i = 0; i < count; i++)
            messages += serve(ready[i].data.ptr);
        now = read_clock(CLOCK_MONOTONIC);
        if (begin == 0 && now > warm) {
            begin = now;
            before = messages;
            client_begin = read_clock(CLOCK_PROCESS_CPUTIME_ID);
            server_begin = has_server ? read_clock(server) : 0;
        }
    } while (begin == 0 || now - begin < seconds);
    printf("messages %lld seconds %.3f client_cpu %.4f server_cpu %.4f\n", messages - before, now - begin,
           read_clock(CLOCK_PROCESS_CPUTIME_ID) - client_begin, has_server ? read_clock(server) - server_begin : 0);
    return 0;
}
