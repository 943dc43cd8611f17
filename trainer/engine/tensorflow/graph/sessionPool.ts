import {createHash} from 'node:crypto';
import {encodeSavedModel, type GraphNode} from './graphDef.ts';
import {GraphSession} from './graphSession.ts';
import type {TensorflowBinding} from './tensorflowBackend.ts';

/** Enough for the functions that the stages of a run alternate between; an idle session keeps its graph, but no values. */
const mostIdle = 4;

/** Sessions that no program has now, the one longest unused first. */
const idle: GraphSession[] = [];

/**
 * A session of this graph: one that a disposed program has left, else a new one. TensorFlow optimises a graph at the first run of
 * each function, which takes longer than to record it, and the experts of a run have the same graph.
 */
export function takeSession(binding: TensorflowBinding, nodes: readonly GraphNode[]): GraphSession {
  const model = encodeSavedModel(nodes);
  const digest = createHash('sha256').update(model).digest('hex');
  const index = idle.findIndex((session) => session.binding === binding && session.digest === digest);
  const [found] = index < 0 ? [] : idle.splice(index, 1);
  return found ?? new GraphSession(binding, model, digest);
}

/** Keeps a session for the next program with its graph; its variables must have been destroyed. */
export function leaveSession(session: GraphSession): void {
  idle.push(session);
  if (idle.length > mostIdle) idle.shift()?.dispose();
}
