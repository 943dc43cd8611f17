import type {StageNode} from './stagePlan.ts';

export interface GraphHooks<Node extends StageNode> {
  /** Runs one stage to its end; a rejection stops the graph from starting further ones. */
  run(stage: Node): Promise<'done' | 'stopped'>;
  /** Whether further stages may start. */
  mayStart(): boolean;
}

/**
 * Runs stages in dependency order, at most `parallel` at once, in the order given where several are ready.
 * Waits for what runs already before it rejects with the first error.
 */
export async function runStageGraph<Node extends StageNode>(
  stages: readonly Node[],
  finished: ReadonlySet<string>,
  parallel: number,
  hooks: GraphHooks<Node>,
): Promise<'done' | 'stopped'> {
  const done = new Set(finished);
  const waiting = stages.filter((stage) => !done.has(stage.name));
  const running = new Map<string, Promise<void>>();
  let failure: {error: unknown} | null = null;
  let stopped = false;

  const start = (stage: Node): void => {
    waiting.splice(waiting.indexOf(stage), 1);
    const run = hooks
      .run(stage)
      .then((outcome) => (outcome === 'done' ? void done.add(stage.name) : void (stopped = true)))
      .catch((error: unknown) => void (failure ??= {error}))
      .finally(() => running.delete(stage.name));
    running.set(stage.name, run);
  };

  for (;;) {
    const open = failure === null && !stopped && hooks.mayStart();
    const ready = open ? waiting.filter((stage) => stage.needs.every((need) => done.has(need))) : [];
    ready.slice(0, parallel - running.size).forEach(start);
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  const thrown = failure as {error: unknown} | null;
  if (thrown) throw thrown.error;
  return waiting.length === 0 && !stopped ? 'done' : 'stopped';
}
