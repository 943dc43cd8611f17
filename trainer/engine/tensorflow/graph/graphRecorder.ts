import type {BackendValues, Tensor} from '@tensorflow/tfjs-core';
import type {LowPrecision} from '../../../contract/config/precision.ts';
import {convGeometry, type Conv2DGeometry} from '../../convGeometry.ts';
import {graphAttribute} from './graphAttribute.ts';
import type {GraphAttribute, GraphNode} from './graphDef.ts';
import {copyHandle} from './copyHandle.ts';
import {ImaginedTensors} from './imaginedTensors.ts';
import {Narrowing, pairedAxis} from './narrowing.ts';
import {OrderedNodes} from './orderedNodes.ts';
import type {OpAttribute, TensorflowBackend, TensorflowBinding, TensorMetadata} from './tensorflowBackend.ts';

/** Values up to this many bytes become constants of the graph; larger ones are captured, which keeps them out of the graph's file. */
const largestConstant = 16_384;

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

type Shape4D = [number, number, number, number];

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
  readonly #graph = new OrderedNodes();
  readonly captured: CapturedTensor[] = [];
  /** Output of a node (`name:index`) for each tensor the addon knows. */
  readonly #sources = new Map<number, string>();
  #drawn: DrawnInput[] = [];
  readonly #reads = new Map<string, VariableRead>();
  /** Of the operations that are recorded now; null: float32. */
  #precision: LowPrecision | null = null;
  #narrowing = new Narrowing(this.#graph);

  /** The addon itself: while recording, `backend.binding` is the one that records. */
  readonly #binding: TensorflowBinding;
  readonly #tensors: ImaginedTensors;

  /** Whether this process lets two operations run at once. A GPU schedules by itself and is best used by large operations. */
  readonly #runsSideBySide: boolean;

  constructor(readonly backend: TensorflowBackend) {
    this.#runsSideBySide = Number(process.env.TF_NUM_INTEROP_THREADS) > 1 && !backend.binding.isUsingGpuDevice();
    this.#binding = backend.binding;
    this.#tensors = new ImaginedTensors(backend.binding);
  }

  get nodes(): readonly GraphNode[] {
    return this.#graph.nodes;
  }

  /** Adds a node; its name is made unique by its number. */
  add(op: string, inputs: readonly string[], attributes: Record<string, GraphAttribute>): string {
    return this.#graph.add(op, inputs, attributes);
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
    this.#graph.begin(`${prefix}/`);
    this.#narrowing = new Narrowing(this.#graph);
    this.#drawn = [];
    this.backend.binding = this.#recording(this.#binding);
    setActive(this);
    try {
      return body();
    } finally {
      this.backend.binding = this.#binding;
      setActive(undefined);
      this.#graph.end();
    }
  }

  /** Records what may run beside all that is recorded after it, until something asks for its result. */
  aside<T>(body: () => T): T {
    return this.#graph.aside(body);
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
    return this.#graph.inTurn(bodies, this.#runsSideBySide ? 2 : 1);
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
    const values = Object.fromEntries(named);
    const precision = this.#precisionOf(op, inputs);
    const narrowed = (precision: LowPrecision) => ({
      precision,
      filter: this.#filterGeometry(op, attributes, inputs, made),
    });
    const narrow = precision === null ? undefined : this.#narrowing.record(op, sources, values, narrowed(precision));
    const near = () => sources.map((source) => this.#narrowing.near(source));
    const node = narrow ?? this.#graph.append(op, sources, values, near);
    for (const [index, {id}] of made.entries()) this.#sources.set(id, `${node}:${index}`);
  }

  /** Convolutions of pictures with one or three channels, which compute little, stay in float32 where oneDNN computes them wrongly. */
  #precisionOf(op: string, [, filter = 0]: readonly number[]): LowPrecision | null {
    const axis = pairedAxis[op];
    if (this.#precision !== 'bf16' || axis === undefined || this.backend.binding.isUsingGpuDevice())
      return this.#precision;
    return (this.#tensors.describe(filter).shape[axis] ?? 0) % 2 === 1 ? null : 'bf16';
  }

  /** Of the gradient of a filter on a processor; undefined for other operations. */
  #filterGeometry(
    op: string,
    attributes: readonly OpAttribute[],
    [x = 0]: readonly number[],
    [made]: readonly TensorMetadata[],
  ): Conv2DGeometry | undefined {
    const valueOf = (wanted: string) => attributes.find(({name}) => name === wanted)?.value;
    const [padding, strides, isRows] = [valueOf('padding'), valueOf('strides'), valueOf('data_format') === 'NHWC'];
    if (op !== 'Conv2DBackpropFilter' || this.backend.binding.isUsingGpuDevice()) return undefined;
    if (!made || !isRows || (padding !== 'SAME' && padding !== 'VALID')) return undefined;
    const [, height, width] = strides as [number, number, number, number];
    const shapes = [this.#tensors.describe(x).shape, made.shape] as unknown as [Shape4D, Shape4D];
    return convGeometry(...shapes, {strides: [height, width], pad: padding === 'SAME' ? 'same' : 'valid'});
  }

  #recordUpload(id: number, shape: readonly number[], dtype: number, values: BackendValues): void {
    if (!ArrayBuffer.isView(values)) throw new Error('a graph cannot hold a tensor of strings');
    if (values.byteLength > largestConstant) return;
    // A copy: the array is its owner's to change.
    const content = Uint8Array.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    this.#sources.set(id, `${this.#graph.constant(dtype, shape, content)}:0`);
    if (values instanceof Int32Array) this.#tensors.know(id, {shape: [...shape], dtype, values: [...values]});
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
