import type {TensorGroup} from '../../contract/config/merge/mergeRule.ts';
import {objectiveKinds} from '../../contract/config/searchObjective.ts';
import {UserError} from '../../contract/errors.ts';
import type {CheckpointSearch, GroupSearch} from '../../contract/run/report.ts';
import {meanLoss, summariseHeldOut} from '../../evaluate/heldOutSummary.ts';
import type {Proposal} from '../../merge/search/baselineCandidates.ts';
import {groupRules} from '../../merge/search/groupSearch.ts';
import {racedSearchImages, type RaceStart} from '../../merge/search/raceBudget.ts';
import {searchByRaces, type RacedCandidate, type RacedSearchResult} from '../../merge/search/racedSearch.ts';
import {disposeParams} from '../../nn/params.ts';
import {orStop, type StageContext} from '../stages/stageContext.ts';
import type {CandidateJournal} from './candidateJournal.ts';
import {checkpointsStart, ordinaryStart, partsStart, type DistancePlan} from './distancePlan.ts';
import type {DistanceTo} from './distances.ts';
import type {ImageCount} from './imageCount.ts';
import {seriesOf, type MergeImages, type NamedMerge} from './mergeImages.ts';
import type {LabHeldOut} from './labHeldOut.ts';
import type {MergeLab} from './mergeLab.ts';
import {candidatesOf} from './reportedCandidates.ts';
import type {MergeSpace, SearchedModel} from './searchedModel.ts';

/** What the candidates of a search by distance are measured with. */
export interface DistanceSearchSettings {
  readonly context: StageContext;
  readonly plan: DistancePlan;
  readonly lab: MergeLab;
  readonly journal: CandidateJournal;
  readonly images: MergeImages;
  readonly count: ImageCount;
  /** To the training images. */
  readonly distance: DistanceTo;
  /** Parts of the network that get weights of their own; none where these are not searched. */
  readonly parts: readonly TensorGroup[];
}

/** The best weights of a model, and the merge that they make. */
export interface FoundModel {
  readonly weights: RacedSearchResult;
  readonly groups: GroupSearch | null;
  readonly checkpoints: CheckpointSearch | null;
  /** By the weights for all tensors. */
  readonly merge: NamedMerge;
  /** By weights for parts of the network; null where none are better. */
  readonly byParts: NamedMerge | null;
  /** By weights for checkpoints; null where none are better. */
  readonly byCheckpoints: NamedMerge | null;
}

/** Held-out images, and the most that the loss of a candidate on them may be. */
interface LossLimit {
  readonly heldOut: LabHeldOut;
  readonly most: number;
}

type RaceSettings = RaceStart & {readonly budget: number; readonly sigma: number};

/** Searches the weights of task vectors by the distance of images, and then those of each part of the network, or of checkpoints of the experts. */
export class DistanceSearch {
  #limit: Promise<LossLimit | null> | undefined;

  constructor(private readonly settings: DistanceSearchSettings) {}

  /** The weights of the experts. Throws a UserError where the distance of the base is not a number. */
  async experts(model: SearchedModel): Promise<FoundModel> {
    const {starts} = this.settings.plan;
    const found = await this.#search(model, starts.experts);
    return {...found, ...(await this.#overCheckpoints(model, found.weights.best))};
  }

  /** The weight of the task vector of the ordinary finetune, by the same search; the distance of the base is known. */
  ordinary(model: SearchedModel, base: number): Promise<FoundModel> {
    return this.#search(model, ordinaryStart(base));
  }

  /** The most that the held-out loss of a candidate may be: that of the base plus its standard error; null where it does not matter. */
  async lossLimit(): Promise<number | null> {
    return (await this.#lossLimit())?.most ?? null;
  }

  async #search(model: SearchedModel, start: RaceStart): Promise<FoundModel> {
    const {plan, parts} = this.settings;
    const space = model.weights();
    const weights = await this.#races(space, {...start, budget: plan.config.budget, sigma: plan.race.sigma});
    if (!Number.isFinite(weights.start.value)) throw notFiniteBase();
    const further = {groups: null, byParts: null, checkpoints: null, byCheckpoints: null};
    const found = {weights, merge: space.at(weights.best.weights), ...further};
    return parts.length === 0 ? found : {...found, ...(await this.#overParts(model, weights.best))};
  }

  async #overParts(model: SearchedModel, found: RacedCandidate): Promise<Pick<FoundModel, 'groups' | 'byParts'>> {
    const {plan, parts} = this.settings;
    const {groups: config} = plan.config;
    if (config === undefined) return {groups: null, byParts: null};
    const space = model.groups(parts, found.weights);
    const {best, candidates} = await this.#races(space, {...partsStart(found, parts.length), ...config});
    const isBetter = best.value < found.value;
    const groups: GroupSearch = {
      groups: [...parts],
      loss: best.value,
      rules: isBetter ? groupRules(parts, best.weights) : [],
      candidates: candidatesOf(candidates),
    };
    return {groups, byParts: isBetter ? space.at(best.weights) : null};
  }

  async #overCheckpoints(
    model: SearchedModel,
    found: RacedCandidate,
  ): Promise<Pick<FoundModel, 'checkpoints' | 'byCheckpoints'>> {
    const {config, updates} = this.settings.plan;
    if (config.checkpoints === undefined) return {checkpoints: null, byCheckpoints: null};
    const space = model.checkpoints();
    const start = checkpointsStart(found, updates.length);
    const {best, candidates} = await this.#races(space, {...start, ...config.checkpoints});
    const isBetter = best.value < found.value;
    const checkpoints: CheckpointSearch = {
      updates: [...updates],
      loss: best.value,
      weights: isBetter ? [...best.weights] : [],
      candidates: candidatesOf(candidates),
    };
    return {checkpoints, byCheckpoints: isBetter ? space.at(best.weights) : null};
  }

  async #races(space: MergeSpace, settings: RaceSettings): Promise<RacedSearchResult> {
    const {plan, count} = this.settings;
    const {rounds, config} = plan;
    const limit = await this.#lossLimit();
    const planned = count.done + racedSearchImages({budget: settings.budget, rounds}, settings);
    let skipped = 0;
    return searchByRaces({
      ...settings,
      seed: config.seed,
      rounds,
      onRace: (left) => {
        count.skip(planned - skipped - count.done - left);
        skipped = Math.max(skipped, planned - count.done - left);
      },
      measure: (candidate, images) => this.#measure(space, candidate, images),
      ...(limit && {excess: (weights) => this.#excess(space, weights, limit)}),
    });
  }

  async #measure(space: MergeSpace, {weights, origin}: Proposal, images: number): Promise<number> {
    const {context, plan, journal, count, distance} = this.settings;
    const {search} = space;
    const merge = space.at(weights);
    const known = journal.get({search, weights, images});
    if (known !== undefined) {
      count.reach(seriesOf(merge, plan.seed), images);
      return known;
    }
    await orStop(context);
    const value = await distance(await this.settings.images.features(merge, images, plan.seed));
    journal.add({search, weights, images}, value);
    if (search !== 'ordinary' && search !== 'ordinary-groups') {
      const loss = Number.isFinite(value) ? value : null;
      const {objective} = plan.config;
      context.emit({type: 'candidate', stage: context.stage, weights: [...weights], loss, origin, objective, images});
    }
    return value;
  }

  /** How far the held-out loss of a merge is above the limit; Infinity where it is not a finite number. */
  async #excess(space: MergeSpace, weights: readonly number[], {heldOut, most}: LossLimit): Promise<number> {
    const {context, lab, journal} = this.settings;
    const {search} = space;
    let loss = journal.get({search, weights});
    if (loss === undefined) {
      await orStop(context);
      const params = space.at(weights).params();
      loss = meanLoss(await lab.losses(params, heldOut).finally(() => disposeParams(params)));
      journal.add({search, weights}, loss);
    }
    return Number.isFinite(loss) ? loss - most : Infinity;
  }

  #lossLimit(): Promise<LossLimit | null> {
    return (this.#limit ??= this.#measureLimit());
  }

  async #measureLimit(): Promise<LossLimit | null> {
    const {lab, plan} = this.settings;
    const {objective = 'loss', images, timesteps, seed} = plan.config;
    if (!objectiveKinds[objective].limitsLoss) return null;
    const heldOut = await lab.heldOut({part: 'validation', images, timesteps, seed});
    const base = await lab.losses(lab.base, heldOut);
    const {mean, standardError} = summariseHeldOut(base, base);
    return {heldOut, most: mean + standardError};
  }
}

function notFiniteBase(): UserError {
  return new UserError(
    'search-not-finite',
    'The images of the base model are not finite numbers, so no merge can be compared with it.',
    {hint: 'Check the base model and the sampler.'},
  );
}
