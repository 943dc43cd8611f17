/** The field of an expert's weight in the merge tab. */
function weightField(tab: HTMLElement, expert: number): (HTMLElement & {value: string}) | null {
  return tab.querySelector(`[data-key="Weight of expert ${expert}"]`);
}

/** What is typed for each of `count` experts; null where that is no number. */
export function fieldWeights(tab: HTMLElement, count: number): (number | null)[] {
  return Array.from({length: count}, (_, i) => {
    const text = weightField(tab, i)?.value.trim() ?? '';
    const value = Number(text);
    return text !== '' && Number.isFinite(value) ? value : null;
  });
}

/** Puts a weight into its field, as if it had been typed. */
export function setFieldWeight(tab: HTMLElement, expert: number, weight: number): void {
  const field = weightField(tab, expert);
  if (field === null) return;
  field.value = String(weight);
  field.dispatchEvent(new Event('input', {bubbles: true}));
}
