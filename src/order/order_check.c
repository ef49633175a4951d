/* What must always hold: each row one of these returns is a violation. */
#include "order/order_own.h"

/* clang-format off */
const struct query order_checks[] = {
    { "order.total_is_sum_of_lines",
      "SELECT o.id, o.total_minor, o.delivery_minor, s.sum_minor FROM order_order o"
      "  JOIN (SELECT customer_id, order_id, CAST(SUM(qty * price_minor) AS BIGINT) AS sum_minor"
      "          FROM order_line GROUP BY customer_id, order_id) s"
      "    ON s.customer_id = o.customer_id AND s.order_id = o.id"
      " WHERE o.total_minor <> o.delivery_minor + s.sum_minor", NULL, "every order is looked at" },

    { "order.no_order_without_lines",
      "SELECT o.id FROM order_order o WHERE NOT EXISTS"
      " (SELECT 1 FROM order_line l WHERE l.customer_id = o.customer_id AND l.order_id = o.id)",
      NULL, "every order is looked at" },

    { "order.no_line_without_order",
      "SELECT l.order_id, l.line_no FROM order_line l WHERE NOT EXISTS"
      " (SELECT 1 FROM order_order o WHERE o.customer_id = l.customer_id AND o.id = l.order_id)",
      NULL, "every line is looked at" },

    { "order.line_has_fulfilment",
      "SELECT l.order_id, l.line_no, l.place_id FROM order_line l WHERE NOT EXISTS"
      " (SELECT 1 FROM order_fulfilment f WHERE f.place_id = l.place_id AND f.order_id = l.order_id)",
      NULL, "every line is looked at" },

    { "order.number_is_its_own",
      "SELECT o.id, o.number FROM order_order o WHERE NOT EXISTS"
      " (SELECT 1 FROM order_number n WHERE n.number = o.number AND n.order_id = o.id)",
      NULL, "every order is looked at" },

    { "order.paid_is_sum_of_payments",
      "SELECT o.id, o.paid_minor, p.sum_minor FROM order_order o"
      "  LEFT JOIN (SELECT customer_id, order_id, CAST(SUM(amount_minor) AS BIGINT) AS sum_minor"
      "               FROM order_payment GROUP BY customer_id, order_id) p"
      "    ON p.customer_id = o.customer_id AND p.order_id = o.id"
      " WHERE o.paid_minor <> COALESCE(p.sum_minor, 0) OR o.paid_minor > o.total_minor",
      NULL, "every order is looked at" },

    { "order.returned_is_sum_of_returns",
      "SELECT l.order_id, l.line_no, l.done_qty, l.returned_qty, COALESCE(b.qty, 0) FROM order_line l"
      "  LEFT JOIN (SELECT x.customer_id, x.order_id, x.line_no, CAST(SUM(x.qty) AS BIGINT) AS qty"
      "               FROM order_return_line x JOIN order_return r ON r.customer_id = x.customer_id"
      "                AND r.order_id = x.order_id AND r.id = x.return_id"
      "              WHERE r.state = 0 GROUP BY x.customer_id, x.order_id, x.line_no) b"
      "    ON b.customer_id = l.customer_id AND b.order_id = l.order_id AND b.line_no = l.line_no"
      " WHERE l.returned_qty <> COALESCE(b.qty, 0) OR l.returned_qty > l.done_qty",
      NULL, "every line is looked at" },

    { "order.returned_minor_is_sum_of_returns",
      "SELECT o.id, o.returned_minor, COALESCE(r.sum_minor, 0) FROM order_order o"
      "  LEFT JOIN (SELECT customer_id, order_id, CAST(SUM(goods_minor) AS BIGINT) AS sum_minor"
      "               FROM order_return WHERE state = 0 GROUP BY customer_id, order_id) r"
      "    ON r.customer_id = o.customer_id AND r.order_id = o.id"
      " WHERE o.returned_minor <> COALESCE(r.sum_minor, 0)", NULL, "every order is looked at" },

    { "order.return_is_sum_of_lines",
      "SELECT r.id, r.goods_minor, r.refund_minor, l.sum_minor, COALESCE(p.sum_minor, 0) FROM order_return r"
      "  LEFT JOIN (SELECT return_id, CAST(SUM(qty * price_minor) AS BIGINT) AS sum_minor"
      "               FROM order_return_line GROUP BY return_id) l ON l.return_id = r.id"
      "  LEFT JOIN (SELECT return_id, CAST(-SUM(amount_minor) AS BIGINT) AS sum_minor"
      "               FROM order_payment WHERE return_id IS NOT NULL GROUP BY return_id) p"
      "    ON p.return_id = r.id"
      " WHERE l.sum_minor IS NULL OR r.goods_minor <> l.sum_minor"
      "    OR COALESCE(p.sum_minor, 0) <> CASE WHEN r.state = 0 THEN r.refund_minor ELSE 0 END",
      NULL, "every return is looked at" },

    { "order.refund_not_more_than_paid",
      "SELECT p.order_id, p.id, p.amount_minor, b.sum_minor FROM order_payment p"
      "  JOIN (SELECT customer_id, order_id, refund_of, CAST(SUM(amount_minor) AS BIGINT) AS sum_minor"
      "          FROM order_payment WHERE refund_of IS NOT NULL GROUP BY customer_id, order_id, refund_of) b"
      "    ON b.customer_id = p.customer_id AND b.order_id = p.order_id AND b.refund_of = p.id"
      " WHERE p.amount_minor + b.sum_minor < 0 OR b.sum_minor > 0",
      NULL, "every payment is looked at" },

    { "order.closed_has_nothing_open",
      "SELECT o.id, o.state, f.place_id, f.state FROM order_fulfilment f"
      "  JOIN order_order o ON o.customer_id = f.customer_id AND o.id = f.order_id"
      " WHERE f.state < 5 AND o.state >= 4", NULL, "every open fulfilment is looked at" },

    { "order.slot_taken_is_orders",
      "SELECT s.region_id, s.id, s.taken, COALESCE(n.orders, 0) FROM order_slot s"
      "  LEFT JOIN (SELECT region_id, slot_id, COUNT(*) AS orders FROM order_order"
      "              WHERE slot_id IS NOT NULL AND state < 5 GROUP BY region_id, slot_id) n"
      "    ON n.region_id = s.region_id AND n.slot_id = s.id"
      " WHERE s.taken <> COALESCE(n.orders, 0)", NULL, "every slot is looked at" },

    /* What open orders still want of a place is what the place holds for them. */
    { "order.holds_are_open_lines",
      "SELECT w.place_id, w.variant_id, w.order_id, w.qty, COALESCE(h.qty, 0) FROM"
      " (SELECT l.place_id, l.variant_id, l.order_id, CAST(SUM(l.qty - l.done_qty) AS BIGINT) AS qty"
      "    FROM order_fulfilment f JOIN order_line l ON l.customer_id = f.customer_id"
      "     AND l.order_id = f.order_id AND l.place_id = f.place_id"
      "   WHERE f.state < 4 GROUP BY l.place_id, l.variant_id, l.order_id) w"
      "  LEFT JOIN pub_stock_hold h ON h.place_id = w.place_id AND h.variant_id = w.variant_id"
      "   AND h.owner = 1 AND h.owner_id = w.order_id"
      " WHERE w.qty <> COALESCE(h.qty, 0)", NULL, "every open line is looked at" },

    { "order.no_hold_without_order",
      "SELECT h.place_id, h.variant_id, h.owner_id, h.qty FROM pub_stock_hold h"
      " WHERE h.owner = 1 AND NOT EXISTS (SELECT 1 FROM order_fulfilment f"
      "   WHERE f.place_id = h.place_id AND f.order_id = h.owner_id AND f.state < 4)",
      NULL, "every hold is looked at" },
    QUERY_END
};
/* clang-format on */
