/* What orders, baskets and profiles look like in JSON. */
#include "order/order_http.h"

static const char *const who_words[] = { "nobody", "customer", "staff",
                                         "key",    "system",   NULL };

/* clang-format off */

/* ---- An order on its way in -------------------------------------------------- */

static const struct field line_new[] = {
    F_ID(order_line_new,   variant_id,  MUST, "What."),
    F_INT(order_line_new,  qty,         MUST, 1, 999, "Pieces."),
    F_TEXT(order_line_new, serial,      OPT,  64, "At the till: the IMEI or serial number of a unit-tracked piece."),
    F_INT(order_line_new,  price_minor, OPT,  0, 1000000000000, "Kopecks a piece as the customer was shown them; another price now is refused with `changed`."),
    FIELD_END
};
static const struct shape line_new_shape = SHAPE("OrderLineNew", order_line_new, line_new);

static const struct field payment_new[] = {
    F_ENUM(order_payment_new, kind,         MUST, order_pay_words, "card or cash."),
    F_INT(order_payment_new,  amount_minor, MUST, 1, 1000000000000000, "Kopecks."),
    F_TEXT(order_payment_new, ref,          OPT,  100, "The terminal's number: the same one twice is one payment."),
    FIELD_END
};
const struct shape order_payment_new_shape = SHAPE("OrderPaymentNew", order_payment_new, payment_new);

static const struct field order_new[] = {
    F_ENUM(order_new, kind,        MUST, order_kind_words, "pickup: paid or to be paid, fetched; reserve: kept without payment; delivery; sale: at the till, now."),
    F_ENUM(order_new, channel,     OPT,  catalog_channel_words, "Where it was ordered; site when absent, shop at the till."),
    F_ID(order_new,   place_id,    OPT,  "The shop of pick-up, reservation or sale."),
    F_ID(order_new,   customer_id, OPT,  "For staff: who it is for. A logged-in customer is himself."),
    F_TEXT(order_new, name,        OPT,  200, "Contact."),
    F_TEXT(order_new, phone,       OPT,  40,  "Contact, any spelling."),
    F_TEXT(order_new, email,       OPT,  254, "Contact."),
    F_TEXT(order_new, card,        OPT,  40,  "The customer's card, at the till."),
    F_ENUM(order_new, pay,         OPT,  order_pay_words, "How it is to be paid; on_pickup when absent."),
    F_TEXT(order_new, address,     OPT,  500, "Of a delivery."),
    F_ID(order_new,   region_id,   OPT,  "Of a delivery: prices and fee."),
    F_INT(order_new,  lat_e6,      OPT,  -90000000, 90000000, "Of the address, for the nearest place."),
    F_INT(order_new,  lon_e6,      OPT,  -180000000, 180000000, "Of the address."),
    F_ID(order_new,   slot_id,     OPT,  "Of a delivery: when, from GET /v1/order/slot."),
    F_TIME(order_new, sold_at,     OPT,  "A sale that an offline till made earlier."),
    F_TEXT(order_new, comment,     OPT,  1000, "For the shop."),
    F_LIST(order_new, lines,       OPT,  &line_new_shape, 200, "What; the caller's basket when absent."),
    F_LIST(order_new, payments,    OPT,  &order_payment_new_shape, 10, "Of a sale: they add up to its total."),
    FIELD_END
};
const struct shape order_new_shape = SHAPE("OrderNew", order_new, order_new);

static const struct field placed[] = {
    F_ID(order_placed,   id,             MUST, "The order."),
    F_TEXT(order_placed, number,         MUST, 16, "For people."),
    F_TEXT(order_placed, token,          OPT,  40, "For the guest's link: stands for the id in addresses and needs no login."),
    F_ID(order_placed,   place_id,       MUST, "Where it is fetched, or sent from."),
    F_ENUM(order_placed, state,          MUST, order_state_words, "placed, or done at the till."),
    F_INT(order_placed,  total_minor,    MUST, 0, 0, "Kopecks, with delivery."),
    F_INT(order_placed,  delivery_minor, MUST, 0, 0, "Kopecks of it."),
    F_TIME(order_placed, promised_at,    OPT,  "Ready, or delivered, by."),
    F_TIME(order_placed, deadline_at,    OPT,  "A reservation is kept until."),
    FIELD_END
};
const struct shape order_placed_shape = SHAPE("OrderPlaced", order_placed, placed);

/* ---- An order ---------------------------------------------------------------- */

static const struct field line[] = {
    F_INT(order_line,  line_no,      MUST, 0, 0, "1, 2, ..."),
    F_ID(order_line,   variant_id,   MUST, "What."),
    F_ID(order_line,   place_id,     MUST, "From where."),
    F_TEXT(order_line, sku,          MUST, 100, "As it was then."),
    F_TEXT(order_line, name,         MUST, 500, "As it was then."),
    F_TEXT(order_line, image,        OPT,  0, "Address of the product's picture."),
    F_BOOL(order_line, unit_tracked, MUST, "Each piece goes out with its serial number."),
    F_INT(order_line,  qty_ordered,  MUST, 0, 0, "Pieces asked for."),
    F_INT(order_line,  qty,          MUST, 0, 0, "Left of it after cancels and short picks."),
    F_INT(order_line,  picked_qty,   MUST, 0, 0, "In the parcel."),
    F_INT(order_line,  done_qty,     MUST, 0, 0, "Has left the place."),
    F_INT(order_line,  returned_qty, MUST, 0, 0, "Of those: came back."),
    F_INT(order_line,  price_minor,  MUST, 0, 0, "Kopecks a piece, VAT inside."),
    F_INT(order_line,  vat_bp,       MUST, 0, 0, "1/100 %."),
    F_INT(order_line,  sum_minor,    MUST, 0, 0, "qty x price."),
    F_TEXT(order_line, aisle,        OPT,  20, "On a picking list: where it stands."),
    F_TEXT(order_line, shelf,        OPT,  20, "On a picking list: the shelf there."),
    FIELD_END
};
static const struct shape line_shape = SHAPE("OrderLine", order_line, line);

static const struct field fulfilment[] = {
    F_ID(order_fulfilment,   place_id,    MUST, "Who does it."),
    F_ENUM(order_fulfilment, state,       MUST, fulfil_state_words, "How far it is."),
    F_TIME(order_fulfilment, promised_at, OPT,  "Ready by."),
    F_TIME(order_fulfilment, ready_at,    OPT,  "Ready since."),
    F_TIME(order_fulfilment, done_at,     OPT,  "Handed over or given up at."),
    F_TIME(order_fulfilment, deadline_at, OPT,  "Kept until."),
    F_TEXT(order_fulfilment, code,        OPT,  6, "To say at the counter; the buyer alone sees it."),
    FIELD_END
};
static const struct shape fulfilment_shape = SHAPE("OrderFulfilment", order_fulfilment, fulfilment);

static const struct field payment[] = {
    F_ID(order_payment,   id,           MUST, "The payment."),
    F_ENUM(order_payment, kind,         MUST, order_pay_words, "card or cash."),
    F_INT(order_payment,  amount_minor, MUST, 0, 0, "Kopecks; below 0: given back."),
    F_TIME(order_payment, at,           MUST, "When."),
    F_ID(order_payment,   place_id,     OPT,  "At which till."),
    F_TEXT(order_payment, ref,          OPT,  100, "The terminal's number."),
    FIELD_END
};
static const struct shape payment_shape = SHAPE("OrderPayment", order_payment, payment);

static const struct field step[] = {
    F_TIME(order_step, at,       MUST, "When."),
    F_TEXT(order_step, what,     MUST, 40, "placed, picking, ready, paid, line_cancelled ..."),
    F_TEXT(order_step, why,      OPT,  1000, "The reason given."),
    F_ENUM(order_step, who_kind, MUST, who_words, "Who."),
    F_ID(order_step,   who_id,   MUST, "0: nobody known, or the system."),
    F_ID(order_step,   order_id, MUST, "Of which order."),
    FIELD_END
};
const struct shape order_step_shape = SHAPE("OrderStep", order_step, step);

static const struct field order[] = {
    F_ID(order,      id,             MUST, "The order."),
    F_ID(order,      customer_id,    MUST, "Whose; 0: a sale to nobody known."),
    F_TEXT(order,    customer_name,  OPT,  400, "For staff."),
    F_TEXT(order,    customer_phone, OPT,  40, "For staff."),
    F_TEXT(order,    number,         MUST, 16, "For people."),
    F_TEXT(order,    token,          OPT,  40, "For the buyer's link."),
    F_ENUM(order,    kind,           MUST, order_kind_words, "pickup, reserve, delivery, sale."),
    F_ENUM(order,    channel,        MUST, catalog_channel_words, "Where it was ordered."),
    F_ENUM(order,    state,          MUST, order_state_words, "How far it is."),
    F_ENUM(order,    pay,            MUST, order_pay_words, "How it is to be paid."),
    F_ID(order,      place_id,       MUST, "Where it is fetched, or sent from."),
    F_ID(order,      region_id,      MUST, "Whose prices it has."),
    F_INT(order,     total_minor,    MUST, 0, 0, "Kopecks, with delivery."),
    F_INT(order,     delivery_minor, MUST, 0, 0, "Kopecks of it."),
    F_INT(order,     paid_minor,     MUST, 0, 0, "Sum of the payments."),
    F_INT(order,     returned_minor, MUST, 0, 0, "Kopecks of the total that came back."),
    F_TIME(order,    placed_at,      MUST, "When."),
    F_TIME(order,    changed_at,     MUST, "Last change."),
    F_TIME(order,    promised_at,    OPT,  "Ready, or delivered, by."),
    F_TIME(order,    deadline_at,    OPT,  "Kept until."),
    F_ID(order,      slot_id,        OPT,  "Of a delivery."),
    F_INT(order,     extend_days,    OPT,  0, 0, "For the buyer: so many days he may still put the deadline off."),
    F_TEXT(order,    address,        OPT,  500, "Of a delivery."),
    F_TEXT(order,    comment,        OPT,  1000, "For the shop."),
    F_LIST(order,    lines,          MUST, &line_shape, 200, "What."),
    F_LIST(order,    fulfilments,    MUST, &fulfilment_shape, 200, "What each place does."),
    F_LIST(order,    payments,       OPT,  &payment_shape, 0, "Money in and back."),
    F_LIST(order,    history,        OPT,  &order_step_shape, 0, "What happened."),
    F_LIST_OF(order, serials,        OPT,  FIELD_TEXT, 0, "IMEIs and serial numbers that went out."),
    FIELD_END
};
const struct shape order_shape = SHAPE("Order", order, order);

/* ---- Lists ------------------------------------------------------------------- */

static const struct field filter[] = {
    F_INT(order_filter,  limit,       OPT, 1, LIMIT_PAGE, "Rows of a page; 50 when absent."),
    F_TEXT(order_filter, after,       OPT, 512, "`next` of the page before."),
    F_ID(order_filter,   place_id,    OPT, "For staff: orders this place fulfils."),
    F_ID(order_filter,   customer_id, OPT, "For staff: of this customer."),
    F_ENUM(order_filter, state,       OPT, order_state_words, "In this state; a closed one: of the last 90 days."),
    F_TEXT(order_filter, number,      OPT, 40, "For staff: this one."),
    F_TEXT(order_filter, phone,       OPT, 254, "For staff: of whoever has this phone, e-mail or card."),
    FIELD_END
};
const struct shape order_filter_shape = SHAPE("OrderFilter", order_filter, filter);

static const struct field row[] = {
    F_ID(order_row,   id,          MUST, "The order."),
    F_ID(order_row,   customer_id, MUST, "Whose."),
    F_TEXT(order_row, name,        OPT,  400, "The buyer, for staff."),
    F_TEXT(order_row, phone,       OPT,  40, "The buyer's, for staff."),
    F_TEXT(order_row, number,      MUST, 16, "For people."),
    F_ENUM(order_row, kind,        MUST, order_kind_words, "pickup, reserve, delivery, sale."),
    F_ENUM(order_row, channel,     MUST, catalog_channel_words, "Where it was ordered."),
    F_ENUM(order_row, state,       MUST, order_state_words, "How far it is."),
    F_ID(order_row,   place_id,    MUST, "Where."),
    F_INT(order_row,  total_minor, MUST, 0, 0, "Kopecks, with delivery."),
    F_INT(order_row,  paid_minor,  MUST, 0, 0, "Kopecks."),
    F_INT(order_row,  returned_minor, MUST, 0, 0, "Kopecks of the total that came back."),
    F_TIME(order_row, placed_at,   MUST, "When."),
    F_TIME(order_row, promised_at, OPT,  "Ready by."),
    F_TIME(order_row, deadline_at, OPT,  "Kept until."),
    F_LIST(order_row, lines,       OPT,  &line_shape, 200, "What, in a customer's list."),
    FIELD_END
};
const struct shape order_row_shape = SHAPE("OrderRow", order_row, row);

static const struct field page[] = {
    F_LIST(order_page, items, MUST, &order_row_shape, LIMIT_PAGE, "Newest first."),
    F_TEXT(order_page, next,  OPT,  512, "Absent: the last page."),
    FIELD_END
};
const struct shape order_page_shape = SHAPE("OrderPage", order_page, page);

static const struct field to_pick[] = {
    F_ID(order_to_pick,   id,           MUST, "The order."),
    F_TEXT(order_to_pick, number,       MUST, 16, "For people."),
    F_TEXT(order_to_pick, customer_name, OPT, 400, "The buyer."),
    F_ENUM(order_to_pick, kind,         MUST, order_kind_words, "pickup, reserve, delivery."),
    F_ENUM(order_to_pick, state,        MUST, order_state_words, "Of the order."),
    F_ENUM(order_to_pick, fulfil_state, MUST, fulfil_state_words, "Of this place's part."),
    F_ID(order_to_pick,   place_id,     MUST, "This place."),
    F_TIME(order_to_pick, promised_at,  OPT,  "Ready by."),
    F_TIME(order_to_pick, deadline_at,  OPT,  "Kept until."),
    F_TEXT(order_to_pick, comment,      OPT,  1000, "What the buyer wrote."),
    F_LIST(order_to_pick, lines,        MUST, &line_shape, 200, "From this place, by name."),
    FIELD_END
};
static const struct shape to_pick_shape = SHAPE("OrderToPick", order_to_pick, to_pick);

static const struct field items[] = {
    F_LIST(order_items, items, MUST, &to_pick_shape, 0, "The first promised first."),
    FIELD_END
};
const struct shape order_picking_shape = SHAPE("OrderPicking", order_items, items);

static const struct field hold[] = {
    F_ID(order_hold,   order_id,   MUST, "For which order."),
    F_ID(order_hold,   place_id,   MUST, "Where it lies."),
    F_ID(order_hold,   variant_id, MUST, "What."),
    F_TEXT(order_hold, sku,        MUST, 100, "What."),
    F_TEXT(order_hold, name,       MUST, 500, "What."),
    F_INT(order_hold,  qty,        MUST, 0, 0, "Pieces."),
    F_TIME(order_hold, until_at,   OPT,  "Until."),
    FIELD_END
};
const struct shape order_hold_shape = SHAPE("OrderHold", order_hold, hold);

/* ---- What the shop says ------------------------------------------------------ */

static const struct field why[] = {
    F_TEXT(order_why, why, OPT, 1000, "The reason; staff must give one."),
    F_INT(order_why,  qty, OPT, 1, 999, "Of a line: so many; all when absent."),
    FIELD_END
};
const struct shape order_why_shape = SHAPE("OrderWhy", order_why, why);

static const struct field serial[] = {
    F_INT(order_serial_new,  line_no,    OPT,  1, 200, "Of which line, or"),
    F_ID(order_serial_new,   variant_id, OPT,  "of which variant."),
    F_TEXT(order_serial_new, serial,     MUST, 64, "IMEI or serial number."),
    FIELD_END
};
static const struct shape serial_shape = SHAPE("OrderSerialNew", order_serial_new, serial);

static const struct field handover[] = {
    F_TEXT(order_handover, code,     OPT,  40, "6 digits, or what the QR says; not for deliveries."),
    F_ID(order_handover,   place_id, MUST, "This place."),
    F_LIST(order_handover, serials,  OPT,  &serial_shape, 1000, "One for each unit-tracked piece."),
    F_LIST(order_handover, payments, OPT,  &order_payment_new_shape, 10, "What was paid now."),
    FIELD_END
};
const struct shape order_handover_shape = SHAPE("OrderHandover", order_handover, handover);

static const struct field found[] = {
    F_INT(order_found, line_no, MUST, 1, 200, "Which line."),
    F_INT(order_found, qty,     MUST, 0, 999, "Pieces found; fewer than asked for is a short pick."),
    FIELD_END
};
static const struct shape found_shape = SHAPE("OrderFound", order_found, found);

static const struct field at_place[] = {
    F_ID(order_at_place,   place_id, MUST, "This place."),
    F_LIST(order_at_place, lines,    OPT,  &found_shape, 200, "What was found; all when absent."),
    FIELD_END
};
const struct shape order_at_place_shape = SHAPE("OrderAtPlace", order_at_place, at_place);

static const struct field short_pick[] = {
    F_INT(order_short_pick,  qty, MUST, 1, 999, "Pieces that are not there."),
    F_TEXT(order_short_pick, why, OPT,  1000, "What was seen."),
    FIELD_END
};
const struct shape order_short_shape = SHAPE("OrderShortPick", order_short_pick, short_pick);

static const struct field picked[] = {
    F_INT(order_picked, picked_qty, MUST, 0, 999, "Pieces in the parcel."),
    FIELD_END
};
const struct shape order_picked_shape = SHAPE("OrderPicked", order_picked, picked);

static const struct field days[] = {
    F_INT(order_days, days, MUST, 1, 30, "So many days longer."),
    FIELD_END
};
const struct shape order_days_shape = SHAPE("OrderDays", order_days, days);

static const struct field place_query[] = {
    F_ID(order_place_query,   place_id, OPT, "Which place; one's own when absent."),
    F_TEXT(order_place_query, code,     OPT, 40, "6 digits, or what the QR says."),
    F_ENUM(order_place_query, state,    OPT, fulfil_state_words, "Only those; what is to be picked when absent."),
    FIELD_END
};
const struct shape order_place_query_shape = SHAPE("OrderPlaceQuery", order_place_query, place_query);

static const struct field lookup[] = {
    F_TEXT(order_lookup, number, MUST, 40, "The order's number."),
    F_TEXT(order_lookup, phone,  MUST, 254, "The phone, e-mail or card it was ordered with."),
    FIELD_END
};
const struct shape order_lookup_shape = SHAPE("OrderLookup", order_lookup, lookup);

/* ---- Slots ------------------------------------------------------------------- */

static const struct field slot[] = {
    F_ID(order_slot,   id,       OPT,  "To order with."),
    F_TIME(order_slot, from_at,  OPT,  "The courier comes from"),
    F_TIME(order_slot, to_at,    OPT,  "to."),
    F_INT(order_slot,  left,     OPT,  0, 0, "So many can still be promised."),
    F_INT(order_slot,  fee_minor, OPT, 0, 0, "Kopecks; less for a large basket, see the basket."),
    FIELD_END
};
static const struct shape slot_shape = SHAPE("OrderSlot", order_slot, slot);
static const struct field slots[] = {
    F_LIST(order_items, items, MUST, &slot_shape, 0, "Earliest first."),
    FIELD_END
};
const struct shape order_slots_shape = SHAPE("OrderSlots", order_items, slots);

static const struct field slot_new[] = {
    F_ID(order_slot,  region_id, MUST, "Where."),
    F_INT(order_slot, day,       MUST, 0, 100000, "Local day, days since 1970-01-01."),
    F_INT(order_slot, from_min,  MUST, 0, 1439, "Minutes after local midnight."),
    F_INT(order_slot, to_min,    MUST, 1, 1440, "Minutes after local midnight."),
    F_INT(order_slot, capacity,  MUST, 0, 10000, "Deliveries."),
    FIELD_END
};
const struct shape order_slot_new_shape = SHAPE("OrderSlotNew", order_slot, slot_new);

static const struct field region_query[] = {
    F_ID(order_slot, region_id, MUST, "Where."),
    FIELD_END
};
const struct shape order_region_shape = SHAPE("OrderRegionQuery", order_slot, region_query);

/* ---- Basket ------------------------------------------------------------------ */

static const struct field basket_line_fields[] = {
    F_ID(basket_line,   variant_id,   MUST, "What."),
    F_ID(basket_line,   product_id,   MUST, "Its page."),
    F_TEXT(basket_line, sku,          OPT,  100, "What."),
    F_TEXT(basket_line, name,         OPT,  500, "What."),
    F_TEXT(basket_line, image,        OPT,  0, "Address of its picture."),
    F_BOOL(basket_line, unit_tracked, MUST, "Each piece has a serial number."),
    F_INT(basket_line,  qty,          MUST, 0, 0, "Pieces."),
    F_INT(basket_line,  price_minor,  OPT,  0, 0, "Kopecks now; absent: not for sale any more."),
    F_INT(basket_line,  was_minor,    OPT,  0, 0, "What was shown before, when the price has changed."),
    F_INT(basket_line,  old_minor,    OPT,  0, 0, "Struck price."),
    F_INT(basket_line,  sum_minor,    MUST, 0, 0, "qty x price."),
    F_INT(basket_line,  free_qty,     OPT,  0, 0, "Free at the chosen shop."),
    F_BOOL(basket_line, enough,       MUST, "Can be had as it stands."),
    FIELD_END
};
static const struct shape basket_line_shape = SHAPE("BasketLine", basket_line, basket_line_fields);

static const struct field basket_fields[] = {
    F_ID(basket,   id,             MUST, "The basket; 0: nothing was put in yet."),
    F_ENUM(basket, kind,           MUST, order_kind_words, "What it is meant for."),
    F_ID(basket,   place_id,       OPT,  "The chosen shop."),
    F_ID(basket,   region_id,      OPT,  "The chosen region."),
    F_TIME(basket, hold_until_at,  OPT,  "In checkout: goods are held until."),
    F_TIME(basket, ready_at,       OPT,  "If ordered now at this shop."),
    F_INT(basket,  count,          MUST, 0, 0, "Pieces."),
    F_INT(basket,  goods_minor,    MUST, 0, 0, "Kopecks."),
    F_INT(basket,  delivery_minor, MUST, 0, 0, "Kopecks."),
    F_INT(basket,  total_minor,    MUST, 0, 0, "Kopecks."),
    F_BOOL(basket, prices_changed, MUST, "At least one line costs something else than it did."),
    F_BOOL(basket, all_available,  MUST, "All of it can be had at the chosen shop."),
    F_LIST(basket, lines,          MUST, &basket_line_shape, 0, "In the order they were put in."),
    FIELD_END
};
const struct shape basket_shape = SHAPE("Basket", basket, basket_fields);

static const struct field set[] = {
    F_ID(basket_set,  variant_id, MUST, "What."),
    F_INT(basket_set, qty,        MUST, 0, 999, "Pieces; 0 takes it out."),
    FIELD_END
};
const struct shape basket_set_shape = SHAPE("BasketSet", basket_set, set);

static const struct field change[] = {
    F_LIST(basket_change, lines,     OPT, &basket_set_shape, 100, "These quantities; other lines stay."),
    F_ENUM(basket_change, kind,      OPT, order_kind_words, "pickup, reserve or delivery."),
    F_ID(basket_change,   place_id,  OPT, "The chosen shop."),
    F_ID(basket_change,   region_id, OPT, "The chosen region."),
    FIELD_END
};
const struct shape basket_change_shape = SHAPE("BasketChange", basket_change, change);

static const struct field qty[] = {
    F_INT(basket_set, qty, MUST, 0, 999, "Pieces; 0 takes it out."),
    FIELD_END
};
const struct shape basket_qty_shape = SHAPE("BasketQty", basket_set, qty);

static const struct field which[] = {
    F_ID(basket_set, variant_id, OPT, "Only this line; the whole basket when absent."),
    FIELD_END
};
const struct shape basket_which_shape = SHAPE("BasketWhich", basket_set, which);
/* clang-format on */
