import type {SearchCheck} from '../../contract/run/report.ts';
import {summariseHeldOut} from '../../evaluate/heldOutSummary.ts';
import {ensembleTable, type LossTable} from '../../evaluate/lossTable.ts';
import {baselineCandidates, scaledUnit} from '../../merge/search/baselineCandidates.ts';
import {applyWeights, applyWeightsBy} from '../../merge/blend.ts';
import type {WeightsOf} from '../../merge/files/incrementalMerge.ts';
import {disposeParams, type Params} from '../../nn/params.ts';
import type {LabHeldOut, MergeLab} from './mergeLab.ts';

/** A merge to be checked: its weights, and how they are assigned to tensors. */
export interface CheckedMerge {
  readonly model: string;
  readonly weights: readonly number[];
  readonly weightsOf?: WeightsOf;
}

/**
 * Measures the result of a search, the baseline candidates and the ensemble on images that the search has not seen, merging each from scratch. Models
 * whose loss is not finite are left out.
 */
export async function checkSearch(
  lab: MergeLab,
  heldOut: LabHeldOut,
  found: readonly CheckedMerge[],
  onModel: (done: number, total: number) => Promise<void>,
): Promise<SearchCheck> {
  const always = baselineCandidates(lab.vectors.length);
  const merges = [...always.map(({weights, origin}): CheckedMerge => ({model: origin, weights})), ...found];
  const tables = new Map<string, LossTable>();
  for (const merge of merges) {
    await onModel(tables.size, merges.length + 1);
    tables.set(merge.model, await mergeLosses(lab, heldOut, merge));
  }
  await onModel(merges.length, merges.length + 1);
  tables.set('ensemble', await ensembleLosses(lab, heldOut));
  const base = tables.get('base');
  if (base === undefined) throw new Error('every search tries the base');
  return {
    images: heldOut.draws.imageCount,
    timestepsPerRange: heldOut.draws.timestepsPerRange,
    models: [...tables]
      .filter(([, table]) => table.values.every(Number.isFinite))
      .map(([model, table]) => {
        const {mean, standardError, differenceToBase} = summariseHeldOut(table, base);
        return {model, loss: {mean, standardError}, differenceToBase};
      }),
  };
}

/** Losses of one merge, from base and task vectors. */
export async function mergeLosses(
  lab: MergeLab,
  heldOut: LabHeldOut,
  {weights, weightsOf = (vector) => vector}: Omit<CheckedMerge, 'model'>,
): Promise<LossTable> {
  return measured(
    lab,
    heldOut,
    applyWeightsBy(lab.base, lab.vectors, (name) => weightsOf(weights, name)),
  );
}

/** Losses of the experts, each on its own range: the gain from decoupling before merging. */
export async function ensembleLosses(lab: MergeLab, heldOut: LabHeldOut): Promise<LossTable> {
  const count = lab.vectors.length;
  const tables: LossTable[] = [];
  for (let i = 0; i < count; i++) {
    tables.push(await measured(lab, heldOut, applyWeights(lab.base, lab.vectors, scaledUnit(count, i, 1)), [i]));
  }
  return ensembleTable(tables);
}

async function measured(
  lab: MergeLab,
  heldOut: LabHeldOut,
  params: Params,
  onlyRanges?: readonly number[],
): Promise<LossTable> {
  try {
    return await lab.losses(params, heldOut, onlyRanges);
  } finally {
    disposeParams(params);
  }
}
