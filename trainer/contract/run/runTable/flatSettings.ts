/** A value of a table of runs. */
export type RunValue = string | number | boolean | null;

/** The settings of a config by their dotted paths, as in `decouple.updates`; lists as JSON. */
export function flatSettings(value: object): Map<string, RunValue> {
  const settings = new Map<string, RunValue>();
  addSettings(settings, value, '');
  return settings;
}

function addSettings(settings: Map<string, RunValue>, value: object, prefix: string): void {
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    const path = `${prefix}${key}`;
    if (Array.isArray(inner)) settings.set(path, JSON.stringify(inner));
    else if (typeof inner === 'object' && inner !== null) addSettings(settings, inner, `${path}.`);
    else if (isRunValue(inner)) settings.set(path, inner);
  }
}

function isRunValue(value: unknown): value is RunValue {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
