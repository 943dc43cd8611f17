import {type Document, isAlias, isMap, isScalar, isSeq, type YAMLMap} from 'yaml';

/**
 * Whether a key is `<<`: the section takes over the settings of the sections behind it, except those that it has itself. In quotes it is a
 * key like any other. https://yaml.org/type/merge.html
 */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && typeof key.value === 'symbol';
}

/** A section that another one takes over, and the node that stands for it there: itself, or its alias. */
export interface MergedSection {
  readonly section: YAMLMap;
  readonly mention: unknown;
}

/** The sections behind `<<`, those before others having precedence; undefined where the value is neither a section nor a list of them. */
export function mergedSections(value: unknown, document: Document): MergedSection[] | undefined {
  const target = isAlias(value) ? value.resolve(document) : value;
  if (isMap(target)) return [{section: target, mention: value}];
  if (!isSeq(target)) return undefined;
  const sections = target.items.map((mention) => ({
    section: isAlias(mention) ? mention.resolve(document) : mention,
    mention,
  }));
  return sections.every((each): each is MergedSection => isMap(each.section)) ? sections : undefined;
}
