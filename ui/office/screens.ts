// What the office has: one row a screen. A screen is loaded when it is opened, and
// offered to who may use it; the server decides.
import type { Component } from 'svelte';
import type { IconName } from 'kit/icons';
import type { Key } from 'kit/i18n';

export interface Screen {
  path: string;
  name: Key;
  icon: IconName;
  right: string;
  load: () => Promise<{ default: Component<{ id: string }> | Component }>;
  /* Reached from another screen: not in the list at the side. */
  inside?: boolean;
}

export const groups: { name: Key; screens: Screen[] }[] = [
  {
    name: 'office.g_today',
    screens: [
      { path: '/office', name: 'office.now', icon: 'home', right: 'staff', load: () => import('./today/Now.svelte') },
      { path: '/office/task', name: 'office.tasks', icon: 'check', right: 'staff', load: () => import('./today/Tasks.svelte') },
      { path: '/office/order', name: 'office.orders', icon: 'box', right: 'order_read', load: () => import('./today/Orders.svelte') },
    ],
  },
  {
    name: 'office.g_people',
    screens: [
      { path: '/office/customer', name: 'office.customers', icon: 'user', right: 'customer_read', load: () => import('./people/Customers.svelte') },
      { path: '/office/segment', name: 'segment.segments', icon: 'chart', right: 'segments', load: () => import('./people/Segments.svelte') },
      { path: '/office/segment/:id', name: 'segment.segments', icon: 'chart', right: 'segments', load: () => import('./people/Segment.svelte'), inside: true },
      { path: '/office/person', name: 'same.title', icon: 'link', right: 'customer_write', load: () => import('./person/Person.svelte') },
      { path: '/office/consent', name: 'consents.title', icon: 'check', right: 'privacy', load: () => import('./people/Consents.svelte') },
      { path: '/office/privacy', name: 'privacy.title', icon: 'hand', right: 'privacy', load: () => import('./people/Privacy.svelte') },
      { path: '/office/term', name: 'terms.title', icon: 'clock', right: 'privacy', load: () => import('./people/Terms.svelte') },
    ],
  },
  {
    name: 'office.g_goods',
    screens: [
      { path: '/office/product', name: 'wares.products', icon: 'box', right: 'catalog_write', load: () => import('./goods/Products.svelte') },
      { path: '/office/product/:id', name: 'wares.products', icon: 'box', right: 'catalog_write', load: () => import('./goods/Product.svelte'), inside: true },
      { path: '/office/bulk', name: 'wares.bulks', icon: 'edit', right: 'catalog_write', load: () => import('./goods/Bulks.svelte') },
      { path: '/office/bulk/:id', name: 'wares.bulks', icon: 'edit', right: 'catalog_write', load: () => import('./goods/Bulk.svelte'), inside: true },
      { path: '/office/group', name: 'wares.groups', icon: 'list', right: 'catalog_write', load: () => import('./goods/Groups.svelte') },
      { path: '/office/place', name: 'places.places', icon: 'shop', right: 'place_write', load: () => import('./places/Places.svelte') },
      { path: '/office/place/:id', name: 'places.places', icon: 'shop', right: 'place_write', load: () => import('./places/Place.svelte'), inside: true },
      { path: '/office/region', name: 'places.regions', icon: 'pin', right: 'place_write', load: () => import('./places/Regions.svelte') },
    ],
  },
  {
    name: 'office.g_stock',
    screens: [
      { path: '/office/level', name: 'office.levels', icon: 'list', right: 'stock_read', load: () => import('./stock/Levels.svelte') },
      { path: '/office/move', name: 'office.moves', icon: 'sync', right: 'stock_read', load: () => import('./stock/Moves.svelte') },
      { path: '/office/transfer', name: 'office.transfers', icon: 'truck', right: 'stock_read', load: () => import('./stock/Transfers.svelte') },
      { path: '/office/transfer/:id', name: 'office.transfers', icon: 'truck', right: 'stock_read', load: () => import('./stock/Transfer.svelte'), inside: true },
      { path: '/office/count', name: 'office.counts', icon: 'scan', right: 'stock_read', load: () => import('./stock/Counts.svelte') },
      { path: '/office/count/:id', name: 'office.counts', icon: 'scan', right: 'stock_read', load: () => import('./stock/Count.svelte'), inside: true },
      { path: '/office/source', name: 'office.sources', icon: 'clock', right: 'operate', load: () => import('./stock/Sources.svelte') },
    ],
  },
  {
    name: 'office.g_links',
    screens: [
      { path: '/office/run', name: 'office.exchange', icon: 'load', right: 'exchange', load: () => import('./links/Runs.svelte') },
      { path: '/office/run/:id', name: 'office.exchange', icon: 'load', right: 'exchange', load: () => import('./links/Run.svelte'), inside: true },
      { path: '/office/tie', name: 'wares.ties', icon: 'link', right: 'exchange', load: () => import('./links/Ties.svelte') },
      { path: '/office/message', name: 'office.messages', icon: 'phone', right: 'operate', load: () => import('./links/Messages.svelte') },
      { path: '/office/webhook', name: 'house.webhooks', icon: 'link', right: 'operate', load: () => import('./house/Webhooks.svelte') },
      { path: '/office/track', name: 'track.name', icon: 'scan', right: 'operate', load: () => import('./track/Track.svelte') },
      { path: '/office/webhook/:id', name: 'house.webhooks', icon: 'link', right: 'operate', load: () => import('./house/Webhook.svelte'), inside: true },
    ],
  },
  {
    name: 'office.g_house',
    screens: [
      { path: '/office/staff', name: 'house.staff', icon: 'user', right: 'staff_admin', load: () => import('./house/Staff.svelte') },
      { path: '/office/staff/:id', name: 'house.staff', icon: 'user', right: 'staff_admin', load: () => import('./house/Account.svelte'), inside: true },
      { path: '/office/role', name: 'house.roles', icon: 'hand', right: 'staff_admin', load: () => import('./house/Roles.svelte') },
      { path: '/office/key', name: 'house.keys', icon: 'link', right: 'staff_admin', load: () => import('./house/Keys.svelte') },
      { path: '/office/till', name: 'house.tills', icon: 'device', right: 'tills', load: () => import('./house/Tills.svelte') },
      { path: '/office/setting', name: 'house.settings', icon: 'filter', right: 'settings', load: () => import('./house/Settings.svelte') },
      { path: '/office/audit', name: 'house.audit', icon: 'list', right: 'audit_read', load: () => import('./house/Audit.svelte') },
      { path: '/office/taken', name: 'taken.title', icon: 'load', right: 'audit_read', load: () => import('./house/Taken.svelte') },
      { path: '/office/job', name: 'office.jobs', icon: 'keyboard', right: 'operate', load: () => import('./house/Jobs.svelte') },
      { path: '/office/event', name: 'house.events', icon: 'sync', right: 'operate', load: () => import('./house/Events.svelte') },
    ],
  },
];

export const screens = groups.flatMap((group) => group.screens);
