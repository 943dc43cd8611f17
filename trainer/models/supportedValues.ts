import {UserError} from '../contract/errors.ts';

/** Throws a UserError that names the first key of the config, and its value, that is not among the supported ones of that key. */
export function checkValues(
  config: Readonly<Record<string, unknown>>,
  supported: Readonly<Record<string, readonly unknown[]>>,
  where?: string,
): void {
  for (const [key, values] of Object.entries(supported)) {
    if (!values.includes(config[key])) refuseValue(key, config[key], values, where);
  }
}

/** Of a list in the config, such as the types of its blocks, every entry. */
export function checkEntries(
  key: string,
  entries: readonly unknown[],
  supported: readonly unknown[],
  where?: string,
): void {
  for (const entry of entries) if (!supported.includes(entry)) refuseValue(key, entry, supported, where);
}

function refuseValue(key: string, value: unknown, supported: readonly unknown[], where?: string): never {
  throw new UserError('model-unsupported', `${key} ${JSON.stringify(value)} is not supported.`, {
    where,
    hint: `Supported: ${supported.map((value) => JSON.stringify(value)).join(', ')}.`,
  });
}

/** Throws where the blocks of a network are not as many as its widths. */
export function checkLengths(
  config: {
    block_out_channels: readonly unknown[];
    down_block_types: readonly unknown[];
    up_block_types: readonly unknown[];
  },
  where?: string,
): void {
  const levels = config.block_out_channels.length;
  const [down, up] = [config.down_block_types.length, config.up_block_types.length];
  if (levels >= 1 && down === levels && up === levels) return;
  throw new UserError(
    'model-invalid',
    `block_out_channels has ${levels} entries, down_block_types ${down} and up_block_types ${up}: they must be equally long and not empty.`,
    {where},
  );
}
