/** A command of the editor that does what an error asks for. */
export interface Remedy {
  /** Of its button. */
  readonly label: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** The command that does what the hint of an error tells to run in a shell, as in "Run `deme fetch owner/name` first."; null where the editor has none. */
export function remedyOf(hint: string | undefined): Remedy | null {
  const [, model] = /`deme fetch ([\w.-]+\/[\w.-]+)`/.exec(hint ?? '') ?? [];
  if (model !== undefined) return {label: `Fetch ${model}`, command: 'deme.fetchModel', args: [model]};
  if (!/`deme engine install tensorflow\b/.test(hint ?? '')) return null;
  return {label: 'Install TensorFlow', command: 'deme.installEngine', args: []};
}
