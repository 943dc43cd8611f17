import {Document} from 'yaml';
import type {DemeConfig} from '../config.ts';
import {checkConfig, parseConfig} from '../parseConfig.ts';
import {changedYaml} from './changedYaml.ts';

/** What a fork does otherwise than the run that it comes from. */
export interface ForkSettings {
  readonly name: string;
  /** `decouple.start` */
  readonly start: readonly (string | null)[];
  /** Lines that say where it comes from, without their `#`. */
  readonly about: readonly string[];
}

/**
 * The text of a config that does what a run did, but for where its experts start. The config file as it is now, with its comments, where it
 * still says what the run was made from; else the run's own config with all that it left open. Its report goes nowhere, as that of the run lies there.
 */
export function forkedConfig(text: string | null, config: DemeConfig, {name, start, about}: ForkSettings): string {
  const own = text !== null && isSame(text, config) ? text : new Document(config).toString({lineWidth: 0});
  const changes = [
    {path: ['name'], value: name},
    {path: ['decouple', 'start'], value: start},
    {path: ['report'], value: undefined},
  ];
  return `${about.map((line) => `# ${line}\n`).join('')}\n${changedYaml(own, changes)}`;
}

/** But for the engine, which a run may have got from its starter. */
function isSame(text: string, config: DemeConfig): boolean {
  if (checkConfig(text).length > 0) return false;
  const settings = ({engine: _, ...others}: DemeConfig) => JSON.stringify(others);
  return settings(parseConfig(text, 'the config')) === settings(config);
}
