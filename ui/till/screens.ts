// The till's screens, in the order of its keys.
import type Icon from 'kit/Icon.svelte';
import type { Place } from 'kit/api/shop';
import type { Key } from 'kit/i18n';
import type { Component, ComponentProps } from 'svelte';
import Handover from './Handover.svelte';
import Picking from './Picking.svelte';
import Sale from './Sale.svelte';
import Stock from './Stock.svelte';

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
];
