import type {ScoreResult} from '../verbs/score/scoreImages.ts';

/** Scores for people, a line each, with what they are of. */
export function scoreLines({scores, warnings, engine}: ScoreResult): string[] {
  return [engine.reason, ...scores.flatMap(networkLines), ...warnings.map((warning) => `Note: ${warning}`)];
}

function networkLines(score: ScoreResult['scores'][number]): string[] {
  const {network, images, referenceImages, frechetDistance, frechetInterval, kid, inceptionScore, precisionRecall} =
    score;
  const against = referenceImages === null ? '' : ` against ${referenceImages}`;
  const recipe = network === null ? '' : `: ${network.preprocessing}; ${network.weights.source}`;
  const lines = [`${score.features}, ${images ?? 'unknown number of'} images${against}${recipe}`];
  const add = (name: string, text: string) => lines.push(`  ${name.padEnd(18)} ${text}`);
  if (frechetDistance !== undefined) {
    const interval = frechetInterval && ` [${frechetInterval.map(digits).join(', ')}]`;
    add('Fréchet distance', `${digits(frechetDistance)}${interval ?? ''}`);
  }
  for (const {images, frechetDistance} of score.frechetBySize ?? [])
    add(`  of ${images} images`, digits(frechetDistance));
  if (kid) add('KID', `${digits(kid.mean)} ± ${digits(kid.deviation)} (${kid.subsets} subsets of ${kid.subsetSize})`);
  if (inceptionScore) {
    const {mean, deviation, splits} = inceptionScore;
    add('inception score', `${digits(mean)} ± ${digits(deviation)} (${splits} splits)`);
  }
  if (precisionRecall) {
    const {precision, recall, neighbours} = precisionRecall;
    add('precision, recall', `${digits(precision)}, ${digits(recall)} (${neighbours} neighbours)`);
  }
  if (score.cmmd !== undefined) add('CMMD', digits(score.cmmd));
  if (score.clipScore) {
    const {meanCosine, torchmetrics, clipScorePaper} = score.clipScore;
    add('CLIP score', `${digits(meanCosine)} (mean cosine, BK-SDM)`);
    add('', `${digits(torchmetrics)} (torchmetrics), ${digits(clipScorePaper)} (Hessel et al.)`);
  }
  return lines;
}

function digits(value: number): string {
  return String(Number(value.toPrecision(6)));
}
