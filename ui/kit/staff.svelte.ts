// Who works at this screen, and at which place.
import { Fault } from './api/client';
import * as shop from './api/shop';
import * as api from './api/till';

let who = $state.raw<api.Staff | null | undefined>();
let places = $state.raw<shop.Place[]>([]);
let placeId = $state(remembered());
let fault = $state.raw<unknown>();

function remembered(): string {
  try {
    return localStorage.getItem('till.place') ?? '';
  } catch {
    return '';
  }
}

export const at = {
  /* null: nobody; undefined: not known yet. */
  get who() {
    return who;
  },
  get fault() {
    return fault;
  },
  get places() {
    return places;
  },
  /* Staff of one place work there; others choose. */
  get place(): shop.Place | undefined {
    const bound = who?.place_id && who.place_id !== '0' ? who.place_id : placeId;
    return places.find((p) => p.id === bound);
  },
  get bound(): boolean {
    return !!who?.place_id && who.place_id !== '0';
  },
};

export const placeName = (id: string | undefined) => places.find((p) => p.id === id)?.name ?? '';

export function workAt(id: string): void {
  placeId = id;
  try {
    localStorage.setItem('till.place', id);
  } catch {
    // remembered until the page is left
  }
}

export async function begin(): Promise<void> {
  fault = undefined;
  try {
    who = await api.staff();
    places = await shop.allPlaces();
  } catch (f) {
    if (f instanceof Fault && f.status === 401) who = null;
    else fault = f;
  }
}

export async function enter(login: string, password: string): Promise<void> {
  await api.login({ login, password });
  await begin();
}

export async function leave(): Promise<void> {
  await api.logout();
  who = null;
}
