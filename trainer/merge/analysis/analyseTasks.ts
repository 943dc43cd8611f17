import {UserError} from '../../contract/errors.ts';
import {tensorGroups} from '../../contract/config/merge/mergeRule.ts';
import {
  quantileShares,
  type GroupStatistics,
  type TaskAnalysis,
  type TensorStatistics,
} from '../../contract/run/measured/taskAnalysis.ts';
import type {TimestepRange} from '../../deme/timesteps.ts';
import {partOf} from '../../models/architectures.ts';
import {elementCount} from '../../store/weights/tensorReader.ts';
import {checkTaskVectors} from '../files/checkInputs.ts';
import type {MergeTensor} from '../files/checkTensors.ts';
import {MergeBuffers, defaultChunk} from '../chunks/mergeBuffers.ts';
import {productBytes, ProductSums, type TaskProducts} from '../chunks/taskProducts.ts';
import {TensorPass} from '../chunks/tensorPass.ts';
import {withMergeInputs, type MergeInput} from '../files/mergeInput.ts';
import {openTensor} from '../files/openTensor.ts';
import {otherPart, type PartOf} from '../tensorWeights.ts';
import {histogramBytes, quantilesOf, TaskHistograms} from './taskHistograms.ts';
import {statisticsOf, sumOfProducts} from './taskStatistics.ts';

export interface AnalysisRequest {
  /** A diffusers folder or a bare weights file, as each expert. */
  readonly base: string;
  readonly experts: readonly {readonly path: string; readonly range?: TimestepRange}[];
  /** Name and version of this program, for the record. */
  readonly tool: string;
  /** Elements of a tensor that are in memory at once, a multiple of 256. The result does not depend on it. */
  readonly chunk?: number;
  /** Ends the analysis. */
  readonly signal?: AbortSignal;
  /** After each tensor. */
  onProgress?(done: number, total: number): void;
}

/**
 * Measures the task vectors of experts in one pass over the files, a chunk of each at a time: norms, cosines and agreement of signs for
 * each tensor, each part of the network and the whole of it, and the distribution of the elements. Ranges are only reported, so any
 * experts of the same base will do.
 */
export async function analyseTasks(request: AnalysisRequest): Promise<TaskAnalysis> {
  if (request.experts.length === 0) throw new UserError('analysis-experts', 'There is no expert to analyse.');
  return withMergeInputs(request, async (base, experts) => {
    const {tensors, warnings} = await checkTaskVectors(base, experts);
    const parts = await measureGroups(new Analysis(request, base, experts), groupsOf(tensors, partOf(base.unetConfig)));
    return {format: 1, ...(await analysisSubject(request.tool, base, experts)), ...parts, warnings: [...warnings]};
  });
}

/** The record of the program and the models that an analysis was made with. */
export async function analysisSubject(
  tool: string,
  base: MergeInput,
  experts: readonly MergeInput[],
): Promise<Pick<TaskAnalysis, 'tool' | 'base' | 'experts'>> {
  const [sha256 = '', ...ofExperts] = await Promise.all([base, ...experts].map((input) => input.hash()));
  return {
    tool,
    base: {name: base.name, sha256},
    experts: experts.map(({name, range}, i) => ({
      name,
      sha256: ofExperts[i] ?? '',
      ...(range && {range: [range[0], range[1]]}),
    })),
  };
}

/** Floating-point tensors by part of the network, in the order of the forward pass. */
function groupsOf(tensors: readonly MergeTensor[], partOf: PartOf): Map<string, MergeTensor[]> {
  const groups = new Map<string, MergeTensor[]>();
  const floating = tensors.filter(({integer}) => !integer);
  for (const group of [...tensorGroups, null]) {
    const own = floating.filter(({name}) => partOf(name).group === group);
    own.sort((a, b) => a.name.localeCompare(b.name, 'en', {numeric: true}));
    if (own.length > 0) groups.set(group ?? otherPart, own);
  }
  return groups;
}

type Parts = Pick<TaskAnalysis, 'overall' | 'groups' | 'tensors'>;

async function measureGroups(analysis: Analysis, byName: ReadonlyMap<string, readonly MergeTensor[]>): Promise<Parts> {
  const total = [...byName.values()].reduce((sum, {length}) => sum + length, 0);
  const groups: GroupStatistics[] = [];
  const tensors: TensorStatistics[] = [];
  for (const [name, members] of byName) {
    for (const tensor of members) tensors.push(await analysis.measure(tensor, name, tensors.length + 1, total));
    groups.push({name, tensors: members.length, ...analysis.endGroup()});
  }
  return {overall: analysis.overall(), groups, tensors};
}

/** The running sums of an analysis. */
class Analysis {
  readonly #request: AnalysisRequest;
  readonly #inputs: readonly MergeInput[];
  readonly #buffers: MergeBuffers;
  readonly #sums: ProductSums;
  readonly #histograms: TaskHistograms;
  readonly #counts: readonly Float64Array[];
  readonly #products: {readonly products: TaskProducts; readonly elements: number}[] = [];
  #groupStart = 0;

  constructor(request: AnalysisRequest, base: MergeInput, experts: readonly MergeInput[]) {
    const count = experts.length;
    const extra = productBytes(count) + histogramBytes(count);
    this.#request = request;
    this.#inputs = [base, ...experts];
    this.#buffers = new MergeBuffers(count, request.chunk ?? defaultChunk, extra);
    this.#sums = new ProductSums(this.#buffers);
    this.#histograms = new TaskHistograms(this.#buffers);
    this.#counts = experts.map(() => new Float64Array(1 << 16));
  }

  async measure({name, shape}: MergeTensor, group: string, done: number, total: number): Promise<TensorStatistics> {
    const [base, ...experts] = await Promise.all(this.#inputs.map((input) => openTensor(input, name, shape)));
    if (base === undefined) throw new Error('an analysis has a base');
    const elements = elementCount(shape);
    this.#sums.reset();
    const pass = new TensorPass(this.#buffers, name, elements, base, experts);
    for (const {count} of pass.chunks(experts.map((_, i) => i))) {
      this.#request.signal?.throwIfAborted();
      this.#sums.add(count);
      this.#histograms.add(count);
    }
    const products = this.#sums.read();
    this.#requireFinite(name, products);
    this.#products.push({products, elements});
    this.#request.onProgress?.(done, total);
    return {name, group, shape: [...shape], ...statisticsOf(products, elements)};
  }

  /** What was measured since the last group. */
  endGroup(): Parts['overall'] {
    const counts = this.#histograms.take();
    counts.forEach((own, i) => own.forEach((count, bin) => (this.#counts[i]![bin]! += count)));
    const first = this.#groupStart;
    this.#groupStart = this.#products.length;
    return this.#statistics(this.#products.slice(first), counts);
  }

  overall(): Parts['overall'] {
    return this.#statistics(this.#products, this.#counts);
  }

  #statistics(
    measured: readonly {readonly products: TaskProducts; readonly elements: number}[],
    counts: readonly Float64Array[],
  ): Parts['overall'] {
    const elements = measured.reduce((sum, each) => sum + each.elements, 0);
    const products = sumOfProducts(
      measured.map((each) => each.products),
      counts.length,
    );
    return {...statisticsOf(products, elements), quantiles: counts.map((own) => quantilesOf(own, quantileShares))};
  }

  /** The sum of squares is not finite if any value is not. */
  #requireFinite(name: string, {base, tasks}: TaskProducts): void {
    const squares = [base, ...tasks.map((row, i) => row[i] ?? 0)];
    const bad = this.#inputs[squares.findIndex((square) => !Number.isFinite(square))];
    if (bad === undefined) return;
    throw new UserError(
      'analysis-not-finite',
      `${name} of ${bad.label} contains values that are not finite, or far too large.`,
      {
        where: bad.path,
        hint: 'The training of this model has diverged, or the file is damaged.',
      },
    );
  }
}
