import {element} from '../dom.ts';
import {dropdown} from '../toolkit.ts';

/** What a choice between the results of a measurement is made of. */
export interface ChoiceOptions<Result> {
  /** Before the choices. */
  readonly modelLabel: string;
  readonly partLabel: string;
  /** What is shown without a choice of a part, as in `whole network`. */
  readonly whole: string;
  /** The parts that a result can be shown of. */
  partsOf(result: Result): readonly string[];
  /** What people call the model of a result. */
  titleOf(result: Result): string;
  /** Another result is shown, or others are there. */
  onResult(): void;
  /** Another part of the same result is shown. */
  onPart(): void;
}

/** Which of the results of a measurement is shown, by its model, and which part of it; both chosen by the user. */
export class ResultChoice<Result extends {readonly key: string; readonly model: string}> {
  readonly #options: ChoiceOptions<Result>;
  #results: readonly Result[] = [];
  #model = '';
  #part: string;

  constructor(options: ChoiceOptions<Result>) {
    this.#options = options;
    this.#part = options.whole;
  }

  get shown(): Result | undefined {
    return this.#results.find(({model}) => model === this.#model) ?? this.#results[0];
  }

  get part(): string {
    return this.#part;
  }

  /** What people call the model that is shown. */
  get title(): string {
    return this.shown === undefined ? '' : this.#options.titleOf(this.shown);
  }

  /** Takes over the results of a run. One that was just measured is what the user wants to see. */
  take(results: readonly Result[]): void {
    if (JSON.stringify(results) === JSON.stringify(this.#results)) return;
    const news = results.filter(({key}) => !this.#results.some((known) => known.key === key));
    if (this.#results.length > 0 && news.length === 1) this.#model = news[0]?.model ?? this.#model;
    this.#results = results;
    this.#options.onResult();
  }

  /** The two choices, for the result that is shown; a model is chosen only between several. */
  bar(shown: Result): HTMLElement {
    const {modelLabel, partLabel, whole, partsOf, titleOf, onResult, onPart} = this.#options;
    this.#model = shown.model;
    const parts = [whole, ...partsOf(shown)];
    if (!parts.includes(this.#part)) this.#part = whole;
    const models = this.#results.map((result) => ({value: result.model, label: titleOf(result)}));
    const chooseModel = (model: string) => {
      this.#model = model;
      onResult();
    };
    const choosePart = (part: string) => {
      this.#part = part;
      onPart();
    };
    return element(
      'div',
      {class: 'bar'},
      models.length < 2 ? null : dropdown(modelLabel, models, shown.model, chooseModel),
      dropdown(
        partLabel,
        parts.map((part) => ({value: part, label: part})),
        this.#part,
        choosePart,
      ),
    );
  }
}
