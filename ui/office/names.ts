// What the server calls by names of its own, in people's words: kinds of jobs, facts, and
// what a webhook listens to. A name newer than this page is shown as it came.
import { t, word } from 'kit/i18n';

const known = (name: string, words: string) => (words.includes('_') ? name : words);

export const jobName = (kind: string): string => known(kind, word('job_kind', kind.replace('.', '_')));
export const listenerName = (name: string): string => known(name, word('listener', name.replace('.', '_')));
export const factName = (name: string): string => known(name, word('fact', name.replace('.', '_')));

/* "order.*", "*", or one fact. */
export function topicName(topic: string): string {
  if (topic === '*') return t('house.all_facts');
  return topic.endsWith('.*') ? t('house.all_of', { room: word('room', topic.slice(0, -2)) }) : factName(topic);
}
