/** A parser under test. */
export interface FuzzTarget {
  readonly name: string;
  /** Well-formed inputs; each must be accepted. */
  seeds(): Promise<readonly Uint8Array[]>;
  readonly tokens: readonly string[];
  /** Makes checksums and the like fit again, so that a mutation gets past them. Half of the inputs are repaired. */
  repair?(bytes: Uint8Array): Uint8Array;
  /** Parses an input as the program would. A refusal is a `UserError`; `folder` is empty, and nothing outside may be touched. */
  parse(bytes: Uint8Array, folder: string): Promise<void>;
}

/** Tokens of a text format as bytes; characters up to 255 stand for themselves. */
export function tokenBytes({tokens}: Pick<FuzzTarget, 'tokens'>): Uint8Array[] {
  return tokens.map((token) => new Uint8Array(Buffer.from(token, 'latin1')));
}
