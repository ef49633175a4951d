// What whoever sits here has to do today. It is asked for again every minute; what is
// due soon is said once, on whatever page of the desk he is.
import * as api from 'kit/api/desk';
import { time } from 'kit/format';
import { t, word } from 'kit/i18n';
import { Loaded } from 'kit/load.svelte';
import { tell } from 'kit/toast.svelte';

const every_ms = 60_000;
const ahead_ms = 15 * 60_000;
const list = new Loaded<api.Today>();
const said = new Set<string>();

export const wordsOf = (x: api.Task) => x.body ?? word('task_code', x.code);
export const late = (x: api.Task) => !!x.due_at && new Date(x.due_at) < new Date();

function midnight(): string {
  const end = new Date();
  end.setHours(24, 0, 0, 0);
  return end.toISOString();
}

/* What was late when the desk was opened stands in the list, and is not called out. */
function remind(first: boolean): void {
  const now = Date.now();
  for (const x of list.value?.items ?? []) {
    const due = Date.parse(x.due_at!);
    const key = `${x.id} ${x.due_at}`;
    if (due > now + ahead_ms || said.has(key)) continue;
    said.add(key);
    if (due > now) tell(t('desk.task_soon', { at: time(x.due_at!), what: wordsOf(x) }));
    else if (!first) tell(t('desk.task_now', { what: wordsOf(x) }));
  }
}

export const today = {
  get list() {
    return list.value;
  },
  get fault() {
    return list.fault;
  },
  async again(): Promise<void> {
    await list.load(() => api.today(midnight()));
    remind(false);
  },
  /* Until the returned function is called. */
  follow(): () => void {
    void list.load(() => api.today(midnight())).then(() => remind(true));
    const timer = setInterval(() => void today.again(), every_ms);
    return () => clearInterval(timer);
  },
};
