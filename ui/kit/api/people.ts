// What the office asks about customers as sets: traits, segments, who is in them.
import { get, post, put } from './client';
import type { Page, Shapes } from './shop';

export type Trait = Shapes['TraitDefinition'];
export type Rule = Shapes['SegmentRule'];
export type Did = Shapes['SegmentDid'];
export type Segment = Omit<Shapes['Segment'], 'rule'> & { rule: Rule };
export type Version = Omit<Shapes['SegmentVersion'], 'rule'> & { rule: Rule };
export type Day = Shapes['SegmentDay'];
export type Member = Shapes['SegmentMember'];
export type Preview = Shapes['SegmentPreview'];
export type Count = Shapes['SegmentCount'];
export type Snapshot = Shapes['SegmentSnapshot'];
type Edit = { name: string; about?: string; rule: Rule };
type Words = Record<string, string | undefined>;

const whole = async <T>(path: string, ask: Words = {}) => (await get<{ items: T[] }>(path, ask)).items;
const base = '/v1/insight/segment';

export const traits = () => whole<Trait>('/v1/insight/trait');
export const segments = (state?: string) => whole<Segment>(base, { state });
export const segment = (id: string) => get<Segment>(`${base}/${id}`);
export const addSegment = (body: Edit) => post<Segment>(base, body);
export const putSegment = (was: Segment, body: Edit) => put<Segment>(`${base}/${was.id}`, body, `"${was.version}"`);
export const archive = (id: string) => post<Segment>(`${base}/${id}/archive`);
export const restore = (id: string) => post<Segment>(`${base}/${id}/restore`);
export const versions = (id: string) => whole<Version>(`${base}/${id}/version`);
export const days = (id: string) => whole<Day>(`${base}/${id}/day`, { days: '90' });
export const members = (id: string, after?: string, signal?: AbortSignal) => get<Page<Member>>(`${base}/${id}/member`, { limit: 50, after }, signal);
export const snapshots = (id: string) => whole<Snapshot>(`${base}/${id}/snapshot`);
export const addSnapshot = (id: string, name: string) => post<Snapshot>(`${base}/${id}/snapshot`, { name });

export const preview = (rule: Rule) => post<Preview>('/v1/insight/preview', { rule });
export const addCount = (rule: Rule) => post<Count>('/v1/insight/count', { rule });
export const countOf = (id: string) => get<Count>(`/v1/insight/count/${id}`);
