// Reads QR, EAN/UPC and Code 128 from a picture: bars by the parts of ZXing that we need,
// QR by jsQR, since ZXing's finds two to three of a hundred codes in no still picture.
import jsQR from 'jsqr';
import BarcodeFormat from '@zxing/library/esm/core/BarcodeFormat';
import BinaryBitmap from '@zxing/library/esm/core/BinaryBitmap';
import HybridBinarizer from '@zxing/library/esm/core/common/HybridBinarizer';
import type Reader from '@zxing/library/esm/core/Reader';
import Code128Reader from '@zxing/library/esm/core/oned/Code128Reader';
import MultiFormatUPCEANReader from '@zxing/library/esm/core/oned/MultiFormatUPCEANReader';
import RGBLuminanceSource from '@zxing/library/esm/core/RGBLuminanceSource';
import { kindOf, type Code, type Decoder } from './decode';

const readers: Reader[] = [new MultiFormatUPCEANReader(undefined as never), new Code128Reader()];

/* Brightness as the eye weighs it. */
function grey({ data, width, height }: ImageData): Uint8ClampedArray {
  const out = new Uint8ClampedArray(width * height);
  for (let k = 0, p = 0; k < out.length; k++, p += 4) out[k] = (data[p]! * 77 + data[p + 1]! * 150 + data[p + 2]! * 29) >> 8;
  return out;
}

function bars(picture: ImageData): Code | null {
  const bitmap = new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(grey(picture), picture.width, picture.height)));
  for (const reader of readers) {
    try {
      const found = reader.decode(bitmap);
      return { text: found.getText(), kind: kindOf(BarcodeFormat[found.getBarcodeFormat()] ?? '') };
    } catch {
      reader.reset(); // nothing of this kind in the picture
    }
  }
  return null;
}

export const decode: Decoder = async (picture) => {
  const qr = jsQR(picture.data, picture.width, picture.height, { inversionAttempts: 'dontInvert' });
  return qr?.data ? { text: qr.data, kind: 'qr' } : bars(picture);
};
