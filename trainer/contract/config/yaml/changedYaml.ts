import {isScalar, parseDocument} from 'yaml';
import type {ConfigPath} from '../configSchema.ts';

/** One setting of a config that is given another value. */
export interface ConfigChange {
  readonly path: ConfigPath;
  /** Undefined takes the setting out. */
  readonly value: unknown;
  /** Comment behind the new value, in place of the one that spoke of the old. */
  readonly note?: string;
}

/** A YAML text that we wrote with some settings changed. Its comments stay. */
export function changedYaml(text: string, changes: readonly ConfigChange[]): string {
  const document = parseDocument(text);
  for (const {path, value, note} of changes) {
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, document.createNode(value));
    const node = document.getIn(path, true);
    if (isScalar(node)) node.comment = note === undefined ? undefined : ` ${note}`;
  }
  return document.toString({lineWidth: 0, flowCollectionPadding: false});
}
