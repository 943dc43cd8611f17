import type {TensorGroup} from '../../contract/config/merge/mergeRule.ts';
import type {SearchName} from '../../contract/run/candidateRecord.ts';
import {applyWeightsBy} from '../../merge/blend.ts';
import type {WeightsOf} from '../../merge/files/incrementalMerge.ts';
import {ruledMerge, ruledWeights, type RuledMerge} from '../../merge/ruledWeights.ts';
import {groupWeights} from '../../merge/search/groupSearch.ts';
import type {Params} from '../../nn/params.ts';
import type {StageContext} from '../stages/stageContext.ts';
import type {NamedMerge} from './mergeImages.ts';
import type {MergeLab} from './mergeLab.ts';

/** The merges that a search chooses among: those of some task vectors, by the weights in a vector. */
export class MergeSpace {
  constructor(
    readonly search: SearchName,
    private readonly base: Params,
    /** Task vectors, as many as weights of a tensor. */
    readonly vectors: readonly Params[],
    readonly weightsOf: WeightsOf,
  ) {}

  /** The merge at a vector, made from base and task vectors. */
  at(weights: readonly number[]): NamedMerge {
    const params = () => applyWeightsBy(this.base, this.vectors, (name) => this.weightsOf(weights, name));
    return {name: `${this.search} ${weights.join(',')}`, params};
  }
}

/** A model whose weights are searched: task vectors, and what of their weights is fixed. */
export class SearchedModel {
  private constructor(
    private readonly lab: MergeLab,
    private readonly vectors: readonly Params[],
    private readonly names: {
      readonly weights: SearchName;
      readonly groups: SearchName;
      readonly checkpoints?: SearchName;
    },
    private readonly ruled: RuledMerge,
  ) {}

  /** The merge of the experts, with the rules and the lambda of the config. */
  static experts(lab: MergeLab, {resolved}: StageContext): SearchedModel {
    const names = {weights: 'weights', groups: 'groups', checkpoints: 'checkpoints'} as const;
    return new SearchedModel(lab, lab.vectors, names, ruledMerge(resolved.config.merge));
  }

  /** The ordinary finetune, whose task vector has one weight; null where the lab has none. */
  static ordinary(lab: MergeLab): SearchedModel | null {
    const names = {weights: 'ordinary', groups: 'ordinary-groups'} as const;
    return lab.ordinary && new SearchedModel(lab, [lab.ordinary], names, {});
  }

  /** One weight for each task vector. */
  weights(): MergeSpace {
    return this.#space(this.names.weights);
  }

  /** One for each part of the network and task vector; other tensors have those of `start`. */
  groups(groups: readonly TensorGroup[], start: readonly number[]): MergeSpace {
    return this.#space(this.names.groups, {inner: groupWeights(groups, start, this.lab.partOf)});
  }

  /** One for each task vector and its snapshots in the lab; the config has no rules besides. */
  checkpoints(): MergeSpace {
    const {checkpoints} = this.names;
    if (checkpoints === undefined) throw new Error('only experts have snapshots');
    return this.#space(checkpoints, {vectors: [...this.vectors, ...this.lab.snapshots]});
  }

  #space(
    search: SearchName,
    {vectors = this.vectors, inner}: {vectors?: readonly Params[]; inner?: WeightsOf} = {},
  ): MergeSpace {
    const {base, partOf} = this.lab;
    return new MergeSpace(search, base, vectors, ruledWeights([...base.keys()], this.ruled, partOf, inner));
  }
}
