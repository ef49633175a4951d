/* webhook.h -- facts told to other systems as they happen.
 *
 * A hook is an address and the names of facts it wants.  Each fact becomes a delivery
 * in the unit that hears it, so nothing is lost or told twice by us; it is sent by a
 * job, in order for each subject, signed as Standard Webhooks say (webhook-id,
 * webhook-timestamp, webhook-signature: "v1," and HMAC-SHA256 over id.timestamp.body
 * with the secret that is shown once).  The receiver may hear a delivery again (its
 * answer was lost): webhook-id stays the same.
 *
 * Anything but 2xx is a failure: tried again after 5 s, 1 min, 5 min, 30 min, 2 h,
 * 5 h, 10 h, 10 h, 12 h; a hook that has failed for webhook.disable_days is switched
 * off (event webhook.disabled).
 *
 * Only https, and only to addresses of the open internet, unless the setting
 * webhook.allow_private says otherwise: the name is looked up once, judged, and the
 * connection goes to that very address.  Redirects are not followed.
 *
 * Owns   webhook_hook, webhook_delivery
 * Views  pub_webhook_hook
 * Emits  webhook.disabled; the subject is the hook
 * Needs  setting, staff, event, job */
#pragma once

#include "base/module.h"

/* Seal all secrets with the newest key: a slice of the vault's walk. */
struct sealing;
enum err webhook_reseal(struct ctx *c, struct sealing *w) MUST_USE;

extern const struct module webhook_module;
