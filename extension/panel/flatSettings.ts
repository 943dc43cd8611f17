/** The leaves of a config by their path, as in `decouple.optimizer.learningRate`; lists of plain values are leaves too. */
export function flatSettings(value: unknown, path = ''): Record<string, string> {
  if (!isNode(value)) return path === '' ? {} : {[path]: leafText(value)};
  const entries = Object.entries(value).map(([key, child]) =>
    flatSettings(child, path === '' ? key : `${path}.${key}`),
  );
  return Object.assign({}, ...entries) as Record<string, string>;
}

function isNode(value: unknown): value is object {
  if (Array.isArray(value)) return value.some((item) => typeof item === 'object' && item !== null);
  return typeof value === 'object' && value !== null;
}

function leafText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
