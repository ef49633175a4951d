// What a file with people is a list of, in words; its filters as they were asked.
import type { TakenFile } from 'kit/api/house';
import { word } from 'kit/i18n';

/* "/v1/insight/segment/{id}/member" is "insight_segment_id_member". */
const slug = (what: string) => what.replace('/v1/', '').split(/\W+/).filter(Boolean).join('_');

export const listName = (f: TakenFile) => word('taken_list', slug(f.what));

export function filters(f: TakenFile): string {
  const [, asked = ''] = f.list.split('?');
  return [...new URLSearchParams(asked)].filter(([name]) => !['limit', 'after'].includes(name)).map(([name, value]) => `${name} = ${value}`).join(', ');
}
