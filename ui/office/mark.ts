// The colour of a state, for every list of the office.
export function mark(state: string): string {
  if (state === 'done' || state === 'sent') return 'good';
  if (state === 'failed' || state === 'parked') return 'bad';
  return state === 'running' ? 'warn' : '';
}
