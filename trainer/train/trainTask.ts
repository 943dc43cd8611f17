import type {NewRunEvent, RunEvent} from '../contract/run/events.ts';
import type {TrainingConfig} from '../contract/config/training.ts';
import type {ImageRows} from '../data/imageRows.ts';
import type {RowsOrder} from '../data/rowsOrder.ts';
import type {ImageTexts} from '../data/textRows.ts';
import type {TimestepRange} from '../deme/timesteps.ts';
import type {ImageSpace} from '../models/imageSpace.ts';
import type {Params} from '../nn/params.ts';
import type {DiskWatch} from '../store/files/writeWithRoom.ts';
import type {LossSetting} from './lossAndGradient.ts';

/** One training: an expert, the ordinary finetune, or a pretraining. */
export interface TrainTask {
  /** Name in events, and part of every random draw: two stages of a run share noise only where one draws as the other. */
  readonly stage: string;
  /** The stage whose random draws it makes, for a comparison on the same images and noise; left out: its own. */
  readonly drawsAs?: string;
  readonly config: TrainingConfig;
  readonly setting: LossSetting;
  /** Weights to start from, projections included; stay the caller's. */
  readonly initial: Params;
  readonly range: TimestepRange;
  readonly probability: number;
  readonly images: ImageRows;
  /** What is written about the images; null for a network that takes no texts. */
  readonly texts: ImageTexts | null;
  /** How another thread reads both without an engine; left out: they are read in this one. */
  readonly order?: RowsOrder;
  /** Gets a sentence about each image that another thread could not decode and left out, perhaps more than once. */
  readonly onSkip?: (message: string) => void;
  /** Makes of rows of images what the network sees. */
  readonly space: Pick<ImageSpace, 'draw' | 'shape' | 'hash'>;
  readonly flip: boolean;
  readonly randomCrop: boolean;
  /** Folder of the checkpoints; an existing one there is continued. */
  readonly checkpoints: string;
}

/** The events of a training that may not be in its log yet. */
export interface EventOutbox {
  pending(): readonly RunEvent[];
  /** Reports the events that a checkpoint has kept, those that the log lacks. */
  resend(events: readonly RunEvent[]): Promise<void>;
}

export interface TrainHooks {
  emit(event: NewRunEvent): void;
  /** Called before every update; waits while the run is paused. */
  nextAction(): Promise<'continue' | 'stop'>;
  /**
   * Called every `every` updates and after the last with the weights that would be saved (EMA where it is on); returns their held-out loss,
   * by which the best checkpoint is kept.
   */
  probe?: {every: number; measure(params: Params, update: number): Promise<number>};
  /** Called before the first update, every `every` updates and after the last with the weights that would be saved. */
  pictures?: {every: number; draw(params: Params, update: number): Promise<void>};
  /** Called every `every` updates, before the next one, with the weights that would be saved; not after the last. */
  snapshots?: {every: number; keep(params: Params, update: number): Promise<void>};
  /** Called before a checkpoint is written; what it throws keeps these updates off the disk. */
  beforeSave?(): Promise<void>;
  /** Events on their way to the log. */
  outbox?: EventOutbox;
  /** How the free space for checkpoints is determined. */
  disk?: DiskWatch;
}

/** The trained weights (EMA where it is on), owned by the caller; null when it was stopped before the last update. */
export type TrainOutcome = Params | null;
