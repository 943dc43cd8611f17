/** Whether the numbers at the left edge of a chart, where nothing else is drawn, are light or dark. */
export function lettering(canvas: Element): 'light' | 'dark' {
  const {height} = canvas as HTMLCanvasElement;
  const data = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, 12, height).data ?? [];
  let balance = 0;
  for (let i = 0; i < data.length; i += 4) if ((data[i + 3] ?? 0) > 128) balance += (data[i] ?? 0) > 128 ? 1 : -1;
  return balance > 0 ? 'light' : 'dark';
}

/** Number of colours in a PNG file; runs in the page. */
export async function countColours(png: Uint8Array): Promise<number> {
  const bitmap = await createImageBitmap(new Blob([new Uint8Array(png)], {type: 'image/png'}));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d');
  context?.drawImage(bitmap, 0, 0);
  const data = context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? new Uint8ClampedArray();
  return new Set(new Uint32Array(data.buffer)).size;
}

/** Hues of the pixels of a canvas that are not grey, in steps of 30 degrees. */
export function coloursOf(canvas: Element): number[] {
  const {width, height} = canvas as HTMLCanvasElement;
  const data = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
  const hues = new Set<number>();
  for (let i = 0; i < data.length; i += 4) {
    const [red = 0, green = 0, blue = 0] = [data[i], data[i + 1], data[i + 2]];
    const [max, min] = [Math.max(red, green, blue), Math.min(red, green, blue)];
    if ((data[i + 3] ?? 0) < 200 || max - min < 50) continue;
    const hue =
      max === red
        ? (green - blue) / (max - min)
        : max === green
          ? 2 + (blue - red) / (max - min)
          : 4 + (red - green) / (max - min);
    hues.add(Math.round(((hue + 6) % 6) * 2) % 12);
  }
  return [...hues];
}

/** Whether blue, orange, green and purple are among the hues. */
export async function drawnColours(hues: Promise<number[]>): Promise<boolean[]> {
  const found = await hues;
  return [7, 1, 4, 9].map((hue) => found.includes(hue));
}

/** The pictures of canvases, one by one. */
export function dataUris(canvases: Element[]): string[] {
  return canvases.map((canvas) => (canvas as HTMLCanvasElement).toDataURL());
}
