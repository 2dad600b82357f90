// Load for a UDP echo server: one thread, PEERS connected sockets, RATE datagrams a second in turn, whatever comes back. After a second of warming up it measures, and
// reads the server's CPU clock at both ends of the measured time.
//
//   uload PORT PEERS RATE SECONDS BYTES SERVER_PID
//
// Prints: messages N seconds S lost N client_cpu S server_cpu S     (messages are those that came back)
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PEERS_MAX = 10000, BYTES_MAX = 1500, BEHIND_MAX = 200 };

static int sockets[PEERS_MAX];

static double read_clock(clockid_t clock) {
    struct timespec t;
    return clock_gettime(clock, &t) ? 0 : t.tv_sec + t.tv_nsec / 1e9;
}

// Takes what came back.
static long take(int epoll) {
    struct epoll_event ready[256];
    char bytes[BYTES_MAX];
    long taken = 0;
    int count = epoll_wait(epoll, ready, 256, 0);
    for (int i = 0; i < count; i++)
        while (recv(ready[i].data.fd, bytes, sizeof bytes, MSG_DONTWAIT) >= 0)
            taken++;
    return taken;
}

int main(int count, char **arguments) {
    if (count != 7)
        return 1;
    int port = atoi(arguments[1]), peers = atoi(arguments[2]), rate = atoi(arguments[3]), bytes = atoi(arguments[5]), epoll = epoll_create1(0);
    double seconds = atof(arguments[4]);
    clockid_t server;
    if (peers > PEERS_MAX || bytes > BYTES_MAX || clock_getcpuclockid(atoi(arguments[6]), &server))
        return 1;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (int i = 0; i < peers; i++) {
        sockets[i] = socket(AF_INET, SOCK_DGRAM, 0);
        struct epoll_event in = {.events = EPOLLIN, .data.fd = sockets[i]};
        if (connect(sockets[i], (struct sockaddr *)&to, sizeof to) || epoll_ctl(epoll, EPOLL_CTL_ADD, sockets[i], &in)) {
            perror("connect");
            return 1;
        }
    }
    char message[BYTES_MAX];
    memset(message, 'x', sizeof message);
    long sent = 0, came = 0, sent_before = 0, came_before = 0;
    double began = read_clock(CLOCK_MONOTONIC), measured = 0, own_cpu = 0, server_cpu = 0;
    double origin = began;
    for (long due_sent = 0;;) {
        double now = read_clock(CLOCK_MONOTONIC);
        if (!measured && now - began >= 1) {
            measured = now;
            sent_before = sent;
            came_before = came;
            own_cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID);
            server_cpu = read_clock(server);
        }
        if (measured && now - measured >= seconds)
            break;
        long due = (now - origin) * rate;
        if (due - due_sent > BEHIND_MAX)
            due_sent = due - BEHIND_MAX; // what the machine had no time for is not made up in one burst
        for (; due_sent < due; due_sent++, sent++)
            send(sockets[sent % peers], message, bytes, MSG_DONTWAIT);
        came += take(epoll);
        struct timespec pause = {.tv_nsec = 200000};
        nanosleep(&pause, NULL);
    }
    double now = read_clock(CLOCK_MONOTONIC);
    printf("messages %ld seconds %.3f lost %ld client_cpu %.4f server_cpu %.4f\n", came - came_before, now - measured, (sent - sent_before) - (came - came_before),
           read_clock(CLOCK_PROCESS_CPUTIME_ID) - own_cpu, read_clock(server) - server_cpu);
    return 0;
}
