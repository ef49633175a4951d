/* Event streams.  One thread, the hub, owns all of them: publishers put a frame
 * into a ring and go on; the hub sends each frame to whoever watches its topic.
 *
 * A stream is a socket taken over from the HTTP library (a double of its
 * descriptor), so that a thousand listeners cost neither its memory nor its
 * walks over suspended connections.
 *
 * The ring keeps the last frames for those who come back with Last-Event-ID.  A
 * topic is remembered for a minute after its last watcher left; its frames go to
 * the ring meanwhile, so a page that reconnects has missed nothing.  When that
 * cannot be promised the page gets "reset" and reads anew.
 *
 * Locks  `lock` guards the topics' table, the ring and the door; streams and
 *        their lists belong to the hub's thread alone. */
#include "http/live.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/time.h"
#include "db/db.h"
#include "http/turn.h"

enum {
    RING = 4096,
    RING_BYTES = 8 << 20,
    TOPICS_OF_ONE = 16,
    KEEP_TOPIC_MS = 60000,
    BEAT_MS = 15000,
    BATCH = 256
};

struct frame {
    int refs; /* under the lock */
    u64 seq;
    const char *topic;
    size_t n;
    char text[];
};

struct topic {
    const char *name;
    u64 since_seq; /* frames after this one are complete in the ring */
    i64 left_ms;   /* when the last watcher left; 0: watched */
    struct seat *seats;
};

/* A stream's place in one topic's list. */
struct seat {
    struct stream *who;
    struct topic *topic;
    struct seat *prev, *next;
};

struct stream {
    int fd;
    bool dead;
    struct stream *prev, *next;
    struct seat seats[TOPICS_OF_ONE];
    size_t n_seats;
    char *unsent; /* what the socket did not take yet */
    size_t n, size;
    i64 sent_ms;
    u64 seen_seq; /* frames up to this one are not for him (any more) */
};

/* One at the door: becomes a stream on the hub's thread. */
struct arrival {
    struct arrival *next;
    int fd;
    char *topics, *last_id, *head;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct map topics;
static struct frame *ring[RING];
static u64 first_seq = 1, next_seq = 1; /* frames first..next-1 are in the ring */
static size_t ring_bytes;
static struct arrival *door;
static u64 boot; /* tells this run's ids from another's */

static pthread_t thread;
static _Atomic bool running, stopping;
static bool shut; /* under the lock: nobody comes through the door any more */
static int epoll_fd = -1, wake_fd = -1;
static _Atomic i64 n_streams;
static struct stream *streams, *dying;
static void (*each_second)(void);

static i64 mono_ms(void)
{
    return time_mono_us() / 1000;
}

/* Rooms publish while we stop, and after it: so the descriptor stays for the life of
 * the process, or they would write into whatever gets its number next. */
static void wake(void)
{
    const u64 one = 1;

    if (write(wake_fd, &one, sizeof(one)) < 0) return; /* full: it is awake */
}

/* ---- Publishing ------------------------------------------------------------------ */

static void unref(struct frame *f)
{
    if (--f->refs == 0) free(f);
}

static void ring_drop(void)
{
    struct frame *f = ring[first_seq++ % RING];

    ring_bytes -= f->n;
    unref(f);
}

static struct frame *frame_new(const char *topic, const char *event, const char *json)
{
    const size_t topic_n = strlen(topic) + 1;
    const size_t room = topic_n + strlen(event) + strlen(json) + 96;
    struct frame *f = malloc(sizeof(*f) + room);

    if (!f) abort();
    memcpy(f->text, topic, topic_n);
    f->refs = 1;
    f->seq = next_seq;
    char *text = f->text + topic_n;
    f->n =
        (size_t)snprintf(text, room - topic_n, "id: %llx-%llx\nevent: %s\ndata: %s\n\n",
                         boot, f->seq, event, json);
    f->topic = f->text;
    return f;
}

static const char *frame_text(const struct frame *f)
{
    return f->topic + strlen(f->topic) + 1;
}

void live_publish(const char *topic, const char *event, const char *json)
{
    pthread_mutex_lock(&lock);
    const bool watched = map_get(&topics, topic, strlen(topic)) != NULL;
    if (watched) {
        struct frame *f = frame_new(topic, event, json);
        while (next_seq - first_seq == RING ||
               (ring_bytes + f->n > RING_BYTES && first_seq < next_seq))
            ring_drop();
        ring[next_seq++ % RING] = f;
        ring_bytes += f->n;
    }
    pthread_mutex_unlock(&lock);
    if (watched) wake();
}

bool live_watched(const char *topic)
{
    pthread_mutex_lock(&lock);
    const bool watched = map_get(&topics, topic, strlen(topic)) != NULL;
    pthread_mutex_unlock(&lock);
    return watched;
}

/* Three texts behind one another, until the commit. */
struct later {
    const char *topic, *event, *json;
    char text[];
};

static void publish_later(void *arg)
{
    struct later *l = arg;

    live_publish(l->topic, l->event, l->json);
}

void live_publish_after(struct ctx *c, const char *topic, const char *event,
                        const char *json)
{
    const size_t t = strlen(topic) + 1, e = strlen(event) + 1, j = strlen(json) + 1;
    struct later *l;

    if (!live_watched(topic)) return;
    if (!(l = malloc(sizeof(*l) + t + e + j))) abort();
    l->topic = memcpy(l->text, topic, t);
    l->event = memcpy(l->text + t, event, e);
    l->json = memcpy(l->text + t + e, json, j);
    db_after_commit(c, publish_later, l, free);
}

/* ---- Streams: on the hub's thread
 * ---------------------------------------------------- */

static void stream_end(struct stream *s)
{
    if (s->dead) return;
    s->dead = true;
    for (size_t k = 0; k < s->n_seats; k++) {
        struct seat *seat = &s->seats[k];

        if (seat->prev) seat->prev->next = seat->next;
        if (seat->next) seat->next->prev = seat->prev;
        if (seat->topic->seats == seat) seat->topic->seats = seat->next;
        if (!seat->topic->seats) seat->topic->left_ms = mono_ms();
    }
    if (s->prev) s->prev->next = s->next;
    if (s->next) s->next->prev = s->prev;
    if (streams == s) streams = s->next;
    epoll_ctl(epoll_fd, EPOLL_CTL_DEL, s->fd, NULL);
    close(s->fd);
    s->next = dying; /* freed after this round: an event may still name it */
    dying = s;
    atomic_fetch_sub(&n_streams, 1);
}

static void bury(void)
{
    while (dying) {
        struct stream *s = dying;

        dying = s->next;
        free(s->unsent);
        free(s);
    }
}

static void watch_for_room(struct stream *s, bool room)
{
    struct epoll_event e = { .events = EPOLLIN | EPOLLRDHUP | (room ? EPOLLOUT : 0),
                             .data.ptr = s };

    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, s->fd, &e);
}

static void keep_unsent(struct stream *s, const char *text, size_t n)
{
    if (s->n + n > LIMIT_LIVE_UNSENT) {
        stream_end(s); /* too slow: it comes back and reads anew */
        return;
    }
    if (s->n + n > s->size) {
        s->size = s->n + n < 4096 ? 4096 : LIMIT_LIVE_UNSENT;
        if (!(s->unsent = realloc(s->unsent, s->size))) abort();
    }
    if (!s->n) watch_for_room(s, true);
    memcpy(s->unsent + s->n, text, n);
    s->n += n;
}

static ssize_t push(struct stream *s, const char *text, size_t n)
{
    const ssize_t sent = send(s->fd, text, n, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (sent >= 0) return sent;
    if (errno == EAGAIN || errno == EINTR) return 0;
    stream_end(s);
    return -1;
}

static void say(struct stream *s, const char *text, size_t n, i64 now)
{
    ssize_t sent = 0;

    if (s->dead) return;
    s->sent_ms = now;
    if (!s->n) sent = push(s, text, n);
    if (sent >= 0 && (size_t)sent < n) keep_unsent(s, text + sent, n - (size_t)sent);
}

static void say_rest(struct stream *s)
{
    const ssize_t sent = s->n ? push(s, s->unsent, s->n) : 0;

    if (sent <= 0) return;
    s->n -= (size_t)sent;
    memmove(s->unsent, s->unsent + sent, s->n);
    if (s->n) return;
    free(s->unsent);
    s->unsent = NULL;
    s->size = 0;
    watch_for_room(s, false);
}

static void deliver(struct frame *f, i64 now)
{
    struct topic *t = map_get(&topics, f->topic, strlen(f->topic));

    for (struct seat *seat = t ? t->seats : NULL, *next; seat; seat = next) {
        next = seat->next;
        if (seat->who->seen_seq >= f->seq) continue;
        seat->who->seen_seq = f->seq;
        say(seat->who, frame_text(f), f->n, now);
    }
}

static void reset_all(u64 seq)
{
    char text[96];
    const int n = snprintf(text, sizeof(text),
                           "id: %llx-%llx\nevent: reset\ndata: {}\n\n", boot, seq);

    for (struct stream *s = streams, *next; s; s = next) {
        next = s->next;
        s->seen_seq = seq;
        say(s, text, (size_t)n, mono_ms());
    }
}

/* Send what was published since `sent`; the lock is held only to pick frames. */
static void deliver_new(u64 *sent)
{
    struct frame *batch[BATCH];
    size_t n = 0;

    do {
        pthread_mutex_lock(&lock);
        const bool lost = *sent + 1 < first_seq;
        if (lost) *sent = next_seq - 1;
        for (n = 0; n < BATCH && *sent + 1 < next_seq; n++) {
            batch[n] = ring[++*sent % RING];
            batch[n]->refs++;
        }
        pthread_mutex_unlock(&lock);
        if (lost) reset_all(*sent);
        const i64 now = mono_ms();
        for (size_t k = 0; k < n; k++) deliver(batch[k], now);
        pthread_mutex_lock(&lock);
        for (size_t k = 0; k < n; k++) unref(batch[k]);
        pthread_mutex_unlock(&lock);
    } while (n == BATCH);
}

/* ---- Arriving
 * --------------------------------------------------------------------------- */

static struct topic *topic_of(const char *name, size_t n)
{
    struct topic *t = map_get(&topics, name, n);

    if (t) return t;
    if (!(t = calloc(1, sizeof(*t))) || !(t->name = strndup(name, n))) abort();
    t->since_seq = next_seq - 1;
    map_add(&topics, t->name, n, t);
    return t;
}

static void sit(struct stream *s, struct topic *t)
{
    for (size_t k = 0; k < s->n_seats; k++)
        if (s->seats[k].topic == t) return;
    struct seat *seat = &s->seats[s->n_seats++];
    *seat = (struct seat){ .who = s, .topic = t, .next = t->seats };
    if (t->seats) t->seats->prev = seat;
    t->seats = seat;
    t->left_ms = 0;
}

/* Can we promise that the ring has all that came after `seq` for him? */
static bool complete_since(const struct stream *s, u64 seq)
{
    if (seq >= next_seq || seq + 1 < first_seq) return false;
    for (size_t k = 0; k < s->n_seats; k++)
        if (s->seats[k].topic->since_seq > seq) return false;
    return true;
}

static bool watches(const struct stream *s, const char *topic)
{
    for (size_t k = 0; k < s->n_seats; k++)
        if (!strcmp(s->seats[k].topic->name, topic)) return true;
    return false;
}

/* "RUN-SEQ" in hexadecimal. */
static bool last_seq(const char *id, u64 *ret)
{
    char *end = NULL;

    if (!id || strspn(id, "0123456789abcdef-") != strlen(id)) return false;
    if (strtoull(id, &end, 16) != boot || *end != '-') return false;
    *ret = strtoull(end + 1, &end, 16);
    return !*end;
}

/* What he missed, or "reset".  Under the lock; sending is to a fresh socket with
 * all its buffer free, so it is quick. */
static void catch_up(struct stream *s, const char *last_id, i64 now)
{
    char text[128];
    u64 seq;
    const bool known = last_seq(last_id, &seq) && complete_since(s, seq);

    for (u64 at = known ? seq + 1 : next_seq; at < next_seq; at++) {
        const struct frame *f = ring[at % RING];
        if (watches(s, f->topic)) say(s, frame_text(f), f->n, now);
    }
    s->seen_seq = next_seq - 1;
    const int n = snprintf(text, sizeof(text), "id: %llx-%llx\n%s\n", boot, s->seen_seq,
                           last_id && !known ? "event: reset\ndata: {}\n" : "");
    say(s, text, (size_t)n, now);
}

static void admit(struct arrival *a)
{
    struct stream *s = calloc(1, sizeof(*s));
    static const char retry[] = "retry: 2000\n\n";
    const i64 now = mono_ms();

    if (!s) abort();
    s->fd = a->fd;
    struct epoll_event e = { .events = EPOLLIN | EPOLLRDHUP, .data.ptr = s };
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, s->fd, &e);
    s->next = streams;
    if (streams) streams->prev = s;
    streams = s;
    say(s, a->head, strlen(a->head), now);
    say(s, retry, sizeof(retry) - 1, now);
    pthread_mutex_lock(&lock);
    for (const char *p = a->topics; *p && s->n_seats < TOPICS_OF_ONE && !s->dead;) {
        const size_t n = strcspn(p, " ");
        if (n) sit(s, topic_of(p, n));
        p += n + (p[n] == ' ');
    }
    catch_up(s, a->last_id, now);
    pthread_mutex_unlock(&lock);
}

static void arrival_free(struct arrival *a)
{
    free(a->topics);
    free(a->last_id);
    free(a->head);
    free(a);
}

static void open_door(void)
{
    pthread_mutex_lock(&lock);
    struct arrival *a = door;
    door = NULL;
    pthread_mutex_unlock(&lock);
    for (struct arrival *next; a; a = next) {
        next = a->next;
        admit(a);
        arrival_free(a);
    }
}

/* The hub has ended between live_room() and live_take(). */
static void turn_away(struct arrival *a)
{
    close(a->fd);
    atomic_fetch_sub(&n_streams, 1);
    arrival_free(a);
}

static void shut_door(void)
{
    pthread_mutex_lock(&lock);
    shut = true;
    pthread_mutex_unlock(&lock);
    open_door();
}

bool live_room(void)
{
    return running && !atomic_load(&stopping) &&
           atomic_load(&n_streams) < LIMIT_LIVE_CLIENTS;
}

void live_take(int fd, const char *names, const char *last_id, const char *head)
{
    struct arrival *a = calloc(1, sizeof(*a));

    if (!a) abort();
    a->fd = fd;
    a->topics = strdup(names);
    a->last_id = last_id ? strdup(last_id) : NULL;
    a->head = strdup(head);
    if (!a->topics || !a->head) abort();
    atomic_fetch_add(&n_streams, 1);
    pthread_mutex_lock(&lock);
    const bool in = !shut;
    if (in) {
        a->next = door;
        door = a;
    }
    pthread_mutex_unlock(&lock);
    if (in)
        wake();
    else
        turn_away(a);
}

i64 live_clients(void)
{
    return atomic_load(&n_streams);
}

/* ---- The thread
 * ----------------------------------------------------------------------------- */

static void forget_topics(i64 now)
{
    const struct topic *old[64];
    size_t n = 0;

    pthread_mutex_lock(&lock);
    for (size_t k = 0; k < topics.size && n < COUNT(old); k++) {
        const struct topic *t = topics.slots[k].key ? topics.slots[k].value : NULL;
        if (t && t->left_ms && now - t->left_ms > KEEP_TOPIC_MS) old[n++] = t;
    }
    while (n) {
        struct topic *t = map_take(&topics, old[n - 1]->name, strlen(old[n - 1]->name));
        free((char *)(uintptr_t)t->name);
        free(t);
        n--;
    }
    pthread_mutex_unlock(&lock);
}

static void beat(i64 now)
{
    static i64 last;

    if (now - last < 1000) return;
    last = now;
    for (struct stream *s = streams, *next; s; s = next) {
        next = s->next;
        if (now - s->sent_ms >= BEAT_MS) say(s, ": beat\n\n", 8, now);
    }
    forget_topics(now);
    if (each_second) each_second();
}

static void hear(const struct epoll_event *e)
{
    struct stream *s = e->data.ptr;
    char waste[512];
    u64 n;

    if (!s) {
        if (read(wake_fd, &n, sizeof(n)) < 0) return;
        return;
    }
    if (s->dead) return;
    if (e->events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)) {
        stream_end(s);
        return;
    }
    if (e->events & EPOLLIN && recv(s->fd, waste, sizeof(waste), MSG_DONTWAIT) == 0)
        stream_end(s);
    if (!s->dead && e->events & EPOLLOUT) say_rest(s);
}

static void *hub(void *arg)
{
    struct epoll_event events[256];
    u64 sent = next_seq - 1;

    while (!atomic_load(&stopping)) {
        const int n = epoll_wait(epoll_fd, events, COUNT(events), 500);

        for (int k = 0; k < n; k++) hear(&events[k]);
        open_door();
        deliver_new(&sent);
        beat(mono_ms());
        bury();
    }
    shut_door();
    while (streams) stream_end(streams);
    bury();
    return arg;
}

enum err live_start(void (*second)(void))
{
    struct epoll_event e = { .events = EPOLLIN };
    const i64 seed[2] = { time_now(), time_mono_us() };

    boot = hash_bytes(seed, sizeof(seed)) >> 32;
    each_second = second;
    atomic_store(&stopping, false);
    pthread_mutex_lock(&lock);
    shut = false;
    pthread_mutex_unlock(&lock);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (wake_fd < 0) wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (epoll_fd < 0 || wake_fd < 0) return ERR_UNAVAILABLE;
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, wake_fd, &e);
    running = !pthread_create(&thread, NULL, hub, NULL);
    return running ? ERR_OK : ERR_UNAVAILABLE;
}

void live_stop(void)
{
    if (!running) return;
    atomic_store(&stopping, true);
    wake();
    pthread_join(thread, NULL);
    running = false;
    close(epoll_fd);
    pthread_mutex_lock(&lock);
    while (first_seq < next_seq) ring_drop();
    for (size_t k = 0; k < topics.size; k++) {
        struct topic *t = topics.slots[k].key ? topics.slots[k].value : NULL;
        if (t) free((char *)(uintptr_t)t->name);
        free(t);
    }
    map_free(&topics);
    pthread_mutex_unlock(&lock);
}
