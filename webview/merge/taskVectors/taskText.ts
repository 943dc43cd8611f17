import {expertLabels, type TaskAnalysis, type TaskStatistics} from '../../../trainer/contract/run/taskAnalysis.ts';

/** What an analysis comes to, in a few sentences. */
export function taskSummary(analysis: TaskAnalysis): string {
  const {overall} = analysis;
  const labels = expertLabels(analysis);
  const sizes = overall.relativeNorms.map((size, i) => ({size: size ?? 0, label: labels[i] ?? ''}));
  const bySize = [...sizes].sort((a, b) => b.size - a.size);
  const [most, least] = [bySize[0], bySize.at(-1)];
  if (most === undefined || least === undefined) return '';
  if (sizes.length === 1) return `${most.label} has moved by ${shareText(most.size)} of the norm of the base.`;
  const moved = `${most.label} has moved farthest, by ${shareText(most.size)} of the norm of the base, ${least.label} least, by ${shareText(least.size)}.`;
  return [moved, ...pairSentence(overall, labels)].join(' ');
}

function pairSentence({cosines}: TaskStatistics, labels: readonly string[]): string[] {
  const pairs = cosines.flatMap((row, i) =>
    row.flatMap((cosine, j) => (cosine === null ? [] : [{cosine, names: `${labels[j]} and ${labels[i]}`}])),
  );
  const sorted = [...pairs].sort((a, b) => b.cosine - a.cosine);
  const [most, least] = [sorted[0], sorted.at(-1)];
  if (most === undefined || least === undefined) return [];
  const alike = `Most alike in direction are ${most.names} (cosine ${most.cosine.toFixed(3)})`;
  return [pairs.length === 1 ? `${alike}.` : `${alike}, least ${least.names} (${least.cosine.toFixed(3)}).`];
}

/** A share as a percentage of three digits. */
export function shareText(share: number | null | undefined): string {
  return share === null || share === undefined ? '–' : `${Number((100 * share).toPrecision(3))} %`;
}
