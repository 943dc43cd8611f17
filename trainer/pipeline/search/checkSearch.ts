import type {SearchConfig} from '../../contract/config/searchConfig.ts';
import type {SearchCheck} from '../../contract/run/report.ts';
import {summariseHeldOut} from '../../evaluate/heldOutSummary.ts';
import {ensembleTable, type LossTable} from '../../evaluate/lossTable.ts';
import {baselineCandidates, scaledUnit} from '../../merge/search/baselineCandidates.ts';
import {applyWeights} from '../../merge/blend.ts';
import {disposeParams, type Params} from '../../nn/params.ts';
import {orStop, progress, warn, type StageContext} from '../stages/stageContext.ts';
import {fewestTestImages} from './distancePlan.ts';
import type {LabHeldOut} from './labHeldOut.ts';
import type {MergeLab} from './mergeLab.ts';
import {searchCounts} from './searchEffort.ts';

/** A merge to be checked. */
export interface CheckedMerge {
  readonly model: string;
  /** Makes its weights, which are disposed of once they are measured. */
  params(): Params;
}

/**
 * Measures the held-out loss of what a search has found, of the baseline candidates and of the ensemble on test images, which the search has not seen,
 * merging each from scratch. Models whose loss is not finite are left out. Null if there are too few images. Throws `Stopped`.
 */
export async function checkSearch(
  context: StageContext,
  lab: MergeLab,
  {images, timesteps, seed}: SearchConfig,
  found: readonly CheckedMerge[],
): Promise<SearchCheck | null> {
  if (lab.data.test.size < fewestTestImages) {
    warn(context)('There are no test images, so the result of the search is not checked on images it has not seen.');
    return null;
  }
  const heldOut = await lab.heldOut({part: 'test', images, timesteps, seed});
  const always = baselineCandidates(lab.vectors.length).map(({weights, origin}) => ({
    model: origin,
    params: () => applyWeights(lab.base, lab.vectors, weights),
  }));
  const merges = [...always, ...found];
  const report = progress(context, searchCounts.checked);
  const next = async (done: number) => {
    await orStop(context);
    report(done, merges.length + 1);
  };
  const tables = new Map<string, LossTable>();
  for (const {model, params} of merges) {
    await next(tables.size);
    tables.set(model, await mergeLosses(lab, heldOut, params()));
  }
  await next(merges.length);
  tables.set('ensemble', await ensembleLosses(lab, heldOut));
  return summary(heldOut, tables);
}

function summary({draws}: LabHeldOut, tables: ReadonlyMap<string, LossTable>): SearchCheck {
  const base = tables.get('base');
  if (base === undefined) throw new Error('every search tries the base');
  return {
    images: draws.imageCount,
    timestepsPerRange: draws.timestepsPerRange,
    models: [...tables]
      .filter(([, table]) => table.values.every(Number.isFinite))
      .map(([model, table]) => {
        const {mean, standardError, differenceToBase} = summariseHeldOut(table, base);
        return {model, loss: {mean, standardError}, differenceToBase};
      }),
  };
}

/** Losses of the experts, each on its own range: the gain from decoupling before merging. */
export async function ensembleLosses(lab: MergeLab, heldOut: LabHeldOut): Promise<LossTable> {
  const count = lab.vectors.length;
  const tables: LossTable[] = [];
  for (let i = 0; i < count; i++) {
    const expert = applyWeights(lab.base, lab.vectors, scaledUnit(count, i, 1));
    tables.push(await mergeLosses(lab, heldOut, expert, [i]));
  }
  return ensembleTable(tables);
}

/** Losses of a merge, whose weights are disposed of. */
export async function mergeLosses(
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
