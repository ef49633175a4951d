/* What the order room is made of. */
#include "order/order_own.h"

extern const struct sealed order_sealed[];
extern const char order_schema[];                /* schema.sql */
extern const struct query order_sql[];           /* order.c */
extern const struct query order_place_sql[];     /* order_place.c */
extern const struct query order_pay_sql[];       /* order_pay.c */
extern const struct query order_pick_sql[];      /* order_pick.c */
extern const struct query order_handover_sql[];  /* order_handover.c */
extern const struct query order_cancel_sql[];    /* order_cancel.c */
extern const struct query order_route_sql[];     /* order_route.c */
extern const struct query order_slot_sql[];      /* order_slot.c */
extern const struct query order_basket_sql[];    /* order_basket.c */
extern const struct query order_list_sql[];      /* order_list.c */
extern const struct query order_exchange_sql[];  /* order_exchange.c */
extern const struct query order_load_sql[];      /* order_load.c */
extern const struct query order_return_sql[];    /* order_return.c */
extern const struct query order_receipt_sql[];   /* order_receipt.c */
extern const struct query order_bought_sql[];    /* order_bought.c */
extern const struct query order_calendar_sql[];  /* order_calendar.c */
extern const struct query order_sold_sql[];      /* order_sold.c */
extern const struct query order_park_sql[];      /* order_park.c */
extern const struct query order_day_sql[];       /* order_day.c */
extern const struct query order_elsewhere_sql[]; /* order_elsewhere.c */
extern const struct query order_privacy_sql[];   /* order_privacy.c */
extern const struct privacy_part order_privacy;
extern const struct query order_checks[];           /* order_check.c */
extern const struct query order_person_sql[];       /* order_person.c */
extern const struct person_part order_person;       /* order_person.c */
extern const struct route order_routes[];           /* order_http.c */
extern const struct route order_note_routes[];      /* order_note_http.c */
extern const struct route order_elsewhere_routes[]; /* order_elsewhere_http.c */
extern const struct subscriber order_subscribers[]; /* order_event.c */
extern const struct job_kind order_jobs[];          /* order_job.c */

/* clang-format off */
static const struct setting order_settings[] = {
    { "order.checkout_hold_min", SETTING_INT, 1, 240, 15, NULL,
      "Сколько минут товар держится за корзиной во время оформления.",
      "Minutes goods are held for a basket during checkout." },
    { "order.checkout_visit_max", SETTING_INT, 0, 100000, 30, NULL,
      "Сколько раз гость может начать или изменить оформление за время, на которое держится товар; 0: сколько угодно.",
      "Times a guest may begin or change a checkout while goods are held for one; 0: any." },
    { "order.checkout_address_max", SETTING_INT, 0, 10000000, 600, NULL,
      "То же для всех гостей с одного сетевого адреса; 0: сколько угодно.",
      "The same for all guests of one network address; 0: any." },
    { "order.reserve_hours", SETTING_INT, 1, 720, 24, NULL,
      "Сколько часов хранится резерв без оплаты.",
      "Hours a reservation without payment is kept." },
    { "order.ready_open_min", SETTING_INT, 0, 6000, 60, NULL,
      "Через сколько минут рабочего времени заказ обещан готовым.",
      "Minutes of opening time until an order is promised to be ready." },
    { "order.pickup_days", SETTING_INT, 0, 60, 3, NULL,
      "Сколько дней готовый заказ ждёт покупателя.",
      "Days a ready order waits for its customer." },
    { "order.remind_hours", SETTING_INT, 0, 240, 24, NULL,
      "За сколько часов до конца срока напомнить о заказе.",
      "Hours before the deadline at which the customer is reminded." },
    { "order.extend_max", SETTING_INT, 0, 10, 1, NULL,
      "Сколько раз покупатель может сам продлить срок.",
      "Times a customer may put the deadline off himself." },
    { "order.delivery_days", SETTING_INT, 0, 60, 2, NULL,
      "Через сколько дней обещана доставка без выбранного интервала.",
      "Days until a delivery without a slot is promised." },
    { "order.slot_days", SETTING_INT, 0, 60, 7, NULL,
      "На сколько дней вперёд открыты интервалы доставки.",
      "Days ahead for which delivery slots are open." },
    { "order.slot_capacity", SETTING_INT, 0, 10000, 20, NULL,
      "Сколько доставок помещается в новый интервал.",
      "Deliveries that fit into a new slot." },
    { "order.slot_cutoff_min", SETTING_INT, 0, 10000, 120, NULL,
      "За сколько минут до начала интервал закрывается.",
      "Minutes before its beginning at which a slot closes." },
    { "order.return_days", SETTING_INT, 0, 3650, 14, NULL,
      "Сколько дней после покупки в магазине можно вернуть исправный товар, который не подошёл.",
      "Days after a purchase in a shop in which goods of proper quality may come back." },
    { "order.return_distance_days", SETTING_INT, 0, 3650, 7, NULL,
      "Сколько дней после получения можно вернуть товар, купленный дистанционно.",
      "Days after delivery in which goods bought at a distance may come back." },
    { "order.return_complex_days", SETTING_INT, 0, 3650, 15, NULL,
      "Сколько дней технически сложный товар возвращают из-за любого недостатка.",
      "Days in which technically complex goods come back for any defect." },
    { "order.return_defect_days", SETTING_INT, 0, 3650, 730, NULL,
      "Сколько дней принимают товар с недостатком, если гарантия короче.",
      "Days in which defective goods come back when their warranty is shorter." },
    { "order.return_undo_min", SETTING_INT, 0, 1440, 15, NULL,
      "Сколько минут ошибочный возврат можно отменить.",
      "Minutes in which a mistaken return may be taken back." },
    { "order.seller", SETTING_TEXT, 0, 0, 0, "",
      "Кто продаёт, для чека: «ООО „Прилавок“».",
      "Who sells, for receipts." },
    { "order.seller_inn", SETTING_TEXT, 0, 0, 0, "",
      "ИНН продавца, для чека.",
      "The seller's tax number, for receipts." },
    { "order.keep_address_days", SETTING_INT, 14, 3650, 1095, NULL,
      "Сколько дней после конца заказа хранятся его адрес, комментарий, причины отмен и возвратов.",
      "Days after its end for which an order's address, comment and reasons are kept." },
    { "order.keep_basket_days", SETTING_INT, 7, 730, 180, NULL,
      "Сколько дней хранится корзина, которую никто не менял.",
      "Days for which a basket is kept that nobody changed." },
    { 0 },
};
/* clang-format on */

const struct module order_module = {
    .name = "order",
    .needs = (const char *const[]){ "staff", "message", "place", "catalog", "stock",
                                    "customer", NULL },
    .schema = order_schema,
    .queries = (const struct query *const[]){ order_sql,
                                              order_place_sql,
                                              order_pay_sql,
                                              order_pick_sql,
                                              order_handover_sql,
                                              order_cancel_sql,
                                              order_route_sql,
                                              order_slot_sql,
                                              order_basket_sql,
                                              order_list_sql,
                                              order_exchange_sql,
                                              order_load_sql,
                                              order_return_sql,
                                              order_receipt_sql,
                                              order_bought_sql,
                                              order_calendar_sql,
                                              order_sold_sql,
                                              order_park_sql,
                                              order_day_sql,
                                              order_elsewhere_sql,
                                              order_person_sql,
                                              order_privacy_sql,
                                              NULL },
    .checks = order_checks,
    .privacy = &order_privacy,
    .routes = order_routes,
    .more_routes = (const struct route *const[]){ order_note_routes,
                                                  order_elsewhere_routes, NULL },
    .subscribers = order_subscribers,
    .person = &order_person,
    .jobs = order_jobs,
    .sealed = order_sealed,
    .settings = order_settings,
};
