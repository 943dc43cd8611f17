import {CST, Lexer} from 'yaml';

/** Whether lists and sections of a YAML text may be nested deeper than `limit`. Calls nothing deeper for a deeper text. */
export function isDeeperThan(limit: number, text: string): boolean {
  const nesting = new Nesting();
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token);
    if (isScalar) nesting.scalar(token);
    else if (type !== 'scalar') nesting.token(token, type);
    isScalar = type === 'scalar' && !isScalar; // It only announces the next token.
    if (nesting.depth > limit) return true;
  }
  return false;
}

/** How deep the parser is at a token, at most twice as deep in blocks that begin in their parent's column. */
class Nesting {
  /** Columns where the open block collections begin. */
  readonly #blocks: number[] = [];
  /** For each open bracket the indicators since the last comma: the parser nests those of `{a: b: c}`. */
  #brackets: number[] = [];
  #inBrackets = 0;
  #column = 0;
  /** Column of the line's first token, which is also where the collection begins that its first indicator belongs to. */
  #indent: number | null = null;

  get depth(): number {
    return this.#blocks.length + this.#brackets.length + this.#inBrackets;
  }

  token(token: string, type: ReturnType<typeof CST.tokenType>): void {
    if (type === 'flow-seq-start' || type === 'flow-map-start') this.#brackets.push(0);
    else if (type === 'flow-seq-end' || type === 'flow-map-end') this.#inBrackets -= this.#brackets.pop() ?? 0;
    else if (type === 'flow-error-end') [this.#brackets, this.#inBrackets] = [[], 0];
    else if (type === 'comma') this.#nextItem();
    else if (type === 'seq-item-ind' || type === 'explicit-key-ind' || type === 'map-value-ind') this.#indicator();
    this.#move(token, type === 'space');
  }

  scalar(token: string): void {
    this.#move(token, false);
  }

  #nextItem(): void {
    const last = this.#brackets.pop();
    if (last === undefined) return;
    this.#inBrackets -= last;
    this.#brackets.push(0);
  }

  #indicator(): void {
    const last = this.#brackets.pop();
    if (last !== undefined) {
      this.#brackets.push(last + 1);
      this.#inBrackets++;
      return;
    }
    const start = this.#indent ?? this.#column;
    while ((this.#blocks.at(-1) ?? -1) >= start) this.#blocks.pop();
    this.#blocks.push(start);
    this.#indent = this.#column + 1; // A second one in the line is nested in the first.
  }

  #move(token: string, isSpace: boolean): void {
    if (token.endsWith('\n')) {
      [this.#column, this.#indent] = [0, null];
      return;
    }
    if (!isSpace) this.#indent ??= this.#column;
    this.#column += token.length;
  }
}
