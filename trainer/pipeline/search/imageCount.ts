import {ReportPace} from '../drawing/reportPace.ts';

/** Counts the images of a part of a search against those that it was said to draw, also those that an earlier process has drawn. */
export class ImageCount {
  /** Images of each series so far. */
  readonly #reached = new Map<string, number>();
  #done = 0;
  /** Of the parts before this one. */
  #before = 0;
  readonly #pace = new ReportPace();

  #total: number;

  constructor(
    planned: number,
    private report: (done: number, total: number) => void,
  ) {
    this.#total = planned;
  }

  /** From now on it counts another part of the search, which draws so many images. */
  begin(planned: number, report: (done: number, total: number) => void): void {
    this.#before += this.#done;
    this.#done = 0;
    this.#total = planned;
    this.report = report;
  }

  /** Images that this part draws in all, as far as it is known. */
  get total(): number {
    return this.#total;
  }

  /** So many of those that were planned are not drawn: the search has converged, or refused candidates. */
  skip(images: number): void {
    this.#total = Math.max(this.#done, this.#total - Math.max(0, images));
    this.#tell(this.#done);
  }

  /** Images of all parts so far. */
  get images(): number {
    return this.#before + this.#done;
  }

  /** Images of this part so far. */
  get done(): number {
    return this.#done;
  }

  /** A series has so many images, drawn now or before. */
  reach(series: string, images: number): void {
    this.#done += Math.max(0, images - (this.#reached.get(series) ?? 0));
    this.#reached.set(series, Math.max(images, this.#reached.get(series) ?? 0));
    this.#tell(this.#done);
  }

  /** So many more are being drawn, a part of an image for some of its steps. */
  during(more: number): void {
    this.#tell(this.#done + more);
  }

  #tell(done: number): void {
    if (this.#pace.isDue(done >= this.#total)) this.report(done, this.#total);
  }
}
