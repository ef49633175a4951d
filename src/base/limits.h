/* limits.h -- every ceiling in one place.  Bytes unless the name says otherwise. */
#pragma once

#define LIMIT_REQUEST_ARENA                                                            \
    ((size_t)32 << 20)                    /* one request's memory: body, work, answer */
#define LIMIT_ANSWER    ((size_t)8 << 20) /* a JSON answer; larger things are files */
#define LIMIT_JOB_ARENA ((size_t)64 << 20) /* one step of a job */
#define LIMIT_BODY      ((size_t)64 << 10) /* a body, unless the route says more */
#define LIMIT_UPLOAD                                                                   \
    ((size_t)2 << 30)           /* a spooled upload, unless the route says less */
#define LIMIT_HEADERS       100 /* headers of a request */
#define LIMIT_HEADER_BYTES  ((size_t)16 << 10) /* the whole head of a request */
#define LIMIT_HEADER_MS     10000              /* whole head in, from the first byte */
#define LIMIT_BODY_MS       30000              /* a small body in; uploads: 64 KiB/s */
#define LIMIT_JSON_DEPTH    32
#define LIMIT_LIST          1000  /* items of a list in a body, unless said */
#define LIMIT_TEXT          4096  /* bytes of a text member, unless said */
#define LIMIT_PAGE          200   /* rows of one page */
#define LIMIT_UNITS         256   /* units in one group commit */
#define LIMIT_GROUP_MS      10    /* or this long, whichever comes first */
#define LIMIT_QUEUE         4096  /* units waiting; more is BUSY */
#define LIMIT_BULK_ROWS     5000  /* rows of one slice of a bulk feed */
#define LIMIT_FEED_BUSY_US  2000  /* a feed's unit while people use the writer */
#define LIMIT_FEED_ALONE_US 20000 /* the same when nobody is there */
#define LIMIT_WAL_PAGES     32768 /* WAL pages from which the log is begun anew */
#define LIMIT_LIVE_CLIENTS  4096  /* open event streams */
#define LIMIT_LIVE_UNSENT                                                              \
    ((size_t)64 << 10) /* unsent bytes before a stream is dropped */
#define LIMIT_IDEMPOTENCY_MS (72LL * 3600 * 1000)
