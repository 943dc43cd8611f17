/** The leaves of a config by their path, as in `decouple.optimizer.learningRate`; lists of plain values are leaves too. */
export function flatSettings(value: unknown): Record<string, string> {
  const settings: Record<string, string> = {};
  addSettings(settings, value, '');
  return settings;
}

function addSettings(settings: Record<string, string>, value: unknown, path: string): void {
  if (isNode(value)) {
    const prefix = path === '' ? '' : `${path}.`;
    for (const [key, child] of Object.entries(value)) addSettings(settings, child, `${prefix}${key}`);
  } else if (path !== '') settings[path] = leafText(value);
}

function isNode(value: unknown): value is object {
  if (Array.isArray(value)) return value.some((item) => typeof item === 'object' && item !== null);
  return typeof value === 'object' && value !== null;
}

function leafText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
