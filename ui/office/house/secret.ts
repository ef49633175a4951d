// A password somebody else has to type once: without letters that look alike.
const letters = 'abcdefghkmnpqrstuvwxyzABCDEFGHKMNPQRSTUVWXYZ23456789';
const length = 14;

export function invent(): string {
  let out = '';
  while (out.length < length) {
    const [byte = 255] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < letters.length * Math.floor(256 / letters.length)) out += letters[byte % letters.length];
  }
  return out;
}
