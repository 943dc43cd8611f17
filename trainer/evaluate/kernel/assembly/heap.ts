/** First address that no static data takes. */
export function heapBase(): usize {
  return __heap_base;
}
