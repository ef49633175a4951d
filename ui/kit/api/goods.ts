// What those ask of the server who keep the catalogue, its prices, the places, and the
// files that come and go.
import { cookie, del, Fault, get, getTagged, post, put, write } from './client';
import type { Page, Shapes } from './shop';

export type Row = Shapes['OfficeProduct'];
export type Product = Shapes['Product'];
export type ProductInput = Shapes['ProductInput'];
export type Variant = Shapes['Variant'];
export type VariantInput = Shapes['VariantInput'];
export type Card = Shapes['ProductCard'];
export type Category = Shapes['Category'];
export type Spec = Shapes['Spec'];
export type Price = Shapes['Price'];
export type PriceList = Shapes['PriceList'];
export type Bulk = Shapes['Bulk'];
export type BulkRow = Shapes['BulkRow'];
export type BulkAsk = Shapes['BulkAsk'];
export type Place = Shapes['Place'];
export type PlaceDay = Shapes['PlaceDay'];
export type Region = Shapes['Region'];
export type Tie = Shapes['ExchangeKey'];

type Words = Record<string, string | undefined>;
const list =
  <T>(path: string) =>
  (ask: Words, after?: string, signal?: AbortSignal) =>
    get<Page<T>>(path, { ...ask, limit: 50, after }, signal);

export const products = list<Row>('/v1/catalog/product');
export const card = (id: string) => getTagged<Card>(`/v1/catalog/product/${id}/card`);
export const putProduct = (id: string | undefined, body: ProductInput, tag?: string) =>
  id ? write<Product>('PUT', `/v1/catalog/product/${id}`, body, tag) : post<Product>('/v1/catalog/product', body);
export const putVariant = (id: string | undefined, body: VariantInput) => (id ? put<Variant>(`/v1/catalog/variant/${id}`, body) : post<Variant>('/v1/catalog/variant', body));
export const pricesOf = (variant: string) => get<{ items: Price[] }>(`/v1/catalog/variant/${variant}/price`);
export const putPrice = (price: Shapes['PriceInput']) => put('/v1/catalog/price', { items: [price] });
export const priceLists = () => get<{ items: PriceList[] }>('/v1/catalog/price-list');
export const specs = () => get<{ items: Spec[] }>('/v1/catalog/spec');
export const tree = () => get<{ items: Category[] }>('/v1/catalog/category');
export const putCategory = (id: string | undefined, body: Shapes['CategoryInput']) =>
  id ? put<Category>(`/v1/catalog/category/${id}`, body) : post<Category>('/v1/catalog/category', body);
export const brands = list<Shapes['Brand']>('/v1/catalog/brand');
export const putBrand = (id: string | undefined, body: Shapes['BrandInput']) =>
  id ? put<Shapes['Brand']>(`/v1/catalog/brand/${id}`, body) : post<Shapes['Brand']>('/v1/catalog/brand', body);

export const bulks = list<Bulk>('/v1/catalog/bulk');
export const bulk = (id: string) => get<Bulk>(`/v1/catalog/bulk/${id}`);
export const bulkRows = (id: string, ask: Words, after?: string, signal?: AbortSignal) => list<BulkRow>(`/v1/catalog/bulk/${id}/row`)(ask, after, signal);
export const askBulk = (body: BulkAsk) => post<Bulk>('/v1/catalog/bulk', body);
export const applyBulk = (id: string) => post<Bulk>(`/v1/catalog/bulk/${id}/apply`);
export const undoBulk = (id: string) => post<Bulk>(`/v1/catalog/bulk/${id}/undo`);
export const dropBulk = (id: string) => del(`/v1/catalog/bulk/${id}`);

export const places = list<Place>('/v1/place');
export const place = (id: string) => getTagged<Place>(`/v1/place/${id}`);
export const putPlace = (id: string | undefined, body: Shapes['PlaceInput'], tag?: string) =>
  id ? write<Place>('PUT', `/v1/place/${id}`, body, tag) : post<Place>('/v1/place', body);
export const placeDays = (id: string) => get<{ items: PlaceDay[] }>(`/v1/place/${id}/day`);
export const putPlaceDay = (id: string, body: Shapes['PlaceDayInput']) => put(`/v1/place/${id}/day`, body);
export const regions = list<Region>('/v1/region');
export const putRegion = (id: string | undefined, body: Shapes['RegionInput']) => (id ? put<Region>(`/v1/region/${id}`, body) : post<Region>('/v1/region', body));

export const ties = list<Tie>('/v1/exchange/key');
export const putTie = (body: Shapes['ExchangeKeyInput']) => put('/v1/exchange/key', body);
export const again = (id: string, dry_run: boolean) => post<{ id: string }>(`/v1/exchange/run/${id}/again`, { dry_run });
export const rejects = (id: string) => list<Shapes['ExchangeReject']>(`/v1/exchange/run/${id}/reject`);

/* A file as it is; `hear` is told how much of it has gone. */
export function upload(path: string, file: File, hear: (share: number) => void): Promise<{ id: string }> {
  return new Promise((done, failed) => {
    const line = new XMLHttpRequest();
    line.open('POST', path);
    line.setRequestHeader('content-type', 'application/octet-stream');
    line.setRequestHeader('accept', 'application/json');
    line.setRequestHeader('x-csrf-token', cookie('prilavok_csrf') ?? '');
    line.upload.onprogress = (e) => hear(e.lengthComputable ? e.loaded / e.total : 0);
    line.onerror = () => failed(new TypeError('offline'));
    line.onload = () => {
      const body = line.responseText ? JSON.parse(line.responseText) : undefined;
      if (line.status < 300) done(body);
      else failed(new Fault(line.status, body?.errors ?? body?.faults ?? [{ code: body?.code ?? 'internal' }], body?.request_id));
    };
    line.send(file);
  });
}
