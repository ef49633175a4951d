/* What must always be true of stock; `prilavok check` names every row that is not. */
#include "db/db.h"

/* clang-format off */
const struct query stock_check_sql[] = {
    { "stock.check_on_hand",
      "SELECT l.place_id, l.variant_id, l.on_hand, l.base_qty,"
      "       COALESCE((SELECT CAST(SUM(m.qty) AS BIGINT) FROM stock_move m"
      "                 WHERE m.variant_id = l.variant_id AND m.place_id = l.place_id"
      "                   AND m.at >= l.base_at), 0) AS moved"
      "  FROM stock_level l"
      " WHERE l.on_hand <> l.base_qty +"
      "       COALESCE((SELECT CAST(SUM(m.qty) AS BIGINT) FROM stock_move m"
      "                 WHERE m.variant_id = l.variant_id AND m.place_id = l.place_id"
      "                   AND m.at >= l.base_at), 0)",
      .scan = "every level is proved" },

    { "stock.check_held",
      "SELECT l.place_id, l.variant_id, l.held, COALESCE(h.qty, 0) AS holds"
      "  FROM stock_level l"
      "  LEFT JOIN (SELECT place_id, variant_id, CAST(SUM(qty) AS BIGINT) AS qty"
      "               FROM stock_hold GROUP BY place_id, variant_id) h"
      "    ON h.place_id = l.place_id AND h.variant_id = l.variant_id"
      " WHERE l.held <> COALESCE(h.qty, 0)",
      .scan = "every level is proved" },

    { "stock.check_hold_level",
      "SELECT h.place_id, h.variant_id, h.owner, h.owner_id FROM stock_hold h"
      " WHERE NOT EXISTS (SELECT 1 FROM stock_level l"
      "                   WHERE l.place_id = h.place_id AND l.variant_id = h.variant_id)",
      .scan = "every hold is proved" },

    { "stock.check_move_level",
      "SELECT m.place_id, m.variant_id, m.doc_id, m.line_no FROM stock_move m"
      " WHERE NOT EXISTS (SELECT 1 FROM stock_level l"
      "                   WHERE l.place_id = m.place_id AND l.variant_id = m.variant_id)",
      .scan = "every move is proved" },

    { "stock.check_gate",
      "SELECT m.place_id, MAX(m.at) AS last FROM stock_move m GROUP BY m.place_id"
      " HAVING MAX(m.at) > COALESCE((SELECT p.moved_at FROM stock_place p"
      "                              WHERE p.place_id = m.place_id), -1)",
      .scan = "every move is proved" },

    { "stock.check_place",
      "SELECT DISTINCT l.place_id FROM stock_level l"
      " WHERE NOT EXISTS (SELECT 1 FROM stock_place s WHERE s.place_id = l.place_id)"
      "    OR NOT EXISTS (SELECT 1 FROM pub_place_place p WHERE p.id = l.place_id)",
      .scan = "every level is proved" },

    { "stock.check_variant",
      "SELECT DISTINCT l.variant_id FROM stock_level l"
      " WHERE NOT EXISTS (SELECT 1 FROM pub_catalog_variant v WHERE v.id = l.variant_id)",
      .scan = "every level is proved" },

    /* The shop window shows what is there, and only that. */
    { "stock.check_flag",
      "SELECT l.place_id, l.variant_id, l.on_hand, l.held FROM stock_level l"
      "  JOIN stock_place s ON s.place_id = l.place_id"
      " WHERE l.on_hand - l.held > s.safety"
      "   AND NOT EXISTS (SELECT 1 FROM pub_catalog_stock_flag f"
      "                   WHERE f.place_id = l.place_id AND f.variant_id = l.variant_id)",
      .scan = "every level is proved" },

    { "stock.check_flag_empty",
      "SELECT f.place_id, f.variant_id FROM pub_catalog_stock_flag f"
      " WHERE NOT EXISTS (SELECT 1 FROM stock_level l JOIN stock_place s ON s.place_id = l.place_id"
      "                   WHERE l.place_id = f.place_id AND l.variant_id = f.variant_id"
      "                     AND l.on_hand - l.held > s.safety)",
      .scan = "every flag is proved" },

    /* What stands aside came by a return, left the book by a move, and a numbered
     * piece knows it. */
    { "stock.check_aside",
      "SELECT q.place_id, q.id, q.qty FROM stock_quarantine q"
      " WHERE NOT EXISTS (SELECT 1 FROM stock_move m WHERE m.place_id = q.place_id"
      "     AND m.doc_id = q.doc_id AND m.line_no = q.line_no AND m.reason = 9"
      "     AND m.variant_id = q.variant_id AND m.qty = -q.qty)"
      "    OR (q.ended_at IS NULL AND q.serial IS NOT NULL AND NOT EXISTS"
      "        (SELECT 1 FROM stock_unit u WHERE u.serial = q.serial AND u.state = 7))",
      .scan = "every piece that stood aside is proved" },

    { "stock.check_unit_held",
      "SELECT u.serial, u.owner, u.owner_id FROM stock_unit u"
      " WHERE (u.state = 1) <> (u.owner >= 0)",
      .scan = "every unit is proved" },
    QUERY_END
};
/* clang-format on */
