/** Milliseconds between two reports: what is drawn may have hundreds of thousands of steps. */
const reportEvery = 250;

/** Lets reports of images pass only now and then; the first and that of the last image always. */
export class ReportPace {
  #reported = -Infinity;

  isDue(isLast: boolean): boolean {
    const now = performance.now();
    if (!isLast && now - this.#reported < reportEvery) return false;
    this.#reported = now;
    return true;
  }
}
