import type {DemeConfig} from '../../contract/config/config.ts';

/** Keys that say where and with what a run computes, not what. */
const notResults: readonly string[] = ['engine', 'launch', 'output', 'report', 'matrix'];

/** Top-level keys in which two configs would give other results. */
export function differentSections(one: DemeConfig, other: DemeConfig): string[] {
  const [first, second] = [textByKey(one), textByKey(other)];
  const keys = new Set([...first.keys(), ...second.keys()]);
  return [...keys].filter((key) => !notResults.includes(key) && first.get(key) !== second.get(key));
}

/** The same text for all configs between which `differentSections` finds no difference. */
export function resultSettings(config: DemeConfig): string {
  const settings = [...textByKey(config)].filter(([key, text]) => !notResults.includes(key) && text !== undefined);
  return JSON.stringify(settings.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function textByKey(config: DemeConfig): Map<string, string | undefined> {
  return new Map(Object.entries(config).map(([key, value]) => [key, JSON.stringify(value)]));
}
