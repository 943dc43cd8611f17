import * as tf from '@tensorflow/tfjs-core';
import type {Program, ProgramFunction} from '../../program.ts';
import {type DrawnInput, GraphRecorder} from './graphRecorder.ts';
import type {GraphSession} from './graphSession.ts';
import {nodeOf} from './orderedNodes.ts';
import {leaveSession, takeSession} from './sessionPool.ts';
import type {TensorflowBackend} from './tensorflowBackend.ts';

interface Variable {
  readonly handle: string;
  readonly dtype: number;
}

interface GraphFunction {
  /** What a run feeds: the inputs, then what is drawn. */
  readonly fed: readonly string[];
  readonly drawn: readonly DrawnInput[];
  /** Outputs, and last a node that is done when the new state is stored. */
  readonly fetches: readonly string[];
}

/** A program as TensorFlow has it. */
interface RecordedProgram {
  readonly session: GraphSession;
  readonly functions: Readonly<Record<string, GraphFunction>>;
  /** The state. */
  readonly reads: readonly string[];
  /** Is there once all variables are destroyed. */
  readonly destroyed: string;
}

/** Records each function once on its examples, and from then on lets TensorFlow run the recorded graph; the state lives in variables. */
export function createTensorflowProgram(
  backend: TensorflowBackend,
  initial: readonly tf.Tensor[],
  functions: Readonly<Record<string, ProgramFunction>>,
  captured: readonly tf.Tensor[],
): Program {
  // Uploads what waits on the host, so that the recording meets no upload of theirs.
  backend.getInputTensorIds(captured);
  const {session, functions: recorded, reads, destroyed} = recordProgram(backend, initial, functions);
  freeHostCopies();
  return {
    run(name, inputs) {
      const {fed, drawn, fetches} = requireFunction(recorded, name);
      const draws = drawn.map(({shape, draw}) => tf.tensor(draw(), [...shape]));
      const ids = backend.getInputTensorIds([...inputs, ...draws]);
      const feeds = new Map(fed.map((placeholder, i) => [placeholder, ids[i] as number]));
      const made = session.run(feeds, fetches).map((metadata) => backend.createOutputTensor(metadata));
      tf.dispose(draws);
      made.pop()?.dispose();
      return made;
    },
    state: () => session.run(new Map(), reads).map((metadata) => backend.createOutputTensor(metadata)),
    dispose() {
      tf.dispose(session.run(new Map(), [destroyed]).map((metadata) => backend.createOutputTensor(metadata)));
      leaveSession(session);
    },
  };
}

/** A function of its own, so that the program does not hold on to the recording. */
function recordProgram(
  backend: TensorflowBackend,
  initial: readonly tf.Tensor[],
  functions: Readonly<Record<string, ProgramFunction>>,
): RecordedProgram {
  const recorder = new GraphRecorder(backend);
  const variables = initial.map((tensor) => createVariable(recorder, tensor));
  const recorded = Object.fromEntries(
    Object.entries(functions).map(([name, what]) => [name, recordFunction(recorder, name, what, initial, variables)]),
  );
  const reads = variables.map(({handle, dtype}) => recorder.read(handle, dtype));
  const initialise = recordInitialisation(recorder, variables, initial);
  const destroyed = recordDestruction(recorder, variables);
  const session = takeSession(backend.binding, recorder.nodes);
  tf.dispose(session.run(initialise.feeds, [initialise.done]).map((made) => backend.createOutputTensor(made)));
  recorder.release();
  return {session, functions: recorded, reads, destroyed};
}

/** The uploaded weights are garbage on the host, of which V8 knows little but takes its time; only where Node runs with --expose-gc. */
function freeHostCopies(): void {
  (globalThis as {gc?: () => void}).gc?.();
}

function createVariable(recorder: GraphRecorder, tensor: tf.Tensor): Variable {
  const dtype = recorder.backend.getDTypeInteger(tensor.dtype);
  return {handle: recorder.variable(dtype, tensor.shape), dtype};
}

function recordFunction(
  recorder: GraphRecorder,
  name: string,
  {examples, body}: ProgramFunction,
  initial: readonly tf.Tensor[],
  variables: readonly Variable[],
): GraphFunction {
  const recorded = tf.tidy(() => {
    const reads = variables.map(({handle, dtype}) => recorder.read(handle, dtype));
    const placeholders = examples.map(({dtype, shape}) =>
      recorder.placeholder(recorder.backend.getDTypeInteger(dtype), shape),
    );
    const before = initial.map((tensor, i) => recorder.standIn(tensor, reads[i] as string));
    const inputs = examples.map((example, i) => recorder.standIn(example, placeholders[i] as string));
    const {state, outputs} = recorder.record(name, () => body(before, inputs));
    // A variable is read before it is stored. One node between all reads and all stores: an edge from each to each would be a million.
    const allRead = recorder.add(
      'NoOp',
      reads.map((read) => `^${nodeOf(read)}`),
      {},
    );
    const stores = state.map((tensor, i) => storeVariable(recorder, variables[i] as Variable, tensor, allRead));
    const done = addSignal(
      recorder,
      stores.filter((store) => store !== undefined),
    );
    const fed = [...placeholders, ...recorder.lastDrawn.map(({placeholder}) => placeholder)];
    const sources = outputs.map((tensor) => fetchable(recorder, tensor, fed));
    return {fed, fetches: [...sources, done]};
  });
  return {...recorded, drawn: recorder.lastDrawn};
}

/** The node after which the variable holds `tensor`; none where it holds it already. */
function storeVariable(
  recorder: GraphRecorder,
  {handle, dtype}: Variable,
  tensor: tf.Tensor,
  allRead: string,
): string | undefined {
  const read = recorder.variableOf(tensor);
  if (read?.handle === handle) return read.after;
  const source = recorder.sourceOf(tensor);
  return recorder.add('AssignVariableOp', [handle, source, `^${allRead}`], {dtype: {kind: 'type', value: dtype}});
}

/** An output that a run may fetch: what is fed must not be. */
function fetchable(recorder: GraphRecorder, tensor: tf.Tensor, fed: readonly string[]): string {
  const source = recorder.sourceOf(tensor);
  if (!fed.includes(source)) return source;
  const dtype = recorder.backend.getDTypeInteger(tensor.dtype);
  return `${recorder.add('Identity', [source], {T: {kind: 'type', value: dtype}})}:0`;
}

/** A scalar that is there once the nodes named have run. */
function addSignal(recorder: GraphRecorder, after: readonly string[]): string {
  const dtype = recorder.backend.getDTypeInteger('int32');
  const value = {dtype, shape: [], content: new Uint8Array(4)};
  const node = recorder.add(
    'Const',
    after.map((name) => `^${name}`),
    {
      dtype: {kind: 'type', value: dtype},
      value: {kind: 'tensor', value},
    },
  );
  return `${node}:0`;
}

/** One placeholder for each variable, stored into it. */
function recordInitialisation(recorder: GraphRecorder, variables: readonly Variable[], initial: readonly tf.Tensor[]) {
  const feeds = new Map<string, number>();
  const store = (handle: string, dtype: number, id: number) => {
    const source = recorder.placeholder(dtype, null);
    feeds.set(source, id);
    return recorder.add('AssignVariableOp', [handle, source], {dtype: {kind: 'type', value: dtype}});
  };
  const ids = recorder.backend.getInputTensorIds([...initial]);
  const stores = variables.map(({handle, dtype}, i) => store(handle, dtype, ids[i] as number));
  for (const {handle, dtype, tensorId} of recorder.captured) stores.push(store(handle, dtype, tensorId));
  return {feeds, done: addSignal(recorder, stores)};
}

/** Frees what the variables hold; storing into one makes it anew. */
function recordDestruction(recorder: GraphRecorder, variables: readonly Variable[]): string {
  const ignored = {ignore_lookup_error: {kind: 'bool', value: true}} as const;
  const all = [...variables, ...recorder.captured];
  return addSignal(
    recorder,
    all.map(({handle}) => recorder.add('DestroyResourceOp', [handle], ignored)),
  );
}

function requireFunction(functions: Readonly<Record<string, GraphFunction>>, name: string): GraphFunction {
  const found = functions[name];
  if (found === undefined) throw new Error(`the program has no function ${name}`);
  return found;
}
