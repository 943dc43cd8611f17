import {PickleReader} from './pickleReader.ts';

/** What a pickle may reach outside of itself. */
export interface PickleWorld {
  /** What a name of Python stands for here; throws for a name that is refused. */
  resolve(module: string, name: string): PickleCallable;
  /** The object that is kept outside under an id. */
  load(id: unknown): unknown;
}

export type PickleCallable = (values: readonly unknown[]) => unknown;

/** A state dict takes about 60 instructions a tensor. Each may make an object, so this bounds the memory. */
const maxInstructions = 1_000_000;

/**
 * Runs a pickle with the instructions that state dicts consist of, as PyTorch's `weights_only` does: texts, numbers, lists, tuples,
 * dicts (as Maps), calls of what `world` resolves, and nothing that reads or sets a property of an object. Time and memory are
 * proportional to the length: no instruction copies what is shared. Throws an Error for anything else.
 */
export function unpickle(bytes: Uint8Array, world: PickleWorld): unknown {
  const machine = new PickleMachine(new PickleReader(bytes), world);
  for (let count = 0; count < maxInstructions; count++) {
    const opcode = String.fromCharCode(machine.reader.byte());
    if (opcode === '.') return machine.pop();
    const instruction = instructions.get(opcode);
    if (instruction === undefined) throw new Error(`unsupported instruction 0x${opcode.charCodeAt(0).toString(16)}`);
    instruction(machine);
  }
  throw new Error(`more than ${maxInstructions} instructions`);
}

class PickleMachine {
  #stack: unknown[] = [];
  readonly #marked: unknown[][] = [];
  readonly #memo = new Map<number, unknown>();

  constructor(
    readonly reader: PickleReader,
    readonly world: PickleWorld,
  ) {}

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    if (this.#stack.length === 0) throw new Error('the stack is empty');
    return this.#stack.pop();
  }

  top(): unknown {
    if (this.#stack.length === 0) throw new Error('the stack is empty');
    return this.#stack.at(-1);
  }

  mark(): void {
    this.#marked.push(this.#stack);
    this.#stack = [];
  }

  /** All that was pushed since the last mark. */
  popToMark(): unknown[] {
    const items = this.#stack;
    const below = this.#marked.pop();
    if (below === undefined) throw new Error('there is no mark');
    this.#stack = below;
    return items;
  }

  store(index: number): void {
    this.#memo.set(index, this.top());
  }

  storeNext(): void {
    this.store(this.#memo.size);
  }

  recall(index: number): void {
    if (!this.#memo.has(index)) throw new Error(`nothing is stored under ${index}`);
    this.push(this.#memo.get(index));
  }

  pushTuple(length: number): void {
    const items = Array.from({length}, () => this.pop());
    this.push(items.reverse());
  }

  /** Adds to the list on the top. */
  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw new Error('something is appended to what is no list');
    for (const item of items) list.push(item);
  }

  /** Adds keys and values, one after the other, to the dict on the top. */
  setItems(items: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof Map) || items.length % 2 !== 0) throw new Error('an entry is set of what is no dict');
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  }

  resolve(module: unknown, name: unknown): void {
    if (typeof module !== 'string' || typeof name !== 'string') throw new Error('a name is no text');
    this.push(this.world.resolve(module, name));
  }

  call(): void {
    const values = this.pop();
    const callable = this.pop();
    if (typeof callable !== 'function' || !Array.isArray(values)) throw new Error('a call of what is no function');
    this.push((callable as PickleCallable)(values));
  }

  /** The attributes of a dict (PyTorch notes versions of modules there) do not matter; nothing else may have any. */
  dropState(): void {
    this.pop();
    if (!(this.top() instanceof Map)) throw new Error('attributes are set of what is no dict');
  }
}

/** Codes of Python's pickletools, protocols 0 to 5. */
const instructions = new Map<string, (machine: PickleMachine) => void>([
  ['\x80', ({reader}) => void reader.byte()], // PROTO
  ['\x95', ({reader}) => void reader.bytes(8)], // FRAME
  ['(', (machine) => machine.mark()],
  ['0', (machine) => void machine.pop()],
  ['1', (machine) => void machine.popToMark()],
  ['2', (machine) => machine.push(machine.top())],
  ['p', (machine) => machine.store(machine.reader.decimal())],
  ['q', (machine) => machine.store(machine.reader.byte())],
  ['r', (machine) => machine.store(machine.reader.uint32())],
  ['\x94', (machine) => machine.storeNext()],
  ['g', (machine) => machine.recall(machine.reader.decimal())],
  ['h', (machine) => machine.recall(machine.reader.byte())],
  ['j', (machine) => machine.recall(machine.reader.uint32())],
  ['N', (machine) => machine.push(null)],
  ['\x88', (machine) => machine.push(true)],
  ['\x89', (machine) => machine.push(false)],
  ['I', (machine) => machine.push(machine.reader.decimal())], // Booleans of protocol 0 are 00 and 01.
  ['L', (machine) => machine.push(machine.reader.decimal())],
  ['F', (machine) => machine.push(machine.reader.decimal())],
  ['J', (machine) => machine.push(machine.reader.int32())],
  ['K', (machine) => machine.push(machine.reader.byte())],
  ['M', (machine) => machine.push(machine.reader.uint16())],
  ['G', (machine) => machine.push(machine.reader.float64())],
  ['\x8a', (machine) => machine.push(machine.reader.integer(machine.reader.byte()))],
  ['S', (machine) => machine.push(machine.reader.quoted())],
  ['V', (machine) => machine.push(machine.reader.line())],
  ['U', (machine) => machine.push(machine.reader.text(machine.reader.byte()))],
  ['T', (machine) => machine.push(machine.reader.text(machine.reader.uint32()))],
  ['\x8c', (machine) => machine.push(machine.reader.text(machine.reader.byte()))],
  ['X', (machine) => machine.push(machine.reader.text(machine.reader.uint32()))],
  [')', (machine) => machine.push([])],
  ['t', (machine) => machine.push(machine.popToMark())],
  ['\x85', (machine) => machine.pushTuple(1)],
  ['\x86', (machine) => machine.pushTuple(2)],
  ['\x87', (machine) => machine.pushTuple(3)],
  [']', (machine) => machine.push([])],
  ['l', (machine) => machine.push(machine.popToMark())],
  ['a', (machine) => machine.append([machine.pop()])],
  ['e', (machine) => machine.append(machine.popToMark())],
  ['}', (machine) => machine.push(new Map())],
  ['d', (machine) => newDict(machine)],
  ['s', (machine) => machine.setItems([machine.pop(), machine.pop()].reverse())],
  ['u', (machine) => machine.setItems(machine.popToMark())],
  ['c', (machine) => machine.resolve(machine.reader.line(), machine.reader.line())],
  ['\x93', (machine) => globalOfStack(machine)],
  ['i', (machine) => refuseInstance(machine)],
  ['Q', (machine) => machine.push(machine.world.load(machine.pop()))],
  ['R', (machine) => machine.call()],
  ['b', (machine) => machine.dropState()],
]);

function newDict(machine: PickleMachine): void {
  const items = machine.popToMark();
  machine.push(new Map());
  machine.setItems(items);
}

function globalOfStack(machine: PickleMachine): void {
  const name = machine.pop();
  machine.resolve(machine.pop(), name);
}

/** Names its class first, so that the message can. */
function refuseInstance(machine: PickleMachine): void {
  machine.resolve(machine.reader.line(), machine.reader.line());
  throw new Error('an object is constructed');
}
