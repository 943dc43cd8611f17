import type {DemeConfig} from '../../contract/config/config.ts';
import type {MatrixConfig} from '../../contract/matrix/matrixConfig.ts';
import {cellText} from '../../contract/matrix/matrixRuns.ts';
import {checkConfig, parseConfig, problemText} from '../../contract/config/parseConfig.ts';
import {readYaml, yamlValue} from '../../contract/config/yaml/yamlDocument.ts';
import {UserError} from '../../contract/errors.ts';
import {matrixCells, type CellSettings, type MatrixCell} from './matrixCells.ts';

/**
 * The config of a cell: that of the matrix with other settings, without the matrix itself, and without a folder that all cells would copy their
 * reports to. Throws a UserError where the settings make no valid config; `text` is valid by itself, `file` is where it comes from.
 */
export function cellConfig(text: string, file: string, cell: MatrixCell, settings: CellSettings): DemeConfig {
  const {document} = readYaml(text);
  if (document === undefined) throw new Error(`${file} is no config`);
  const {matrix: _, report: __, ...config} = yamlValue(document) as Record<string, unknown>;
  for (const [path, value] of Object.entries(settings)) setAt(config, path.split('.'), value);
  const changed = JSON.stringify(config);
  const [problem] = checkConfig(changed);
  if (problem === undefined) return parseConfig(changed, file);
  throw new UserError('matrix-invalid', `With ${cellText(cell)}: ${problemText(problem)}`, {
    where: file,
    hint: 'Each combination of the columns must make a valid config. Choices can set several settings at once.',
  });
}

/** A run of a matrix. */
export interface CellRunConfig {
  readonly cell: MatrixCell;
  /** Label of the repetition; null without any. */
  readonly repeat: string | null;
  readonly config: DemeConfig;
}

/** All runs that the matrix of a config makes. Throws a UserError for the first that has no valid config. */
export function matrixConfigs(text: string, file: string, matrix: MatrixConfig): CellRunConfig[] {
  return matrixCells(matrix, file).flatMap((cell) =>
    cell.repeats.map(({label, settings}) => ({cell, repeat: label, config: cellConfig(text, file, cell, settings)})),
  );
}

/** Sections on the way are made where they are missing. A value that is in the way is replaced. */
function setAt(section: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    section[key] = value;
    return;
  }
  const inner = section[key];
  const isSection = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
  // A copy: through an alias of YAML, the same section may stand in several places.
  const next = isSection ? {...(inner as Record<string, unknown>)} : {};
  section[key] = next;
  setAt(next, rest, value);
}
