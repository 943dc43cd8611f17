import {join} from 'node:path';
import type {DistanceTest, OrdinarySearch, SearchResult} from '../../contract/run/report.ts';
import type {FeatureNetwork} from '../../evaluate/featureNetwork.ts';
import {withFeatureNetworks} from '../../evaluate/featureNetworks.ts';
import {groupsOf} from '../../merge/search/groupSearch.ts';
import {hashBytes} from '../../store/hashes/sha256.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {openDrawingFolder} from '../drawing/drawingFolder.ts';
import {measureSource} from '../drawing/measureSource.ts';
import {note, progress, warn, type StageContext} from '../stages/stageContext.ts';
import {CandidateJournal} from './candidateJournal.ts';
import {checkSearch} from './checkSearch.ts';
import {plannedImages, type DistancePlan, type PlannedImages} from './distancePlan.ts';
import {DistanceSearch, type FoundModel} from './distanceSearch.ts';
import {distanceTo, type DistanceTo} from './distances.ts';
import {testDistances, type TestedModel} from './distanceTest.ts';
import {ImageCount} from './imageCount.ts';
import {labDrawing} from './labDrawing.ts';
import {MergeImages, type NamedMerge} from './mergeImages.ts';
import type {MergeLab} from './mergeLab.ts';
import {candidateOf, candidatesOf, reportedCandidates} from './reportedCandidates.ts';
import {plannedImagesText} from './searchCost.ts';
import {SearchedModel} from './searchedModel.ts';
import {searchCounts} from './searchEffort.ts';
import {trainingFeatures} from './trainingFeatures.ts';

/**
 * Searches the merge weights of a run by the distance of drawn images to training images, and tests the result. Goes on from what an earlier process has
 * measured and drawn. Throws `Stopped`.
 */
export async function searchByDistance(
  context: StageContext,
  plan: DistancePlan,
  lab: MergeLab,
): Promise<SearchResult> {
  return withFeatureNetworks([plan.network], async ([network]) => {
    if (network === undefined) throw new Error('a search by distance has a feature network');
    return new ImageSearch(context, plan, lab, network).run();
  });
}

class ImageSearch {
  readonly #parts;
  readonly #planned: PlannedImages;
  readonly #count: ImageCount;

  constructor(
    readonly context: StageContext,
    readonly plan: DistancePlan,
    readonly lab: MergeLab,
    readonly network: FeatureNetwork,
  ) {
    this.#parts = plan.config.groups === undefined ? [] : groupsOf([...lab.base.keys()], lab.partOf);
    this.#planned = plannedImages(plan, this.#parts.length);
    this.#count = new ImageCount(this.#planned.search, progress(context, searchCounts.images));
  }

  async run(): Promise<SearchResult> {
    const {context, plan, lab} = this;
    const {objective, groups} = plan.config;
    if (groups && this.#parts.length === 0) {
      warn(context)('This network has no down, mid or up blocks, so there are no parts to search weights for.');
    }
    note(context)(`Searching ${plannedImagesText(plan, this.#planned)}.`);
    const folder = await openDrawingFolder(context, 'search');
    const training = await trainingFeatures(context, plan, lab.data.train, {
      folder: join(folder, 'training'),
      network: this.network,
    });
    const distance = await distanceTo(plan.distance, training);
    const images = await this.#images(folder);
    const journal = await this.#openJournal(training.count);
    const settings = {context, plan, lab, journal, images, count: this.#count, distance, parts: this.#parts};
    const search = new DistanceSearch(settings);
    const experts = await search.experts(SearchedModel.experts(lab, context));
    const {start, best} = experts.weights;
    const scaled = SearchedModel.ordinary(lab);
    const ordinary = scaled && (await search.ordinary(scaled, start.value));
    const check = await checkSearch(context, lab, plan.config, foundMerges(experts));
    const lossLimit = await search.lossLimit();
    const test = check && (await this.#test({folder, images, toTraining: distance, experts, ordinary}));
    return {
      strategy: 'cma-es',
      objective,
      best: candidateOf(best),
      base: start.value,
      ...reportedCandidates(experts.weights),
      ...(experts.groups && {groups: experts.groups}),
      ...(experts.checkpoints && {checkpoints: experts.checkpoints}),
      ...(check && {check}),
      ...(lossLimit !== null && {lossLimit}),
      ...(ordinary && {ordinary: ordinaryResult(ordinary)}),
      ...(test && {test}),
      images: this.#count.images,
    };
  }

  async #images(folder: string): Promise<MergeImages> {
    const {context, plan, lab, network} = this;
    const drawing = await labDrawing(lab, plan.sampling);
    const place = join(folder, 'images');
    return new MergeImages({context, lab, network, drawing, folder: place, block: plan.block, count: this.#count});
  }

  async #openJournal(reference: number): Promise<CandidateJournal> {
    const {context, plan, lab, network} = this;
    const {config, distance, sampling, block, seed} = plan;
    const draws = [config.images, config.timesteps, config.seed];
    const parts = [
      lab.key,
      draws,
      distance,
      network.record,
      sampling,
      block,
      seed,
      reference,
      context.resolved.config.merge,
    ];
    const journal = await CandidateJournal.open(runPaths.candidates(context.run), hashBytes(JSON.stringify(parts)));
    if (journal.size > 0) note(context)(`Resuming with ${journal.size} measurements made earlier.`);
    return journal;
  }

  async #test(request: {
    folder: string;
    images: MergeImages;
    toTraining: DistanceTo;
    experts: FoundModel;
    ordinary: FoundModel | null;
  }): Promise<DistanceTest> {
    const {context, plan, lab, network} = this;
    const {folder, images, toTraining, experts, ordinary} = request;
    const {test} = lab.data;
    const blocks = await measureSource(context, test, {folder: join(folder, 'test'), networks: [network]});
    const features = await blocks.rows(network.record);
    const models = this.#testedModels(experts, ordinary);
    // Models that are the same, as where all ones are the best, are drawn once.
    const drawn = new Set(models.map(({merge}) => merge.name)).size;
    const {seeds, samples} = plan.test;
    this.#count.begin(drawn * seeds.length * samples, progress(context, searchCounts.testImages));
    return testDistances({
      seeds,
      samples,
      models,
      images,
      reference: test.size,
      toTest: await distanceTo(plan.distance, features),
      toTraining,
    });
  }

  #testedModels(experts: FoundModel, ordinary: FoundModel | null): TestedModel[] {
    const {lab, context} = this;
    const space = SearchedModel.experts(lab, context).weights();
    const constant = (value: number) => space.at(lab.vectors.map(() => value));
    const rivals = [
      {model: 'base', merge: constant(0)},
      {model: 'ones', merge: constant(1)},
    ];
    const unscaled = SearchedModel.ordinary(lab)?.weights().at([1]);
    if (ordinary && unscaled) {
      rivals.push({model: 'ordinary', merge: unscaled});
      rivals.push({model: 'ordinary-scaled', merge: ordinary.byParts ?? ordinary.merge});
    }
    return [
      ...rivals.map((model) => ({...model, isFound: false})),
      ...foundMerges(experts).map(({model, ...merge}) => ({model, merge, isFound: true})),
    ];
  }
}

/** What a search has found, its result last. */
function foundMerges({merge, byParts, byCheckpoints}: FoundModel): (NamedMerge & {readonly model: string})[] {
  return [
    {...merge, model: 'best'},
    ...(byParts === null ? [] : [{...byParts, model: 'groups'}]),
    ...(byCheckpoints === null ? [] : [{...byCheckpoints, model: 'checkpoints'}]),
  ];
}

function ordinaryResult({weights, groups}: FoundModel): OrdinarySearch {
  const {candidates, best} = weights;
  return {best: candidateOf(best), candidates: candidatesOf(candidates), ...(groups && {groups})};
}
