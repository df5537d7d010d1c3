/** side is the longest side of what is sent, in pixels: the gateway keeps no more. */
export const side = 2048;

/** within returns a size of the same shape whose longest side is at most `most`. */
export function within(width: number, height: number, most: number): [number, number] {
  const by = Math.min(1, most / Math.max(width, height));
  return [Math.max(1, Math.round(width * by)), Math.max(1, Math.round(height * by))];
}

/**
 * shrink draws a photo anew before it is sent: what a telephone takes is slow over the
 * network of a corridor, and where it was taken need not leave the telephone. What this
 * browser cannot draw is sent as it is, for the gateway to judge.
 */
export async function shrink(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => undefined);
  if (bitmap === undefined) return file;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = within(bitmap.width, bitmap.height, side);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const drawn = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.85));
  return drawn ?? file;
}
