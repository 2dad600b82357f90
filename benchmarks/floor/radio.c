// One source and N listeners of a live stream, for servers of several protocols. The source writes a chunk whenever one is due by the
// monotonic clock; each chunk begins with that instant, and some of the listeners tell from it how long the chunk was on its way, to its last
// byte. The others let the kernel throw away what they receive.
//
//   radio qwau  PORT STATION  FIFO      ...   chunks to a named pipe; listeners speak the audio protocol (docs/wire/audio.md)
//   radio ice   PORT MOUNT    PASSWORD  ...   chunks by SOURCE, as source clients of Icecast send them; listeners GET the mount
//   radio raw   PORT -        -         ...   no source and no stamps: whatever the server sends
//         ...   LISTENERS SAMPLED SECONDS SERVER_PID CHUNK_BYTES CHUNK_MICROSECONDS
//
// Prints, measured over SECONDS after one of warming up: bytes N seconds S server_cpu S load_cpu S chunks N missing N closed N source_late_ms M
// p50_ms M p99_ms M max_ms M
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WARM_SECONDS 1.0
#define CONNECT_MS 2 // from one listener's connect to the next: Icecast's backlog is short, and those that are there want to be read
#define STRAGGLER_SECONDS 0.5
#define KEEP 262144

struct stamp {
    uint64_t magic, sequence;
    int64_t due; // nanoseconds of the monotonic clock
};

static const uint64_t magic = 0xA7C39E51D2846BF3;

struct listener {
    int fd, sampled, in_stream;
    uint64_t next;    // the chunk expected
    size_t have;      // bytes in keep
    unsigned char *keep;
};

static int is_qwau, is_ice, source_fd = -1;
static size_t chunk_bytes;
static int64_t chunk_ns, source_late, begin_ns, end_ns;
static volatile int stop;
static long chunks, missing, closed_early;
static double *delays;
static size_t delay_count, delay_room;

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static double cpu_of(clockid_t clock) {
    struct timespec t;
    return clock_gettime(clock, &t) ? 0 : t.tv_sec + t.tv_nsec / 1e9;
}

static void die(const char *what) {
    perror(what);
    exit(1);
}

static int dial(int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    if (fd < 0 || connect(fd, (void *)&to, sizeof to))
        die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static void write_all(int fd, const void *bytes, size_t length) {
    while (length) {
        ssize_t sent = write(fd, bytes, length);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            die("write");
        bytes = (const char *)bytes + sent;
        length -= sent;
    }
}

// The source: chunk K is due at the start plus K chunk times, however late the one before it was.
static void *play(void *unused) {
    unsigned char *chunk = malloc(chunk_bytes);
    for (size_t i = 0; i < chunk_bytes; i++)
        chunk[i] = (unsigned char)(i * 31 + (i >> 8));
    int64_t origin = now_ns();
    for (uint64_t k = 0; !stop; k++) {
        struct stamp stamp = {magic, k, origin + (int64_t)k * chunk_ns};
        struct timespec at = {.tv_sec = stamp.due / 1000000000, .tv_nsec = stamp.due % 1000000000};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, 0);
        memcpy(chunk, &stamp, sizeof stamp);
        write_all(source_fd, chunk, chunk_bytes);
        int64_t late = now_ns() - stamp.due;
        if (begin_ns && stamp.due >= begin_ns && stamp.due < end_ns && late > source_late)
            source_late = late;
    }
    free(chunk);
    return unused;
}

static void start_source(int port, const char *station, const char *through, pthread_t *thread) {
    if (is_ice) {
        char pair[256], text[1024], code[512];
        static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        int length = snprintf(pair, sizeof pair, "source:%s", through), at = 0;
        for (int i = 0; i < length; i += 3) {
            unsigned bits = (unsigned char)pair[i] << 16 | (i + 1 < length ? (unsigned char)pair[i + 1] << 8 : 0)
                | (i + 2 < length ? (unsigned char)pair[i + 2] : 0);
            for (int j = 0; j < 4; j++)
                code[at++] = i + j > length ? '=' : letters[bits >> (18 - 6 * j) & 63];
        }
        code[at] = 0;
        source_fd = dial(port);
        length = snprintf(text, sizeof text, "SOURCE /%s HTTP/1.0\r\nAuthorization: Basic %s\r\nContent-Type: audio/mpeg\r\n\r\n", station, code);
        write_all(source_fd, text, length);
        ssize_t got = read(source_fd, text, sizeof text - 1);
        text[got > 0 ? got : 0] = 0;
        if (!strstr(text, " 200 ")) {
            fprintf(stderr, "the source was refused: %s\n", text);
            exit(1);
        }
    } else {
        source_fd = open(through, O_WRONLY | O_CLOEXEC);
        if (source_fd < 0)
            die(through);
    }
    if (pthread_create(thread, 0, play, 0))
        die("pthread_create");
}

static void ask(int fd, const char *station) {
    unsigned char text[512];
    int length;
    if (is_qwau) { // a hello that wants nothing of the past
        int name = strlen(station), body = 12 + name;
        unsigned char hello[] = {1, 0, 0, body, 'Q', 'W', 'A', 'U', 1, 0, 0, 0, 0, 0, name};
        memcpy(text, hello, sizeof hello);
        memcpy(text + sizeof hello, station, name);
        text[sizeof hello + name] = 0;
        length = 4 + body;
    } else {
        length = snprintf((char *)text, sizeof text, "GET /%s HTTP/1.0\r\n\r\n", station);
    }
    write_all(fd, text, length);
}

static void took(struct listener *one, const unsigned char *bytes, int64_t now) {
    struct stamp stamp;
    memcpy(&stamp, bytes, sizeof stamp);
    if (stamp.magic != magic) {
        fprintf(stderr, "a chunk without its stamp\n");
        exit(1);
    }
    if (stamp.due >= begin_ns && stamp.due < end_ns && begin_ns) {
        if (one->next && stamp.sequence > one->next)
            missing += stamp.sequence - one->next;
        chunks++;
        if (delay_count < delay_room)
            delays[delay_count++] = (now - stamp.due) / 1e6;
    }
    one->next = stamp.sequence + 1;
}

// Takes whole chunks out of what was kept; returns the bytes used.
static size_t parse(struct listener *one, int64_t now) {
    size_t at = 0;
    if (is_qwau) {
        while (one->have - at >= 4) {
            const unsigned char *message = one->keep + at;
            size_t body = (size_t)message[1] << 16 | message[2] << 8 | message[3];
            if (one->have - at < 4 + body)
                break;
            if (message[0] == 3) {
                fprintf(stderr, "a listener was refused: %.*s\n", (int)body - 3, message + 7);
                exit(1);
            }
            if (message[0] == 7)
                took(one, message + 20, now);
            at += 4 + body;
        }
        return at;
    }
    if (!one->in_stream) { // behind the head of the answer, at the first stamp
        unsigned char *found = memmem(one->keep, one->have, &magic, sizeof magic);
        if (!found)
            return one->have > KEEP / 2 ? one->have - sizeof magic : 0;
        one->in_stream = 1;
        at = found - one->keep;
    }
    for (; one->have - at >= chunk_bytes; at += chunk_bytes)
        took(one, one->keep + at, now);
    return at;
}

// False when it is over.
static int receive(struct listener *one, long long *total) {
    static unsigned char nowhere[1 << 20];
    ssize_t got = one->sampled ? recv(one->fd, one->keep + one->have, KEEP - one->have, MSG_DONTWAIT)
                               : recv(one->fd, nowhere, sizeof nowhere, MSG_TRUNC | MSG_DONTWAIT);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    if (got == 0)
        return 0;
    *total += got;
    if (one->sampled) {
        one->have += got;
        size_t used = parse(one, now_ns());
        memmove(one->keep, one->keep + used, one->have - used);
        one->have -= used;
    }
    return 1;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double percentile(double part) { return delay_count ? delays[(size_t)(part * (delay_count - 1))] : 0; }

int main(int argc, char **argv) {
    if (argc < 11) {
        fprintf(stderr, "radio qwau|ice|raw PORT STATION FIFO|PASSWORD LISTENERS SAMPLED SECONDS SERVER_PID CHUNK_BYTES CHUNK_MICROSECONDS\n");
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    is_qwau = !strcmp(argv[1], "qwau");
    is_ice = !strcmp(argv[1], "ice");
    int port = atoi(argv[2]), count = atoi(argv[5]), sampled = is_qwau || is_ice ? atoi(argv[6]) : 0, poll = epoll_create1(EPOLL_CLOEXEC);
    double seconds = atof(argv[7]);
    clockid_t server, self = CLOCK_PROCESS_CPUTIME_ID;
    if (clock_getcpuclockid(atoi(argv[8]), &server))
        die("the server's clock");
    chunk_bytes = atol(argv[9]);
    chunk_ns = atol(argv[10]) * 1000;
    delay_room = (size_t)((seconds + 1) * 1e9 / chunk_ns + 1) * (sampled + 1);
    delays = malloc(delay_room * sizeof *delays);
    pthread_t source;
    if (is_qwau || is_ice)
        start_source(port, argv[3], argv[4], &source);
    struct listener *all = calloc(count, sizeof *all);
    long long total = 0, before = 0, within = 0;
    int64_t now = now_ns(), next = now, warm = 0;
    double server_cpu = 0, load_cpu = 0;
    int measured = 0, there = 0;
    struct epoll_event ready[256];
    while (!measured || now < end_ns + (int64_t)(STRAGGLER_SECONDS * 1e9)) {
        if (there < count && now >= next) {
            struct listener *one = &all[there];
            one->fd = dial(port);
            one->sampled = (long)there * sampled / count != (long)(there + 1) * sampled / count; // spread over the order in which they came
            one->keep = one->sampled ? malloc(KEEP) : 0;
            if (is_qwau || is_ice)
                ask(one->fd, argv[3]);
            struct epoll_event interest = {.events = EPOLLIN, .data.ptr = one};
            epoll_ctl(poll, EPOLL_CTL_ADD, one->fd, &interest);
            next += CONNECT_MS * 1000000LL;
            if (++there == count)
                warm = now + (int64_t)(WARM_SECONDS * 1e9);
        }
        int got = epoll_wait(poll, ready, 256, there < count ? 1 : 100);
        for (int i = 0; i < got; i++) {
            struct listener *one = ready[i].data.ptr;
            if (!receive(one, &total)) {
                close(one->fd);
                closed_early++;
            }
        }
        now = now_ns();
        if (!begin_ns && warm && now >= warm) {
            end_ns = now + (int64_t)(seconds * 1e9);
            begin_ns = now;
            before = total;
            server_cpu = cpu_of(server);
            load_cpu = cpu_of(self);
        } else if (begin_ns && !measured && now >= end_ns) {
            measured = 1;
            within = total - before;
            server_cpu = cpu_of(server) - server_cpu;
            load_cpu = cpu_of(self) - load_cpu;
            seconds = (now - begin_ns) / 1e9;
        }
    }
    stop = 1;
    if (is_qwau || is_ice)
        pthread_join(source, 0);
    qsort(delays, delay_count, sizeof *delays, ascending);
    printf("bytes %lld seconds %.4f server_cpu %.4f load_cpu %.4f chunks %ld missing %ld closed %ld source_late_ms %.2f "
           "p50_ms %.3f p99_ms %.3f max_ms %.3f\n",
           within, seconds, server_cpu, load_cpu, chunks, missing, closed_early, source_late / 1e6, percentile(0.5), percentile(0.99), percentile(1));
    return 0;
}
