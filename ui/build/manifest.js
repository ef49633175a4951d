// What a phone must know to put the shop on its home screen, in both languages.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const words = {
  ru: {
    name: 'Прилавок — электроника',
    short_name: 'Прилавок',
    description: 'Видно, в каком магазине товар есть прямо сейчас. Отложите его бесплатно или закажите и заберите по коду.',
    search: 'Поиск',
    basket: 'Корзина',
    orders: 'Мои заказы',
  },
  en: {
    name: 'Prilavok — electronics',
    short_name: 'Prilavok',
    description: 'See which shop has it right now. Reserve it for free, or order it and collect it with a code.',
    search: 'Search',
    basket: 'Basket',
    orders: 'My orders',
  },
};
const icon = (name, size, more = {}) => ({ src: `/${name}.png`, sizes: `${size}x${size}`, type: 'image/png', ...more });

function manifest(lang) {
  const w = words[lang];
  const shortcut = (name, url) => ({ name, url, icons: [icon('icon-192', 192)] });
  return {
    id: '/',
    lang,
    dir: 'ltr',
    name: w.name,
    short_name: w.short_name,
    description: w.description,
    start_url: '/',
    scope: '/',
    display: 'standalone',
    background_color: '#f6f5f2',
    theme_color: '#ffffff',
    categories: ['shopping'],
    icons: [
      icon('icon-192', 192),
      icon('icon-512', 512),
      icon('icon-maskable-512', 512, { purpose: 'maskable' }),
      { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' },
    ],
    shortcuts: [shortcut(w.search, '/search'), shortcut(w.basket, '/basket'), shortcut(w.orders, '/orders')],
  };
}

export function manifests(dist) {
  writeFileSync(join(dist, 'manifest.webmanifest'), JSON.stringify(manifest('ru')));
  writeFileSync(join(dist, 'manifest.en.webmanifest'), JSON.stringify(manifest('en')));
}
