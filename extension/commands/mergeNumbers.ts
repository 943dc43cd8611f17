/** `0.1, -0.2`: a weight for each expert; or what is wrong with the text. */
export function parseWeights(text: string, experts: number): number[] | string {
  const parts = text.split(',').map((part) => part.trim());
  const weights = parts.map((part) => (part === '' ? NaN : Number(part)));
  const bad = weights.findIndex((weight) => !Number.isFinite(weight));
  if (bad >= 0) return parts[bad] === '' ? 'Numbers with commas between them' : `${parts[bad]} is not a number`;
  return weights.length === experts ? weights : `${experts} experts need ${experts} weights, not ${weights.length}`;
}

/** `0-249, 250-499`: the first and the last timestep of each expert, as [low, high); none for an empty text; or what is wrong with it. */
export function parseRanges(text: string, experts: number): [number, number][] | string {
  if (text.trim() === '') return [];
  const ranges: [number, number][] = [];
  for (const part of text.split(',')) {
    const [, low, last] = /^\s*(\d{1,9})\s*-\s*(\d{1,9})\s*$/.exec(part) ?? [];
    if (low === undefined || last === undefined || Number(last) < Number(low)) {
      return `${part.trim() || 'An empty part'} is not the first and the last timestep, as in 0-249`;
    }
    ranges.push([Number(low), Number(last) + 1]);
  }
  return ranges.length === experts ? ranges : `${experts} experts need ${experts} ranges or none, not ${ranges.length}`;
}
