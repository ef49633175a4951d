// What a customer allows to be sent; what he says by telephone or in a shop.
import { get, post, put } from './client';
import type { Shapes } from './shop';

export type Consents = Shapes['Consents'];
const of = (customer: string) => `/v1/customer/${customer}/consent`;

export const consents = (customer: string) => get<Consents>(of(customer));
export const putConsents = (customer: string, body: Shapes['ConsentTaken']) => put<Consents>(of(customer), body);
export const consentCode = (customer: string, body: Shapes['ConsentCode']) => post<Consents>(`${of(customer)}/code`, body);
