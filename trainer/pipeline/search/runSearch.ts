import type {SearchConfig} from '../../contract/config/searchConfig.ts';
import {searchedUpdates} from '../../contract/config/snapshots/searchedUpdates.ts';
import type {SearchName} from '../../contract/run/candidateRecord.ts';
import {searchedSnapshots} from '../../contract/run/snapshots/expertSnapshot.ts';
import type {
  Candidate,
  CheckpointSearch,
  ConfirmedCandidate,
  GroupSearch,
  SearchResult,
} from '../../contract/run/report.ts';
import {meanLoss} from '../../evaluate/heldOutSummary.ts';
import type {ScoredCandidate} from '../../merge/search/candidates.ts';
import {searchCheckpoints} from '../../merge/search/checkpointSearch.ts';
import {groupsOf, searchGroups} from '../../merge/search/groupSearch.ts';
import {ruledMerge} from '../../merge/ruledWeights.ts';
import {searchWeights} from '../../merge/search/search.ts';
import {hashBytes} from '../../store/hashes/sha256.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {orStop, progress, warn, type StageContext} from '../stages/stageContext.ts';
import {CandidateJournal} from './candidateJournal.ts';
import {checkSearch, ensembleLosses, mergeLosses, type CheckedMerge} from './checkSearch.ts';
import {confirmCandidates} from './confirmCandidates.ts';
import {distancePlan} from './distancePlan.ts';
import type {LabHeldOut} from './labHeldOut.ts';
import {openMergeLab, type MergeLab} from './mergeLab.ts';
import {MergeScore} from './mergeScore.ts';
import {searchByDistance} from './searchByDistance.ts';
import {SearchedModel, type MergeSpace} from './searchedModel.ts';
import {searchCounts} from './searchEffort.ts';

/**
 * Searches the merge weights of a run by its objective: one weight for each expert, then, if the config says so, comparing the images of the best few and
 * searching weights for each part of the network or for checkpoints of the experts. Resumes from the candidates measured earlier. Throws `Stopped`.
 */
export async function runSearch(context: StageContext, config: SearchConfig): Promise<SearchResult> {
  const {config: whole} = context.resolved;
  const plan = distancePlan(whole);
  const ordinary = plan?.searched.includes('ordinary') ?? false;
  const lab = await openMergeLab(context, {ordinary, snapshots: searchedSnapshots(whole)});
  try {
    return await (plan ? searchByDistance(context, plan, lab) : new LossSearch(context, config, lab).run());
  } finally {
    lab.dispose();
  }
}

class LossSearch {
  /** The merges that the run may make. */
  readonly #model: SearchedModel;
  /** By one weight for each expert. */
  readonly #space: MergeSpace;

  constructor(
    readonly context: StageContext,
    readonly config: SearchConfig,
    readonly lab: MergeLab,
  ) {
    this.#model = SearchedModel.experts(lab, context);
    this.#space = this.#model.weights();
  }

  async run(): Promise<SearchResult> {
    const {lab, config} = this;
    const {images, timesteps, seed} = config;
    const heldOut = await lab.heldOut({part: 'validation', images, timesteps, seed});
    const journal = await this.#openJournal();
    const found = await this.#overWeights(heldOut, journal);
    const confirmed = await this.#confirm(found.candidates);
    const chosen = confirmed?.[0] ?? found.best;
    // Merged from scratch: candidates are computed from one another, which accumulates rounding.
    const best = {
      ...plain(chosen),
      loss: meanLoss(await mergeLosses(lab, heldOut, this.#space.at(chosen.weights).params())),
    };
    const groups = await this.#overGroups(best, heldOut, journal);
    const checkpoints = await this.#overCheckpoints(best, heldOut, journal);
    const ensemble = meanLoss(await ensembleLosses(lab, heldOut));
    const check = await checkSearch(this.context, lab, config, this.#foundMerges(best, groups, checkpoints));
    return {
      ...found,
      best,
      ensemble,
      ...(confirmed && {confirmed}),
      ...(groups && {groups}),
      ...(checkpoints && {checkpoints}),
      ...(check && {check}),
    };
  }

  async #openJournal(): Promise<CandidateJournal> {
    const {images, timesteps, seed} = this.config;
    const ruled = ruledMerge(this.context.resolved.config.merge);
    const key = hashBytes(JSON.stringify([this.lab.key, images, timesteps, seed, ruled]));
    const journal = await CandidateJournal.open(runPaths.candidates(this.context.run), key);
    const message = `Resuming with ${journal.size} candidates measured earlier.`;
    if (journal.size > 0) this.context.emit({type: 'log', stage: this.context.stage, level: 'info', message});
    return journal;
  }

  #overWeights(heldOut: LabHeldOut, journal: CandidateJournal): Promise<SearchResult> {
    const experts = this.lab.vectors.length;
    return this.#scored(heldOut, journal, this.#space, (score, onCandidate) =>
      searchWeights({experts, config: this.config, score, onCandidate}),
    );
  }

  async #overGroups(best: Candidate, heldOut: LabHeldOut, journal: CandidateJournal): Promise<GroupSearch | null> {
    const {groups: config, seed} = this.config;
    if (config === undefined) return null;
    const groups = groupsOf([...this.lab.base.keys()], this.lab.partOf);
    if (groups.length === 0) {
      warn(this.context)('This network has no down, mid or up blocks, so there are no parts to search weights for.');
      return null;
    }
    const {weights: start} = best;
    return this.#scored(heldOut, journal, this.#model.groups(groups, start), (score, onCandidate) =>
      searchGroups({groups, start, config, seed, score, onCandidate}),
    );
  }

  async #overCheckpoints(
    {weights: start}: Candidate,
    heldOut: LabHeldOut,
    journal: CandidateJournal,
  ): Promise<CheckpointSearch | null> {
    const {checkpoints: config, seed} = this.config;
    if (config === undefined) return null;
    const updates = searchedUpdates(this.context.resolved.config);
    return this.#scored(heldOut, journal, this.#model.checkpoints(), (score, onCandidate) =>
      searchCheckpoints({updates, start, config, seed, score, onCandidate}),
    );
  }

  async #scored<T>(
    heldOut: LabHeldOut,
    journal: CandidateJournal,
    space: MergeSpace,
    work: (score: MergeScore['score'], onCandidate: OnCandidate) => Promise<T>,
  ): Promise<T> {
    const beforeEach = () => orStop(this.context);
    const merges = new MergeScore({lab: this.lab, heldOut, journal, space, beforeEach});
    const report = progress(this.context, candidateNames[space.search] ?? space.search);
    const onCandidate: OnCandidate = (candidate, done, total) => {
      if (merges.isNew) this.context.emit({type: 'candidate', stage: this.context.stage, ...candidate});
      report(done, total);
    };
    return work(merges.score, onCandidate).finally(() => merges.dispose());
  }

  async #confirm(candidates: readonly Candidate[]): Promise<ConfirmedCandidate[] | null> {
    const {confirm: config} = this.config;
    const {features = 'none', sampling} = this.context.resolved.config.evaluate ?? {};
    if (config === undefined || features === 'none' || sampling === undefined) return null;
    const onProgress = progress(this.context, searchCounts.confirmed);
    const {lab} = this;
    return confirmCandidates({
      lab,
      candidates,
      weightsOf: this.#space.weightsOf,
      config,
      features,
      sampling,
      onProgress,
      onWarning: warn(this.context),
      beforeBatch: () => orStop(this.context),
    });
  }

  #foundMerges({weights}: Candidate, groups: GroupSearch | null, checkpoints: CheckpointSearch | null): CheckedMerge[] {
    const best = {...this.#space.at(weights), model: 'best'};
    if (checkpoints !== null && checkpoints.weights.length > 0) {
      return [best, {...this.#model.checkpoints().at(checkpoints.weights), model: 'checkpoints'}];
    }
    if (groups === null || groups.rules.length === 0) return [best];
    const vector = groups.rules.flatMap((rule) => rule.weights.map(Number));
    return [best, {...this.#model.groups(groups.groups, weights).at(vector), model: 'groups'}];
  }
}

/** What progress calls the candidates of each search. */
const candidateNames: Partial<Record<SearchName, string>> = searchCounts;

type OnCandidate = (candidate: ScoredCandidate, done: number, total: number) => void;

function plain({weights, loss, origin}: Candidate): Candidate {
  return {weights, loss, origin};
}
