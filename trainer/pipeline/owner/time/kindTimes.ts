import type {Stage} from '../../../contract/run/stage.ts';

/** Seconds that stages of a kind have taken, and how much they have computed: `stageSize`, summed. */
export interface KindTime {
  readonly seconds: number;
  readonly effort: number;
  readonly stages: number;
}

export type KindTimes = ReadonlyMap<Stage['kind'], KindTime>;
