/** Guidance of the pipelines of diffusers. */
export const usualGuidance = 7.5;

/** The grid of about `images` samples that prompts get: a row for each, as far as there are images, and as many columns. */
export function promptGridSize(prompts: number, images: number): {rows: number; columns: number} {
  const rows = Math.min(prompts, images);
  return {rows, columns: rows === 0 ? 0 : Math.floor(images / rows)};
}
