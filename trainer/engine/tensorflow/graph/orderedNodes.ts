import type {DataType, GraphAttribute, GraphNode} from './graphDef.ts';

/** An operation may start this many operations before its turn. */
const largestLead = 200;

type Attributes = Record<string, GraphAttribute>;

/** The nodes of a graph as they are added, and after what those of a recorded function begin. */
export class OrderedNodes {
  readonly nodes: GraphNode[] = [];
  readonly #positions = new Map<string, number>();
  /** Nodes that depend on constants alone. */
  readonly #constants = new Set<string>();
  /** Constants by type, shape and bytes: a network asks for the same few numbers thousands of times. */
  readonly #constantNodes = new Map<string, string>();
  /** Nodes of the function that is recorded, without those. */
  #recorded: string[] = [];
  /** What the operations of a body of `inTurn` wait for. */
  #gate: string | undefined;
  #prefix = '';

  /** From here on names begin with `prefix`, and nothing waits for what came before. */
  begin(prefix: string): void {
    this.#prefix = prefix;
    this.#recorded = [];
  }

  end(): void {
    this.#prefix = '';
  }

  /** Adds a node; its name is made unique by its number. */
  add(op: string, inputs: readonly string[], attributes: Attributes): string {
    const name = `${this.#prefix}${op}_${this.nodes.length}`;
    this.#positions.set(name, this.nodes.length);
    this.nodes.push({name, op, inputs, attributes});
    return name;
  }

  /** The node of a constant with these little-endian bytes, which is added where there is none yet. */
  constant(dtype: DataType, shape: readonly number[], content: Uint8Array): string {
    const key = `${dtype} [${shape.join()}] ${Buffer.from(content).toString('latin1')}`;
    const known = this.#constantNodes.get(key);
    if (known !== undefined) return known;
    const value: GraphAttribute = {kind: 'tensor', value: {dtype, shape: [...shape], content}};
    const node = this.add('Const', [], {dtype: {kind: 'type', value: dtype}, value});
    this.#constantNodes.set(key, node);
    this.#constants.add(node);
    return node;
  }

  /**
   * Adds an operation of the function that is recorded, in its turn.
   *
   * @param near the same inputs, in the form in which it is to take them
   */
  append(op: string, sources: readonly string[], attributes: Attributes, near = () => sources): string {
    const turn = this.#turn(sources);
    const node = this.add(op, [...near(), ...(turn ?? [])], attributes);
    if (turn === null) this.#constants.add(node);
    else this.#recorded.push(node);
    return node;
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

  /**
   * Records bodies of which each begins only when the last operation of the one `atOnce` before it is done, whatever it depends on; the first
   * ones after all that was recorded.
   */
  inTurn<T>(bodies: readonly (() => T)[], atOnce: number): T[] {
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

  /** The node that computes an output; undefined for one of another graph. */
  nodeOf(source: string): GraphNode | undefined {
    return this.nodes[this.#positions.get(nodeOf(source)) ?? NaN];
  }

  /** Whether so much was recorded since that whoever uses it now has to wait. */
  isLongAgo(source: string): boolean {
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
}

/** The node of an output. */
export function nodeOf(source: string): string {
  return source.slice(0, source.lastIndexOf(':'));
}
