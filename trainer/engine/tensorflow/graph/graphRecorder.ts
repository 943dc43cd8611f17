import type {BackendValues, Tensor} from '@tensorflow/tfjs-core';
import type {LowPrecision} from '../../../contract/config/precision.ts';
import {graphAttribute} from './graphAttribute.ts';
import type {GraphAttribute, GraphNode} from './graphDef.ts';
import {copyHandle} from './copyHandle.ts';
import {ImaginedTensors} from './imaginedTensors.ts';
import {float32, lowType, Narrowing, narrowAttributes} from './narrowing.ts';
import type {OpAttribute, TensorflowBackend, TensorflowBinding, TensorMetadata} from './tensorflowBackend.ts';

/** Values up to this many bytes become constants of the graph; larger ones are captured, which keeps them out of the graph's file. */
const largestConstant = 16_384;

/** An operation may start this many operations before its turn. */
const largestLead = 200;

/** A tensor that a recorded function used but was not given: a variable of the graph with this value. */
export interface CapturedTensor {
  readonly handle: string;
  readonly dtype: number;
  readonly tensorId: number;
}

/** An input that is not given to the function: its values are drawn on the host for each run. */
export interface DrawnInput {
  readonly placeholder: string;
  readonly shape: readonly number[];
  readonly draw: () => Float32Array;
}

/** A variable as it is read: at first, or after the node that changed it. */
export interface VariableRead {
  readonly handle: string;
  readonly after?: string;
}

let active: GraphRecorder | undefined;

function setActive(recorder: GraphRecorder | undefined): void {
  active = recorder;
}

/** The recorder while a function is being recorded. */
export function activeRecorder(): GraphRecorder | undefined {
  return active;
}

/**
 * Writes down what TensorFlow.js asks of the TensorFlow addon, as nodes of a graph: the same operations in the same
 * order with the same attributes, but run by TensorFlow itself, without JavaScript between any two of them.
 */
export class GraphRecorder {
  readonly nodes: GraphNode[] = [];
  readonly captured: CapturedTensor[] = [];
  /** Output of a node (`name:index`) for each tensor the addon knows. */
  readonly #sources = new Map<number, string>();
  readonly #positions = new Map<string, number>();
  /** Nodes that depend on constants alone. */
  readonly #constants = new Set<string>();
  /** Constants by type, shape and bytes: a network asks for the same few numbers thousands of times. */
  readonly #constantNodes = new Map<string, string>();
  /** Nodes of the function that is recorded, without those. */
  #recorded: string[] = [];
  #drawn: DrawnInput[] = [];
  readonly #reads = new Map<string, VariableRead>();
  /** What the operations of a body of `inTurn` wait for. */
  #gate: string | undefined;
  #prefix = '';
  /** Of the operations that are recorded now; null: float32. */
  #precision: LowPrecision | null = null;
  #narrowing = this.#newNarrowing();
  /** Widened outputs as they were made anew, by the one that they stand for. */
  readonly #rewidened = new Map<string, string>();

  /** The addon itself: while recording, `backend.binding` is the one that records. */
  readonly #binding: TensorflowBinding;
  readonly #tensors: ImaginedTensors;

  /** Whether this process lets two operations run at once. A GPU schedules by itself and is best used by large operations. */
  readonly runsSideBySide: boolean;

  constructor(readonly backend: TensorflowBackend) {
    this.runsSideBySide = Number(process.env.TF_NUM_INTEROP_THREADS) > 1 && !backend.binding.isUsingGpuDevice();
    this.#binding = backend.binding;
    this.#tensors = new ImaginedTensors(backend.binding);
  }

  /** Adds a node; its name is made unique by its number. */
  add(op: string, inputs: readonly string[], attributes: Record<string, GraphAttribute>): string {
    const name = `${this.#prefix}${op}_${this.nodes.length}`;
    this.#positions.set(name, this.nodes.length);
    this.nodes.push({name, op, inputs, attributes});
    return name;
  }

  /**
   * A tensor like `tensor` that stands for this output in what is recorded. Not `tensor` itself: TensorFlow.js lets tensors share
   * memory, and then two of them would stand for one output.
   */
  standIn(tensor: Tensor, source: string): Tensor {
    const made = copyHandle(this.#binding, this.#idOf(tensor));
    this.#sources.set(made.id, source);
    return this.backend.createOutputTensor(made);
  }

  /** The output that computes `tensor`; one that nothing recorded computes is captured. */
  sourceOf(tensor: Tensor): string {
    return this.#source(this.#idOf(tensor));
  }

  /** An operation of TensorFlow that tfjs has no kernel for, with one output and the attribute T alone; while recording. */
  call(op: string, inputs: readonly Tensor[]): Tensor {
    const {binding} = this.backend;
    const type = this.backend.getDTypeInteger(inputs[0]?.dtype ?? 'float32');
    const attributes = [{name: 'T', type: binding.TF_ATTR_TYPE, value: type}];
    const [made] = binding.executeOp(op, attributes, this.backend.getInputTensorIds(inputs), 1);
    if (!made) throw new Error(`${op} has no output`);
    return this.backend.createOutputTensor(made);
  }

  /** While recording: a tensor with new values of `draw` at each run. */
  drawn(shape: readonly number[], draw: () => Float32Array): Tensor {
    const made = this.#tensors.imagine(shape, this.backend.getDTypeInteger('float32'));
    const placeholder = this.placeholder(made.dtype, shape);
    this.#sources.set(made.id, placeholder);
    this.#drawn.push({placeholder, shape, draw});
    return this.backend.createOutputTensor(made);
  }

  /** What is to be drawn for the function recorded last. */
  get lastDrawn(): readonly DrawnInput[] {
    return this.#drawn;
  }

  /** Records what `body` asks for; nothing is computed. */
  record<T>(prefix: string, body: () => T): T {
    this.#prefix = `${prefix}/`;
    this.#narrowing = this.#newNarrowing();
    this.#recorded = [];
    this.#drawn = [];
    this.backend.binding = this.#recording(this.#binding);
    setActive(this);
    try {
      return body();
    } finally {
      this.backend.binding = this.#binding;
      setActive(undefined);
      this.#prefix = '';
    }
  }

  /** Records what may run beside all that is recorded after it, until something asks for its result. */
  aside<T>(body: () => T): T {
    const before = this.#recorded;
    this.#recorded = [...before];
    try {
      return body();
    } finally {
      this.#recorded = before;
    }
  }

  /** Records what `body` asks for with convolutions and matrix products in this precision. */
  inPrecision<T>(precision: LowPrecision, body: () => T): T {
    const before = this.#precision;
    this.#precision = precision;
    try {
      return body();
    } finally {
      this.#precision = before;
    }
  }

  /**
   * Records bodies of which each begins only when the last operation of the one before it is done, whatever it depends on; of the one before that, where
   * two operations run at once.
   */
  inTurn<T>(bodies: readonly (() => T)[]): T[] {
    const atOnce = this.runsSideBySide ? 2 : 1;
    const ends = Array.from({length: atOnce}, () => this.#recorded.at(-1));
    return bodies.map((body, i) => {
      this.#gate = ends[i];
      try {
        return body();
      } finally {
        this.#gate = undefined;
        ends.push(this.#recorded.at(-1));
      }
    });
  }

  /** Frees the captured values; to be called once they are in their variables. */
  release(): void {
    for (const {tensorId} of this.captured) this.#binding.deleteTensor(tensorId);
  }

  #recording(binding: TensorflowBinding): TensorflowBinding {
    // The addon's own properties are read-only, so the recording is an object of its own that inherits the rest.
    return Object.create(binding, {
      executeOp: {
        value: (name: string, attributes: OpAttribute[], inputs: number[], outputs: number) => {
          const made = this.#tensors.outputs(name, attributes, inputs, outputs);
          this.#recordOp(name, attributes, inputs, made);
          return made;
        },
      },
      createTensor: {
        value: (shape: number[], dtype: number, values: BackendValues) => {
          const id = binding.createTensor(shape, dtype, values);
          this.#recordUpload(id, shape, dtype, values);
          return id;
        },
      },
    }) as TensorflowBinding;
  }

  #recordOp(op: string, attributes: readonly OpAttribute[], inputs: readonly number[], made: TensorMetadata[]): void {
    const named = attributes.map(
      (attribute) => [attribute.name, graphAttribute(this.#binding, op, attribute)] as const,
    );
    const sources = inputs.map((id) => this.#source(id));
    const attributesByName = Object.fromEntries(named);
    const node = this.#recordNarrow(op, sources, attributesByName) ?? this.#recordWide(op, sources, attributesByName);
    for (const [index, {id}] of made.entries()) this.#sources.set(id, `${node}:${index}`);
  }

  #recordWide(op: string, sources: readonly string[], attributes: Record<string, GraphAttribute>): string {
    const turn = this.#turn(sources);
    return this.#addRecorded(
      op,
      sources.map((source) => this.#near(source)),
      attributes,
      turn,
    );
  }

  /** The operation in the precision of the moment, and its result in float32; undefined where it stays in float32. */
  #recordNarrow(op: string, sources: readonly string[], attributes: Record<string, GraphAttribute>) {
    const precision = this.#precision;
    const narrow = precision && this.#narrowing.inputs(op, sources, precision);
    if (!precision || !narrow) return undefined;
    const type = lowType(precision);
    const turn = this.#turn(sources);
    const source = `${this.#addRecorded(op, narrow, narrowAttributes(attributes, type), turn)}:0`;
    const wide = this.#addRecorded('Cast', [source], castAttributes(type, float32), turn === null ? null : []);
    this.#narrowing.widened(`${wide}:0`, source, precision);
    return wide;
  }

  /** Adds an operation after what `#turn` says. */
  #addRecorded(
    op: string,
    sources: readonly string[],
    attributes: Record<string, GraphAttribute>,
    turn: string[] | null,
  ) {
    const node = this.add(op, [...sources, ...(turn ?? [])], attributes);
    if (turn === null) this.#constants.add(node);
    else this.#recorded.push(node);
    return node;
  }

  #newNarrowing(): Narrowing {
    return new Narrowing({
      cast: (source, from, to) =>
        `${this.#addRecorded('Cast', [source], castAttributes(from, to), this.#turn([source]))}:0`,
      moved: (source, type, data) => {
        const {op, inputs, attributes} = this.#nodeOf(source);
        const [, ...others] = inputs.filter((input) => !input.startsWith('^'));
        const turn = this.#turn([data]);
        return `${this.#addRecorded(op, [data, ...others], narrowAttributes(attributes, type), turn)}:0`;
      },
      opOf: (source) => (this.#positions.has(nodeOf(source)) ? this.#nodeOf(source) : undefined),
    });
  }

  #nodeOf(source: string): GraphNode {
    return this.nodes[this.#positions.get(nodeOf(source)) ?? -1] as GraphNode;
  }

  /**
   * What was widened long ago is widened again, so that in between only the rounded numbers wait: a norm needs what it has normalised
   * for its gradient.
   */
  #near(source: string): string {
    const origin = this.#narrowing.originOf(source);
    if (origin === undefined || !this.#isLongAgo(source)) return source;
    const known = this.#rewidened.get(source);
    if (known !== undefined && !this.#isLongAgo(known)) return known;
    const attributes = castAttributes(origin.type, float32);
    const made = `${this.#addRecorded('Cast', [origin.source], attributes, this.#turn([origin.source]))}:0`;
    this.#rewidened.set(source, made);
    return made;
  }

  #isLongAgo(source: string): boolean {
    return this.nodes.length - (this.#positions.get(nodeOf(source)) ?? 0) > largestLead;
  }

  /**
   * TensorFlow starts an operation as soon as its inputs are there. What the backward pass computes again from inputs of the forward
   * pass (activations that were not kept) would be computed in the forward pass and kept, or merged with its first computation.
   * So an operation whose inputs are long there waits for one that is recorded shortly before it. Null for what depends on
   * constants alone, which says nothing of when it is needed.
   */
  #turn(sources: readonly string[]): string[] | null {
    const varying = sources.map(nodeOf).filter((node) => !this.#constants.has(node));
    if (varying.length === 0) return null;
    const latest = Math.max(...varying.map((node) => this.#positions.get(node) ?? 0));
    if (this.#gate !== undefined) return [`^${this.#gate}`];
    const before = this.#recorded.at(-1);
    return before === undefined || this.nodes.length - latest <= largestLead ? [] : [`^${before}`];
  }

  #recordUpload(id: number, shape: readonly number[], dtype: number, values: BackendValues): void {
    if (!ArrayBuffer.isView(values)) throw new Error('a graph cannot hold a tensor of strings');
    if (values.byteLength > largestConstant) return;
    // A copy: the array is its owner's to change.
    const content = Uint8Array.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    this.#sources.set(id, `${this.#constant(dtype, shape, content)}:0`);
    if (values instanceof Int32Array) this.#tensors.know(id, {shape: [...shape], dtype, values: [...values]});
  }

  #constant(dtype: number, shape: readonly number[], content: Uint8Array): string {
    const key = `${dtype} [${shape.join()}] ${Buffer.from(content).toString('latin1')}`;
    const known = this.#constantNodes.get(key);
    if (known !== undefined) return known;
    const value: GraphAttribute = {kind: 'tensor', value: {dtype, shape: [...shape], content}};
    const node = this.add('Const', [], {dtype: {kind: 'type', value: dtype}, value});
    this.#constants.add(node);
    this.#constantNodes.set(key, node);
    return node;
  }

  #idOf(tensor: Tensor): number {
    const [id] = this.backend.getInputTensorIds([tensor]);
    if (id === undefined) throw new Error('the TensorFlow addon does not know this tensor');
    return id;
  }

  #source(id: number): string {
    const known = this.#sources.get(id);
    if (known !== undefined) return known;
    const captured = this.#capture(id);
    this.#sources.set(id, captured);
    return captured;
  }

  #capture(id: number): string {
    const {dtype, shape} = this.#tensors.describe(id);
    const handle = this.variable(dtype, shape);
    // A handle of our own: the tensor may be freed before its value is in the variable.
    const own = copyHandle(this.#binding, id);
    this.captured.push({handle, dtype, tensorId: own.id});
    return this.read(handle, dtype);
  }

  /** What is fed at each run; null for a shape that is not known. */
  placeholder(dtype: number, shape: readonly number[] | null): string {
    const attributes = {dtype: {kind: 'type', value: dtype}, shape: {kind: 'shape', value: shape}} as const;
    return `${this.add('Placeholder', [], attributes)}:0`;
  }

  /** The handle of a variable without a value yet. */
  variable(dtype: number, shape: readonly number[]): string {
    const node = this.add('VarHandleOp', [], {
      dtype: {kind: 'type', value: dtype},
      shape: {kind: 'shape', value: shape},
      shared_name: {kind: 'text', value: `variable_${this.nodes.length}`},
    });
    return `${node}:0`;
  }

  /** Reads a variable, after the node `after` where one is given. */
  read(handle: string, dtype: number, after?: string): string {
    const inputs = after === undefined ? [handle] : [handle, `^${after}`];
    const source = `${this.add('ReadVariableOp', inputs, {dtype: {kind: 'type', value: dtype}})}:0`;
    this.#reads.set(source, {handle, after});
    return source;
  }

  /** The variable that `tensor` is the value of, and the node that last changed it, if one did. */
  variableOf(tensor: Tensor): VariableRead | undefined {
    return this.#reads.get(this.sourceOf(tensor));
  }
}

function castAttributes(from: number, to: number): Record<string, GraphAttribute> {
  return {SrcT: {kind: 'type', value: from}, DstT: {kind: 'type', value: to}};
}

/** The node of an output. */
export function nodeOf(source: string): string {
  return source.slice(0, source.lastIndexOf(':'));
}
