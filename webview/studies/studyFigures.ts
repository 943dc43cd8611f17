import {isJudged} from '../../trainer/contract/matrix/judgedScores.ts';
import type {StudyView} from '../../trainer/contract/panel/studyViews.ts';
import {element} from '../dom.ts';
import {studyCharts} from './studyCharts.ts';
import type {StudyTable} from './studyTable.ts';

const chartNote =
  'Whiskers say how far each mean may be off. Models that see the same images differ by much less chance than that: the differences in the table are paired.';

/** Charts of the scores that count, and the images in which base and merged model differ most. */
export function studyFigures({content, pictures}: StudyView, table: StudyTable): HTMLElement[] {
  const keys = table.columns.map(({key}) => key).filter((key) => isJudged(key) || content.kind === 'benchmark');
  const charts = studyCharts(table, keys);
  const figures = pictures.map(({cell, alt, source}) => {
    const caption = `Above base, below merged ${cell}`.trim();
    const image = element('img', {src: source, alt});
    return element('figure', {class: 'differing'}, element('figcaption', {}, caption), image);
  });
  return [
    ...(charts.length > 0
      ? [
          element('h2', {}, 'Charts'),
          element('p', {class: 'message'}, chartNote),
          element('div', {class: 'study-charts'}, ...charts),
        ]
      : []),
    ...(figures.length > 0
      ? [element('h2', {}, 'Images that differ most'), element('div', {class: 'study-pictures'}, ...figures)]
      : []),
  ];
}
