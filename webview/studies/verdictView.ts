import type {StudyContent} from '../../trainer/contract/studies/studyContent.ts';
import {element} from '../dom.ts';
import {capitalised} from './studyTexts.ts';
import {studyVerdict} from './studyVerdict.ts';

const icons = {better: 'pass', noise: 'info', running: 'sync', failed: 'error'} as const;

/** What a table concludes, in a box like that of a run's overview, and what is behind it. */
export function verdictParts(content: StudyContent): (HTMLElement | null)[] {
  const {outcome, conclusions, details} = studyVerdict(content);
  const icon = element('span', {class: `codicon codicon-${icons[outcome]}`, 'aria-hidden': 'true'});
  const sentences = conclusions.map((text) => element('p', {class: 'headline'}, capitalised(text)));
  const box = element('div', {class: 'verdict', 'data-outcome': outcome}, icon, element('div', {}, ...sentences));
  const list = element('ul', {}, ...details.map((text) => element('li', {}, capitalised(text))));
  return [
    element('section', {class: 'summary', 'aria-label': 'Verdict'}, box),
    details.length === 0
      ? null
      : element('details', {open: details.length <= 2}, element('summary', {}, 'More of what it says'), list),
  ];
}
