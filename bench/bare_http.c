/* The same requests and answers of the same size without the product: the HTTP
 * library in its own process, and the load generator. */
#include <microhttpd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bare.h"

enum { PORT = 18949 };

/* long: the library's signature */
static enum MHD_Result answer(void *cls, struct MHD_Connection *con, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **turn)
{
    (void)cls, (void)url, (void)method, (void)version, (void)data, (void)size;
    if (!*turn) {
        *turn = con; /* the head has come; answer when asked again */
        return MHD_YES;
    }
    return MHD_queue_response(con, 200, cls);
}

static void serve(size_t bytes)
{
    char *text = malloc(bytes);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!text) abort();
    memset(text, 'x', bytes);
    struct MHD_Response *r =
        MHD_create_response_from_buffer(bytes, text, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(r, "Content-Type", "application/json");
    MHD_add_response_header(r, "Cache-Control", "no-store");
    if (!MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO, PORT, NULL,
                          NULL, answer, r, MHD_OPTION_THREAD_POOL_SIZE, 2u,
                          MHD_OPTION_END))
        _exit(1);
    for (;;) pause();
}

double bare_http_run(const struct load *l, size_t bytes)
{
    struct load here = *l;
    const pid_t pid = fork();

    if (pid == 0) serve(bytes);
    usleep(300000);
    here.port = PORT;
    here.duration_ms = 3000;
    here.reply = NULL;
    const struct loaded got = load_run(&here);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return got.failed ? 0 : (double)got.done / got.seconds;
}
