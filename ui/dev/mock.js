// A server of a few shops and goods for drawing screens while there is no other:
// PRILAVOK_MOCK=1 npm run dev. Never part of the build.
const kinds = ['Смартфоны', 'Ноутбуки', 'Телевизоры', 'Наушники', 'Планшеты', 'Умные часы', 'Пылесосы', 'Холодильники', 'Чехлы', 'Зарядные устройства'];
const names = ['Samsung Galaxy S23 Ultra 256 ГБ, чёрный', 'ASUS Zenbook 14 OLED UX3405', 'Телевизор LG OLED55C4 55"', 'Наушники Sony WH-1000XM5', 'Планшет Xiaomi Pad 6', 'Часы Huawei Watch GT 4', 'Пылесос Dyson V15', 'Холодильник Haier C2F637', 'Чехол для Galaxy S23 Ultra', 'Зарядное устройство Baseus 65 Вт'];
const hours = [0, 1, 2, 3, 4, 5, 6].map((weekday) => ({ weekday, open_min: 600, close_min: 1320 }));
const place = (k, city, name, lat, lon) => ({ id: String(k), region_id: '1', kind: 'shop', code: `S${k}`, name, city, address: `ул. Ленина, ${k}`, phone: '+74951234567', lat_e6: lat, lon_e6: lon, utc_offset_min: 180, active: true, can_pickup: true, can_reserve: true, can_ship: true, hours });
const places = [place(1, 'Москва', 'Прилавок на Тверской', 55765000, 37605000), place(2, 'Москва', 'Прилавок в «Авиапарке»', 55790000, 37531000), place(3, 'Казань', 'Прилавок на Баумана', 55788000, 49122000), place(4, 'Тула', 'Прилавок на Советской', 54193000, 37617000)];
const tile = (k) => ({ product_id: String(k), variant_id: String(k), sku: `A-${1000 + k}`, name: names[k % 10], category: kinds[k % 10], brand: names[k % 10].split(' ')[0], price_minor: 1999000 + k * 250050, old_minor: k % 3 ? undefined : 2599000 + k * 250050, here: k % 4 !== 1 });
const stock = new Map(names.map((_, k) => [String(k), places.map((p, j) => ({ place_id: p.id, free: (k * 7 + j * 3) % 12, on_hand: ((k * 7 + j * 3) % 12) + 1, incoming: 0 }))]));
let basket = [];
const orders = new Map();
const basketOf = () => ({ id: '1', lines: basket.map((l) => ({ ...l, sum_minor: l.qty * l.price_minor })), count: basket.reduce((s, l) => s + l.qty, 0), goods_minor: basket.reduce((s, l) => s + l.qty * l.price_minor, 0) });
const watchers = new Set();
const tell = (event, data) => watchers.forEach((w) => w.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));

const answers = {
  'GET /v1/place': () => ({ items: places }),
  'GET /v1/catalog/category': () => ({ items: kinds.map((name, k) => ({ id: String(k), name, slug: `k${k}` })) }),
  'GET /v1/catalog/search': ({ query }) => ({ items: [...Array(24).keys()].map(tile).slice(0, Number(query.get('limit'))), total: 48, next: 'x', facets: [{ code: 'brand', name: 'Бренд', values: ['Samsung', 'Apple', 'Xiaomi', 'Huawei', 'Honor', 'Sony', 'LG', 'Asus', 'Acer'].map((v, k) => ({ value: v, text: v, count: 12 - k })) }, { code: 'mem', name: 'Память', unit: 'ГБ', values: ['128', '256', '512'].map((v) => ({ value: v, text: v, count: 7 })) }] }),
  'GET /v1/catalog/suggest': ({ query }) => ({ items: [{ kind: 'query', text: `${query.get('q')} 256` }, { kind: 'category', text: 'Смартфоны', id: '0' }, { kind: 'product', text: names[0], id: '0' }] }),
  'GET /v1/catalog/product/:id': ({ id }) => ({ id, category_id: String(id % 10), name: names[id % 10], brand: 'Samsung', description: 'Флагман с ярким экраном и камерой на 200 мегапикселей.', warranty_days: 365, images: [], specs: [['Диагональ', '6,8', 'дюйм'], ['Память', '256', 'ГБ'], ['Аккумулятор', '5000', 'мА·ч']].map(([name, text, unit]) => ({ name, text, unit })), variants: [{ id, sku: tile(id % 10).sku, name: '256 ГБ, чёрный', unit_tracked: id === '0', price_minor: tile(id % 10).price_minor, old_minor: 12999000 }, { id: '5', sku: 'A-1005', name: '512 ГБ, зелёный', price_minor: 11999000 }] }),
  'GET /v1/catalog/product/:id/accessory': () => ({ items: [8, 9, 3].map(tile) }),
  'GET /v1/catalog/code/:id': ({ id }) => { const k = /^A-10/.test(id) ? id - 0 || Number(id.slice(2)) - 1000 : Number(id) % 10; const x = tile(k); return { ...x, unit_tracked: k === 0 }; },
  'GET /v1/stock/variant/:id': ({ id }) => ({ items: stock.get(id) ?? [] }),
  'GET /v1/basket': basketOf,
  'PUT /v1/basket': ({ body }) => { for (const { variant_id, qty } of body.lines ?? []) { const x = tile(Number(variant_id)); const l = basket.find((b) => b.variant_id === variant_id); if (l) l.qty = qty; else basket.push({ variant_id, product_id: variant_id, name: x.name, qty, price_minor: x.price_minor, enough: true }); } basket = basket.filter((b) => b.qty); return basketOf(); },
  'GET /v1/order/slot': () => ({ items: [1, 2, 3].map((d) => ({ id: String(d), from_at: new Date(Date.now() + d * 864e5).toISOString(), to_at: new Date(Date.now() + d * 864e5 + 72e5).toISOString(), fee_minor: 39900, left: 3 })) }),
  'POST /v1/order': ({ body }) => { const id = String(orders.size + 1); const lines = (body.lines ?? basket).map((l, k) => ({ ...l, line_no: k + 1, name: tile(Number(l.variant_id)).name, sku: tile(Number(l.variant_id)).sku, qty_ordered: l.qty, price_minor: tile(Number(l.variant_id)).price_minor, sum_minor: l.qty * tile(Number(l.variant_id)).price_minor })); const total_minor = lines.reduce((s, l) => s + l.sum_minor, 0); const o = { id, number: `7K2-M9QF${id}`, kind: body.kind, state: body.kind === 'sale' ? 'done' : 'placed', pay: body.pay, place_id: body.place_id, total_minor, delivery_minor: 0, paid_minor: 0, placed_at: new Date().toISOString(), promised_at: new Date(Date.now() + 36e5).toISOString(), deadline_at: new Date(Date.now() + 864e5 * 3).toISOString(), lines, fulfilments: [{ place_id: body.place_id, state: 'planned' }], customer_name: body.name }; orders.set(id, o); basket = []; for (const l of lines) { const s = stock.get(l.variant_id)?.find((x) => x.place_id === body.place_id); if (s) { s.free -= l.qty; tell('stock', s); } } tell('order', {}); return o; },
  'GET /v1/order': () => ({ items: [...orders.values()] }),
  'GET /v1/order/picking': () => ({ items: [...orders.values()].filter((o) => o.state === 'placed') }),
  'GET /v1/order/handover': () => [...orders.values()].find((o) => o.state === 'ready'),
  'GET /v1/order/:id': ({ id }) => orders.get(id),
  'POST /v1/order/:id/pick': () => ({}),
  'POST /v1/order/:id/ready': ({ id }) => { const o = orders.get(id); o.state = 'ready'; o.fulfilments[0].code = '482917'; tell('order', {}); return {}; },
  'POST /v1/order/:id/handover': ({ id }) => { orders.get(id).state = 'done'; tell('order', {}); return {}; },
  'POST /v1/order/:id/cancel': ({ id }) => { orders.get(id).state = 'cancelled'; return {}; },
  'GET /v1/staff/me': () => ({ id: '1', login: 'till', name: 'Анна Петрова', role: 'seller', place_id: '1', rights: [] }),
  'GET /v1/customer/find': () => ({ id: '9', last_name: 'Иванова', first_name: 'Мария', phone: '+79161234567' }),
};

function find(method, path) {
  for (const [key, answer] of Object.entries(answers)) {
    const [m, pattern] = key.split(' ');
    const found = m === method && new RegExp(`^${pattern.replaceAll(':id', '([^/]+)')}$`).exec(path);
    if (found) return { answer, id: found[1] && decodeURIComponent(found[1]) };
  }
}

export const mock = {
  name: 'mock',
  configureServer(dev) {
    dev.middlewares.use(async (request, reply, next) => {
      const url = new URL(request.url, 'http://x');
      if (!url.pathname.startsWith('/v1/')) return next();
      if (url.pathname.endsWith('/live')) {
        reply.writeHead(200, { 'content-type': 'text/event-stream' });
        watchers.add(reply);
        request.on('close', () => watchers.delete(reply));
        return;
      }
      let text = '';
      for await (const part of request) text += part;
      const found = find(request.method, url.pathname);
      const body = found?.answer({ id: found.id, query: url.searchParams, body: text ? JSON.parse(text) : {} });
      reply.writeHead(body ? 200 : 404, { 'content-type': 'application/json' });
      reply.end(JSON.stringify(body ?? { code: url.pathname.endsWith('/me') ? 'login' : 'not_found' }));
    });
  },
};
