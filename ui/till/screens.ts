// The till's screens, in the order of its keys.
import type Icon from 'kit/Icon.svelte';
import type { Place } from 'kit/api/shop';
import type { Key } from 'kit/i18n';
import type { Component, ComponentProps } from 'svelte';
import Handover from './Handover.svelte';
import Picking from './Picking.svelte';
import Sale from './Sale.svelte';
import Stock from './Stock.svelte';
import Aside from './floor/Aside.svelte';
import Compare from './floor/Compare.svelte';
import Count from './floor/Count.svelte';
import Goods from './floor/Goods.svelte';
import MyDay from './floor/MyDay.svelte';
import PersonScreen from './floor/Person.svelte';
import Return from './floor/Return.svelte';
import Tasks from './floor/Tasks.svelte';

export interface Screen {
  path: string;
  key: string;
  icon: ComponentProps<typeof Icon>['name'];
  name: Key;
  show: Component<{ place: Place }>;
}

export const screens: Screen[] = [
  { path: '/till', key: 'F1', icon: 'scan', name: 'till.sale', show: Sale },
  { path: '/till/picking', key: 'F2', icon: 'list', name: 'till.picking', show: Picking },
  { path: '/till/handover', key: 'F3', icon: 'hand', name: 'till.handover', show: Handover },
  { path: '/till/stock', key: 'F4', icon: 'box', name: 'till.stock', show: Stock },
  { path: '/till/return', key: 'F7', icon: 'sync', name: 'till.return', show: Return },
  { path: '/till/person', key: 'Alt+1', icon: 'user', name: 'till.person', show: PersonScreen },
  { path: '/till/compare', key: 'Alt+2', icon: 'columns', name: 'till.compare', show: Compare },
  { path: '/till/count', key: 'Alt+3', icon: 'check', name: 'till.count', show: Count },
  { path: '/till/goods', key: 'Alt+4', icon: 'truck', name: 'till.goods', show: Goods },
  { path: '/till/day', key: 'Alt+5', icon: 'chart', name: 'till.day', show: MyDay },
  { path: '/till/aside', key: 'Alt+6', icon: 'alert', name: 'till.aside', show: Aside },
  { path: '/till/tasks', key: 'Alt+7', icon: 'calendar', name: 'till.tasks', show: Tasks },
];
