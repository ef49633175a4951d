// A list as a file for a spreadsheet: the same question as on the screen.
import { withQuery, type Query } from 'kit/api/client';
import { can } from 'kit/staff.svelte';
import type { Ask } from 'kit/table/types';

/* `path`: the list's; `asked`: how the screen's filters are called there. Offered only
 * to whoever may take lists away. */
export const exportsOf = (path: string, asked: (ask: Ask) => Query = (ask) => ask) =>
  can('export')
    ? (ask: Ask, format: 'csv' | 'xlsx') => {
        const { sort: _, ...rest } = ask;
        return withQuery('/v1/export', { format, list: withQuery(path, asked(rest)) });
      }
    : undefined;
