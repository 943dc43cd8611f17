import {meanLoss} from '../../evaluate/heldOutSummary.ts';
import type {Score} from '../../merge/search/candidates.ts';
import {IncrementalMerge} from '../../merge/files/incrementalMerge.ts';
import type {CandidateJournal} from './candidateJournal.ts';
import type {LabHeldOut} from './labHeldOut.ts';
import type {MergeLab} from './mergeLab.ts';
import type {MergeSpace} from './searchedModel.ts';

export interface MergeScoreSettings {
  readonly lab: MergeLab;
  /** The same draws for every candidate. */
  readonly heldOut: LabHeldOut;
  readonly journal: CandidateJournal;
  /** What the candidates are. */
  readonly space: MergeSpace;
  /** Awaited before each measurement; what it throws ends the search. */
  beforeEach(): Promise<void>;
}

/** The objective of a search: mean held-out loss with equal mass per range. Losses in the journal are not measured again. */
export class MergeScore {
  readonly #settings: MergeScoreSettings;
  readonly #merge: IncrementalMerge;
  #isNew = false;

  constructor(settings: MergeScoreSettings) {
    this.#settings = settings;
    const {lab, space} = settings;
    this.#merge = new IncrementalMerge(lab.base, space.vectors, space.weightsOf);
  }

  /** Whether the last score was measured rather than read from the journal. */
  get isNew(): boolean {
    return this.#isNew;
  }

  readonly score: Score = async (weights) => {
    const {lab, heldOut, journal, space, beforeEach} = this.#settings;
    const {search} = space;
    this.#merge.visit(weights);
    const known = journal.get({search, weights});
    this.#isNew = known === undefined;
    if (known !== undefined) return known;
    await beforeEach();
    const loss = meanLoss(await lab.losses(this.#merge.params(), heldOut));
    journal.add({search, weights}, loss);
    return loss;
  };

  dispose(): void {
    this.#merge.dispose();
  }
}
