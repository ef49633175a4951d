// Orders for the gallery's table: always the same.
import { tone } from '../state';

export const state_tone = tone;
export const cities = ['Абакан', 'Екатеринбург', 'Казань', 'Москва', 'Нижний Новгород', 'Орёл', 'Санкт-Петербург'];
const names = ['Анна Белова', 'Борис Годин', 'Вера Ильина', 'Глеб Ким', 'Дарья Лосева', 'Егор Мельников', 'Жанна Орлова', 'Зоя Панина', 'Константин Константинопольский'];
const states = ['placed', 'picking', 'ready', 'done', 'cancelled'];

export interface MadeOrder {
  id: string;
  number: string;
  person: string;
  state: string;
  city: string;
  at: string;
  total: number;
}

export const orders: MadeOrder[] = Array.from({ length: 137 }, (_, k) => ({
  id: String(k + 1),
  number: `П-${10_000 + k * 7}`,
  person: names[(k * 5) % names.length]!,
  state: states[(k * 3) % states.length]!,
  city: cities[(k * 11) % cities.length]!,
  at: new Date(Date.UTC(2026, 10, 21, 15) - k * 5_400_000).toISOString(),
  total: 99_000 + ((k * 7919) % 500) * 12_300,
}));
