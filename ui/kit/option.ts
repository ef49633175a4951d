/* One of many, as lists that are found by typing show it. */
export interface Option {
  value: string;
  text: string;
  note?: string;
}
