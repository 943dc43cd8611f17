import type {SearchName} from '../../contract/run/candidateRecord.ts';
import {meanLoss} from '../../evaluate/heldOutSummary.ts';
import type {Score} from '../../merge/search/candidates.ts';
import {IncrementalMerge, type WeightsOf} from '../../merge/files/incrementalMerge.ts';
import type {CandidateJournal} from './candidateJournal.ts';
import type {LabHeldOut} from './labHeldOut.ts';
import type {MergeLab} from './mergeLab.ts';

export interface MergeScoreSettings {
  readonly lab: MergeLab;
  /** The same draws for every candidate. */
  readonly heldOut: LabHeldOut;
  readonly journal: CandidateJournal;
  readonly search: SearchName;
  readonly weightsOf?: WeightsOf;
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
    this.#merge = new IncrementalMerge(settings.lab.base, settings.lab.vectors, settings.weightsOf);
  }

  /** Whether the last score was measured rather than read from the journal. */
  get isNew(): boolean {
    return this.#isNew;
  }

  readonly score: Score = async (weights) => {
    const {lab, heldOut, journal, search, beforeEach} = this.#settings;
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
