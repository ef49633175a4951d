// The colour of a transfer's state.
export const transferMark = (state: string): string => (state === 'received' ? 'good' : state === 'sent' ? 'warn' : '');
