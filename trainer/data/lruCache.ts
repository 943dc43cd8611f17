export interface LruCacheOptions<K, V> {
  /** Largest sum of costs to keep; the newest value stays even if it alone costs more. */
  readonly capacity: number;
  cost(key: K): number;
  load(key: K): Promise<V>;
}

/**
 * Loads values on demand and keeps the ones used last. Requests for one key that come while it loads share the load; a
 * load that fails is not remembered.
 */
export function lruCache<K, V>({capacity, cost, load}: LruCacheOptions<K, V>): (key: K) => Promise<V> {
  // A Map keeps the order of insertion: the first key is the one unused for longest.
  const kept = new Map<K, Promise<V>>();
  let total = 0;

  function drop(key: K): void {
    if (kept.delete(key)) total -= cost(key);
  }

  return (key) => {
    const value = kept.get(key) ?? load(key);
    drop(key);
    kept.set(key, value);
    total += cost(key);
    for (const oldest of kept.keys()) {
      if (total <= capacity || oldest === key) break;
      drop(oldest);
    }
    value.catch(() => {
      if (kept.get(key) === value) drop(key);
    });
    return value;
  };
}
