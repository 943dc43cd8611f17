import type {Panel} from '../../panel.ts';
import {MeasuredSection} from '../measuredSection.ts';
import {AnalysisView} from './analysisView.ts';

/** The task vectors of a run's experts. */
export function taskVectorsSection(panel: Panel): MeasuredSection<'task-vectors'> {
  const texts = {
    heading: 'Task vectors',
    about: 'A task vector is what training has changed: expert − base.',
    action: 'Analyse task vectors',
    cost: 'Reads all experts once',
    busy: 'Analysing the experts …',
    none: 'The experts of this run have not been analysed yet.',
    stale: 'Models have changed since this analysis. Analyse them again.',
    failed: 'Could not analyse the experts',
    unread: 'Could not read the analysis',
  };
  return new MeasuredSection(panel, 'task-vectors', texts, new AnalysisView(panel), ({ranges}) => ranges.length > 0);
}
