// Where the office shows what an alert is about.
import type { Alert } from 'kit/api/office';

const pages: Record<string, (a: Alert) => string> = {
  orders_overdue: (a) => `/office/order${a.place_id ? `?place_id=${a.place_id}` : ''}`,
  stock_short: (a) => `/office/level?only=short${a.place_id ? `&place_id=${a.place_id}` : ''}`,
  stock_negative: (a) => `/office/level?only=negative${a.place_id ? `&place_id=${a.place_id}` : ''}`,
  source_late: () => '/office/source',
  exchange_failed: (a) => (a.subject_id ? `/office/run/${a.subject_id}` : '/office/run'),
  exchange_rejects: (a) => (a.subject_id ? `/office/run/${a.subject_id}` : '/office/run'),
  job_parked: () => '/office/job?state=parked',
  schedule_failing: () => '/office/job',
  message_failed: () => '/office/message?state=failed',
  task_overdue: (a) => `/office/task?overdue=1${a.place_id ? `&place_id=${a.place_id}` : ''}`,
  bulk_read: () => '/office/audit?what=staff.bulk_read',
  webhook_failing: (a) => (a.subject_id ? `/office/webhook/${a.subject_id}` : '/office/webhook'),
};

export const alertLink = (a: Alert): string => pages[a.kind]?.(a) ?? '/office';
