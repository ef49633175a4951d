/* All rooms, each after those it needs. */
#include "catalog/catalog.h"
#include "customer/customer.h"
#include "event/event.h"
#include "exchange/exchange.h"
#include "home/home.h"
#include "http/http.h"
#include "insight/insight.h"
#include "job/job.h"
#include "message/message.h"
#include "order/order.h"
#include "owner/owner.h"
#include "place/place.h"
#include "privacy/privacy.h"
#include "setting/setting.h"
#include "staff/staff.h"
#include "stock/stock.h"
#include "task/task.h"
#include "till/till.h"
#include "track/track.h"
#include "vault/vault.h"
#include "webhook/webhook.h"

/* clang-format off */
const struct module *const modules[] = {
    &setting_module,
    &http_module,
    &staff_module,
    &event_module,
    &job_module,
    &vault_module,
    &message_module,
    &place_module,
    &catalog_module,
    &stock_module,
    &customer_module,
    &task_module,
    &privacy_module,
    &order_module,
    &owner_module,
    &home_module,
    &track_module,
    &till_module,
    &exchange_module,
    &webhook_module,
    &insight_module,
    NULL,
};
/* clang-format on */
