// Who works at this screen, and at which place.
import { Fault, put } from './api/client';
import * as shop from './api/shop';
import * as api from './api/till';
import { keep, kept } from './hint';

let who = $state.raw<api.Staff | null | undefined>();
let places = $state.raw<shop.Place[]>([]);
let fault = $state.raw<unknown>();

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
  get place(): shop.Place | undefined {
    return places.find((p) => p.id === who?.place_id);
  },
  /* Rights for the whole chain: he may choose where he works. */
  get roams(): boolean {
    return !!who?.roles.some((r) => !r.place_id || r.place_id === '0') || (who?.roles.length ?? 0) > 1;
  },
};

/* Whether this person may: what is not allowed is not offered. The server decides. */
export const can = (right: string): boolean => !!who?.rights.includes(right);

export const placeName = (id: string | undefined) => places.find((p) => p.id === id)?.name ?? '';

export async function workAt(place_id: string | undefined): Promise<void> {
  who = await put<api.Staff>('/v1/staff/me/place', { place_id });
}

/* Only who has logged in here before is asked for: a stranger needs no answer of
 * 401 to be shown the login. */
export async function begin(): Promise<void> {
  fault = undefined;
  if (!kept('staff')) {
    who = null;
    return;
  }
  try {
    const [me, all] = await Promise.all([api.staff(), shop.allPlaces()]);
    places = all;
    who = me;
  } catch (f) {
    if (f instanceof Fault && f.status === 401) {
      keep('staff', '');
      who = null;
    } else fault = f;
  }
}

export async function enter(login: string, password: string): Promise<void> {
  await api.login({ login, password });
  keep('staff', '1');
  await begin();
}

/* Let in by the device itself: nobody could be asked. */
export function enterHere(somebody: api.Staff, place: shop.Place): void {
  places = [place];
  who = somebody;
  fault = undefined;
}

export async function leave(): Promise<void> {
  if (who?.csrf) await api.logout(); // whom the device let in has no session to end
  keep('staff', '');
  who = null;
}
