// What a search engine, a messenger's preview and a reader without scripts see of
// the shop: heads, statuses, schema.org, sitemap, robots.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { person, start } from '../support/server.js';

let server, anybody, owner;
before(async () => {
  server = await start();
  anybody = person(server);
  owner = person(server);
  await owner.login('owner');
});
after(() => server?.stop());

const see = async (path, headers = {}) => {
  const answer = await person(server).call('GET', path, undefined, headers);
  const head = answer.text.slice(0, answer.text.indexOf('</head>'));
  const plain = (s) => s?.replace(/&#(\d+);/g, (_, n) => String.fromCharCode(n));
  const meta = (name) => plain(new RegExp(`<meta (?:name|property)="${name}" content="([^"]*)"`).exec(head)?.[1]);
  return {
    ...answer,
    title: plain(/<title>([^<]*)<\/title>/.exec(head)?.[1]),
    meta,
    canonical: plain(/<link rel="canonical" href="([^"]*)"/.exec(head)?.[1]),
    lang: /<html lang="(\w+)"/.exec(head)?.[1],
    facts: [...answer.text.matchAll(/<script type="application\/ld\+json">(.*?)<\/script>/gs)].map((m) => JSON.parse(m[1])),
    fact(type) {
      return this.facts.find((f) => f['@type'] === type);
    },
    first: JSON.parse(/<script type="application\/json" id="first">(.*?)<\/script>/s.exec(answer.text)?.[1] ?? 'null'),
    h1: plain(/<h1>([^<]*)<\/h1>/.exec(answer.text)?.[1]),
  };
};
const goods = async (query = 'limit=5') => (await anybody.call('GET', `/v1/catalog/search?${query}`)).body.items;

test('the home page says who we are and how to search here', async () => {
  const page = await see('/');
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-type'), /^text\/html/);
  assert.equal(page.lang, 'ru');
  assert.match(page.title, /^Прилавок/);
  assert.ok(page.meta('description').length > 40);
  assert.equal(page.canonical, `${server.url}/`);
  assert.equal(page.meta('og:url'), page.canonical);
  assert.equal(page.meta('og:title'), page.title);
  assert.ok((await anybody.call('GET', new URL(page.meta('og:image')).pathname)).status === 200);
  assert.equal(page.fact('Organization').url, `${server.url}/`);
  assert.equal(page.fact('WebSite').potentialAction.target, `${server.url}/search?q={search_term_string}`);
  assert.equal(page.h1, 'Что ищем сегодня?');
  assert.ok([...page.text.matchAll(/<a href="\/product\/[^"]+">/g)].length === 12);
});

test('a reader who prefers English gets the page in English, a choice made by hand comes first', async () => {
  const english = await see('/', { 'Accept-Language': 'en-GB,en;q=0.9' });
  assert.equal(english.lang, 'en');
  assert.equal(english.h1, 'What are you looking for?');
  assert.match(english.text, /href="\/manifest\.en\.webmanifest"/);
  const chosen = await see('/', { 'Accept-Language': 'en', Cookie: 'prilavok_lang=ru' });
  assert.equal(chosen.lang, 'ru');
});

test('a product has a price in roubles, its stock, brand and barcode in words of schema.org', async () => {
  const [tile] = await goods('limit=1&in_stock=true');
  const product = (await anybody.call('GET', `/v1/catalog/product/${tile.product_id}`)).body;
  const page = await see(`/product/${tile.slug}`);
  assert.equal(page.status, 200);
  assert.equal(page.canonical, `${server.url}/product/${tile.slug}`);
  assert.ok(page.title.startsWith(product.name));
  assert.ok(page.h1.startsWith(product.name));
  const fact = page.fact('Product');
  const variant = product.variants[0];
  assert.equal(fact.brand.name, product.brand);
  assert.equal(fact.sku, variant.sku);
  assert.equal(fact.gtin, variant.barcodes[0]);
  const offer = fact.offers.find((o) => o.sku === variant.sku);
  assert.equal(offer.priceCurrency, 'RUB');
  assert.equal(Math.round(Number(offer.price) * 100), variant.price_minor);
  assert.equal(offer.availability, 'https://schema.org/InStock');
  assert.ok(page.text.includes(`${Math.floor(variant.price_minor / 100)}`.replace(/\B(?=(\d{3})+$)/g, '\u00a0')), 'the price stands in the page itself');
  const crumbs = page.fact('BreadcrumbList').itemListElement;
  assert.deepEqual(crumbs.map((c) => c.position), crumbs.map((_, k) => k + 1));
  assert.equal(crumbs.at(-1).item, page.canonical);
  for (const spec of product.specs) assert.ok(page.text.includes(`<dt>${spec.name}</dt>`), spec.name);
});

test('what stands nowhere is out of stock for search engines too', async () => {
  const made = await owner.call('POST', '/v1/catalog/product', { category_id: (await anybody.call('GET', '/v1/catalog/category')).body.items[0].id, name: 'Лампа Нигде', warranty_days: 10, active: true });
  const variant = await owner.call('POST', '/v1/catalog/variant', { product_id: made.body.id, sku: 'NOWHERE-1', active: true });
  const page = await see(`/product/${made.body.slug}`);
  assert.equal(page.status, 200);
  assert.equal(page.fact('Product').offers, undefined, 'without a price there is no offer');
  const list = (await owner.call('GET', '/v1/catalog/price-list')).body.items.find((l) => !l.region_id);
  const priced = await owner.call('PUT', '/v1/catalog/price', { items: [{ list_id: list.id, variant_id: variant.body.id, price_minor: 123450 }] });
  assert.ok(priced.status < 300, priced.text);
  const again = await see(`/product/${made.body.slug}`);
  assert.equal(again.fact('Product').offers[0].availability, 'https://schema.org/OutOfStock');
  assert.equal(again.fact('Product').offers[0].price, '1234.50');
});

test('a name that is a script of its own stays a name everywhere on the page', async () => {
  const evil = `</script><img src=x onerror="alert(1)"> & 'quotes'`;
  const category = (await anybody.call('GET', '/v1/catalog/category')).body.items[0];
  const made = await owner.call('POST', '/v1/catalog/product', { category_id: category.id, name: evil, description: evil, model: evil, warranty_days: 0, active: true });
  assert.ok(made.status < 300, made.text);
  await owner.call('POST', '/v1/catalog/variant', { product_id: made.body.id, sku: '<b>&"', name: '</title>', active: true });
  const page = await see(`/product/${made.body.slug}?variant="><svg onload=alert(1)>`);
  assert.equal(page.status, 200);
  assert.ok(page.title.startsWith(`${evil}, </title>`), page.title);
  assert.equal(page.fact('Product').mpn, evil);
  assert.equal(Object.values(page.first.answers).find((a) => a.model)?.name, evil);
  assert.doesNotMatch(page.text, /<img src=x|<svg|<b>&/);
  assert.equal(page.text.match(/<\/script>/g).length, page.text.match(/<script/g).length);
  const search = await see(`/search?q=${encodeURIComponent('"><script>alert(1)</script>')}`);
  assert.doesNotMatch(search.text, /<script>alert/);
  const policy = page.headers.get('content-security-policy');
  assert.match(policy, /default-src 'self'/);
  assert.doesNotMatch(policy, /script-src[^;]*unsafe/);
});

test('an unknown product, category or address is 404, and the page still comes', async () => {
  for (const path of ['/product/no-such-thing', '/product/999999999999', '/product/%3Cscript%3E', '/category/nothing', '/no/such/page', '/basket/of/nothing']) {
    const page = await see(path);
    assert.equal(page.status, 404, path);
    assert.match(page.text, /<div id="app">/, path);
    assert.match(page.text, /<script type="module"/, path);
  }
  assert.equal((await see('/product/no-such-thing')).meta('robots'), 'noindex, follow');
});

test('addresses that only the script knows are no mistake', async () => {
  for (const path of ['/basket', '/checkout', '/orders', '/order/A-1', '/basket/']) assert.equal((await see(path)).status, 200, path);
});

test('an address with an id leads for good to the address of words', async () => {
  const [tile] = await goods('limit=1');
  const moved = await see(`/product/${tile.product_id}?variant=${tile.variant_id}&utm_source=x`);
  assert.equal(moved.status, 301);
  assert.equal(moved.headers.get('location'), `/product/${tile.slug}?variant=${tile.variant_id}&utm_source=x`);
  const category = (await anybody.call('GET', '/v1/catalog/category')).body.items[0];
  assert.equal((await see(`/category/${category.id}`)).headers.get('location'), `/category/${category.slug}`);
});

test('a product and a category that are called something else are found at their old addresses', async () => {
  const [tile] = await goods('limit=1');
  const { product } = (await owner.call('GET', `/v1/catalog/product/${tile.product_id}/card`)).body;
  const rename = async (slug) => {
    const { version, ...now } = (await owner.call('GET', `/v1/catalog/product/${tile.product_id}/card`)).body.product;
    const put = await owner.call('PUT', `/v1/catalog/product/${tile.product_id}`, { ...now, slug });
    assert.ok(put.status < 300, put.text);
  };
  await rename('luchshiy-v-gorode');
  await rename('luchshiy-v-strane');
  for (const old of [product.slug, 'luchshiy-v-gorode']) {
    const moved = await see(`/product/${old}?variant=${tile.variant_id}`);
    assert.equal(moved.status, 301, old);
    assert.equal(moved.headers.get('location'), `/product/luchshiy-v-strane?variant=${tile.variant_id}`);
    assert.equal((await anybody.call('GET', `/v1/catalog/slug/${old}`)).body.id, tile.product_id, 'a link inside the shop finds it too');
  }
  const map = (await anybody.call('GET', '/sitemap.xml')).text.match(/\/sitemap\/\d+\.xml/g);
  const parts = (await Promise.all(map.map(async (path) => (await anybody.call('GET', path)).text))).join('');
  assert.match(parts, /\/product\/luchshiy-v-strane</);
  assert.ok(!parts.includes(`/product/${product.slug}<`) && !parts.includes('luchshiy-v-gorode'), 'the map has the new address alone');

  const category = (await anybody.call('GET', '/v1/catalog/category')).body.items.find((c) => c.parent_id);
  const put = await owner.call('PUT', `/v1/catalog/category/${category.id}`, { ...category, slug: 'novyy-razdel' });
  assert.ok(put.status < 300, put.text);
  assert.equal((await see(`/category/${category.slug}?sort=price_asc`)).headers.get('location'), '/category/novyy-razdel?sort=price_asc');
  await rename(product.slug);
  assert.equal((await see(`/product/${product.slug}`)).status, 200, 'back at its first address it is no detour');
});

test('a reader’s own pages speak his language from the first byte; his orders are not for the index', async () => {
  for (const [path, ru, en] of [['/basket', 'Корзина', 'Basket'], ['/orders', 'Заказы', 'Orders'], ['/order/A-1', 'Заказ', 'Order'], ['/mine/things', 'Покупки', 'Purchases'], ['/compare', 'Сравнение', 'Comparison']]) {
    for (const [lang, title] of [['ru', ru], ['en', en]]) {
      const page = await see(path, { 'Accept-Language': lang });
      assert.equal(page.status, 200, path);
      assert.equal(page.lang, lang, path);
      assert.ok(page.title.startsWith(`${title} — `), `${path}: ${page.title}`);
      assert.equal(page.meta('robots'), /order|mine/.test(path) ? 'noindex, follow' : undefined, path);
      assert.equal(page.text.includes('/manifest.en.webmanifest'), lang === 'en');
    }
  }
});

test('a category lists what it has, under one canonical address whatever is filtered', async () => {
  const category = (await anybody.call('GET', '/v1/catalog/category')).body.items.find((c) => c.parent_id);
  const page = await see(`/category/${category.slug}?f=brand:Samsung&sort=price_asc`);
  assert.equal(page.canonical, `${server.url}/category/${category.slug}`);
  assert.equal(page.h1, category.name);
  const found = (await anybody.call('GET', `/v1/catalog/search?category_id=${category.id}&sort=popular&limit=24`)).body;
  const list = page.fact('ItemList');
  assert.equal(list.numberOfItems, found.total);
  assert.deepEqual(list.itemListElement.map((e) => e.url), found.items.map((t) => `${server.url}/product/${t.slug}`));
  assert.equal(page.fact('BreadcrumbList').itemListElement.at(-1).name, category.name);
});

test('results of a search are not for the index of another one', async () => {
  const page = await see(`/search?q=${encodeURIComponent('смартфон')}`);
  assert.equal(page.status, 200);
  assert.equal(page.meta('robots'), 'noindex, follow');
  assert.match(page.text, /<a href="\/product\//);
});

test('the first answers are those the API gives, and of the shop that was chosen', async () => {
  const place = (await anybody.call('GET', '/v1/place?limit=1')).body.items[0];
  const page = await see('/', { Cookie: `prilavok_shop=${place.id}` });
  const [path] = Object.keys(page.first.answers).filter((p) => p.startsWith('/v1/catalog/bestseller'));
  assert.match(path, new RegExp(`place_id=${place.id}`));
  assert.deepEqual(page.first.answers[path].items, (await anybody.call('GET', path)).body.items);
  const odd = await see('/', { Cookie: 'prilavok_shop=77; prilavok_lang=xx' });
  assert.equal(odd.status, 200);
  assert.ok(Object.keys(odd.first.answers).includes('/v1/catalog/bestseller?limit=12'));
});

test('a page that has not changed is not sent again, one that has is', async () => {
  const [tile] = await goods('limit=1');
  const first = await see(`/product/${tile.slug}`);
  assert.equal(first.headers.get('cache-control'), 'private, no-cache');
  assert.equal((await see(`/product/${tile.slug}`, { 'If-None-Match': first.headers.get('etag') })).status, 304);
  const made = await owner.call('GET', `/v1/catalog/product/${tile.product_id}`);
  const changed = await owner.call('PUT', `/v1/catalog/product/${tile.product_id}`, { category_id: made.body.category_id, brand_id: made.body.brand_id, name: `${made.body.name} новый`, slug: tile.slug, warranty_days: 1, active: true });
  assert.ok(changed.status < 300, changed.text);
  assert.equal((await see(`/product/${tile.slug}`, { 'If-None-Match': first.headers.get('etag') })).status, 200);
});

test('the sitemap names every category and product once, each there to be read', async () => {
  const index = await anybody.call('GET', '/sitemap.xml');
  assert.match(index.headers.get('content-type'), /^application\/xml/);
  const urls = [];
  for (const [, part] of index.text.matchAll(/<loc>([^<]+)<\/loc>/g)) {
    const answer = await anybody.call('GET', new URL(part).pathname);
    assert.equal(answer.status, 200, part);
    assert.match(answer.text, /^<\?xml/);
    const list = [...answer.text.matchAll(/<url><loc>([^<]+)<\/loc>/g)].map((m) => m[1]);
    assert.ok(list.length <= 50_000);
    urls.push(...list);
    for (const [, day] of answer.text.matchAll(/<lastmod>([^<]+)<\/lastmod>/g)) assert.ok(!Number.isNaN(Date.parse(day)), day);
  }
  assert.equal(new Set(urls).size, urls.length);
  const { total } = (await anybody.call('GET', '/v1/catalog/search?limit=1')).body;
  const products = urls.filter((u) => u.includes('/product/'));
  assert.ok(products.length >= total, `${products.length} of ${total}`);
  assert.ok(urls.includes(`${server.url}/`));
  for (const url of [urls[1], products[0], products.at(-1)]) assert.equal((await see(new URL(url).pathname)).canonical, url);
  const packed = await fetch(`${server.url}/sitemap/categories.xml`, { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(packed.headers.get('content-encoding'), 'gzip');
});

test('robots are told where the sitemap is and what is not theirs', async () => {
  const robots = await anybody.call('GET', '/robots.txt');
  assert.match(robots.headers.get('content-type'), /^text\/plain/);
  assert.match(robots.text, new RegExp(`^Sitemap: ${server.url}/sitemap\\.xml$`, 'm'));
  for (const path of ['/till', '/desk', '/office']) assert.match(robots.text, new RegExp(`^Disallow: ${path}$`, 'm'));
  assert.doesNotMatch(robots.text, /^Disallow: \/(v1|assets|product|category|)$/m);
});

test("the site's own address is used when the chain has set one", async () => {
  const set = await owner.call('PUT', '/v1/setting/catalog.site_url', { value: 'https://shop.example.ru' });
  assert.ok(set.status < 300, set.text);
  assert.equal((await see('/')).canonical, 'https://shop.example.ru/');
  assert.match((await anybody.call('GET', '/robots.txt')).text, /^Sitemap: https:\/\/shop\.example\.ru\/sitemap\.xml$/m);
  await owner.call('DELETE', '/v1/setting/catalog.site_url');
});

test('a name in the request that is no name is not written into the page', async () => {
  const { request } = await import('node:http');
  const text = await new Promise((done, failed) => {
    const ask = request({ host: '127.0.0.1', port: server.port, path: '/', headers: { Host: '"><script>x' } }, (answer) => {
      let body = '';
      answer.on('data', (part) => (body += part)).on('end', () => done(body));
    });
    ask.on('error', failed);
    ask.end();
  });
  assert.doesNotMatch(text, /"><script>x/);
});
