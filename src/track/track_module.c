/* What the track room is made of. */
#include "track/track.h"

const struct module track_module = {
    .name = "track",
};
