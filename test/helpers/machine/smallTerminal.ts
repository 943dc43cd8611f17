import {Writable} from 'node:stream';

/** A terminal of a size, which breaks lines that are too long and forgets what leaves it at the top, where nothing can be erased any more. */
export class SmallTerminal {
  /** Lines, each with its end; those that are long take several rows. */
  #lines: string[] = [];

  constructor(
    public columns: number,
    readonly rows: number,
  ) {}

  get out(): Writable & {isTTY: boolean; columns: number; rows: number} {
    const write = (chunk: Buffer, _: unknown, done: () => void) => {
      const [text = '', ...orders] = chunk.toString().split('\u001b[');
      this.#print(text);
      for (const order of orders) this.#obey(order);
      done();
    };
    const size = {columns: {get: () => this.columns}, rows: {get: () => this.rows}, isTTY: {value: true}};
    return Object.defineProperties(new Writable({write}), size) as ReturnType<() => typeof this.out>;
  }

  /** What stands in it and above it. */
  rest(): string[] {
    return this.#lines.slice();
  }

  #obey(text: string): void {
    const [, count = '', order, after = ''] = /^(\d*)([A-Z])([^]*)$/.exec(text) ?? [];
    if (order === 'A') this.#up(Number(count));
    this.#print(after);
  }

  #print(text: string): void {
    this.#lines.push(...text.split('\n').filter((line) => line !== ''));
  }

  /** Then all below is erased. The cursor is in an empty row below the last line, and cannot leave the terminal. */
  #up(wanted: number): void {
    let left = Math.min(wanted, this.rows - 1);
    while (left > 0 && this.#lines.length > 0)
      left -= Math.max(1, Math.ceil((this.#lines.pop() ?? '').length / this.columns));
    if (left < 0) throw new Error('half of a line was erased');
  }
}
