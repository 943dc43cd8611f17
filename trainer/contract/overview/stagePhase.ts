/** What a stage does before its first number: it starts the engine, then reads what it needs, and a training that draws samples then makes its first update. */
export const stagePhases = ['engine', 'reading', 'first'] as const;
export type StagePhase = (typeof stagePhases)[number];

/** What the text of a phase depends on besides. */
export interface PhaseSetting {
  /** Name of the engine, as in `tensorflow`. */
  readonly engine: string;
  /** Whether the stage trains. */
  readonly trains: boolean;
  /** Whether a training draws samples before its first update. */
  readonly draws: boolean;
}

/** `loading the engine tensorflow`: what the user waits for. */
export function phaseText(phase: StagePhase, {engine, trains, draws}: PhaseSetting): string {
  const first = engine === 'tensorflow' ? 'recording the graph of the first update' : 'making the first update';
  switch (phase) {
    case 'engine':
      return `loading the engine ${engine}`;
    case 'reading':
      if (!trains) return 'reading models and images';
      return draws ? 'reading models and images, drawing the first samples' : `reading models and images, ${first}`;
    case 'first':
      return first;
  }
}
