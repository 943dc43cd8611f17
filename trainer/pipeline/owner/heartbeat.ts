const heartbeatMilliseconds = 2000;

/**
 * Calls `beat` every two seconds, or as often as is said, never twice at once. The function returned ends it and waits for the beat in progress, so that
 * no late beat overwrites what is written afterwards.
 */
export function startHeartbeat(
  beat: () => Promise<void>,
  onFailure: (error: unknown) => void,
  milliseconds = heartbeatMilliseconds,
): () => Promise<void> {
  let current: Promise<void> | null = null;
  const timer = setInterval(() => {
    current ??= beat()
      .catch(onFailure)
      .finally(() => (current = null));
  }, milliseconds);
  return async () => {
    clearInterval(timer);
    await current;
  };
}
