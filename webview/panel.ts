import type {PanelReply, PanelRequest} from '../trainer/contract/panel/panel.ts';
import type {PageState} from '../trainer/contract/panel/panelPage.ts';
import type {PreviewCommand} from '../trainer/contract/panel/preview.ts';
import type {PanelAction, PanelState} from './state.ts';

/** What a tab can do besides drawing itself. */
export interface Panel {
  readonly state: PanelState;
  dispatch(action: PanelAction): void;
  /** Changes how the page shows things; kept over a restart. */
  setPage(change: Partial<PageState>): void;
  /** Asks the host; null when it refused, which the user has been told then. `doing` says what for. */
  request(request: PanelRequest, doing: string): Promise<PanelReply | null>;
  /** Gives an order to the live preview; what comes of it is in the state. */
  preview(command: PreviewCommand): void;
  /** Asks once for what a run has measured. */
  needDetails(run: string): void;
}

/** One of the page's tabs. */
export interface Tab {
  readonly root: HTMLElement;
  /** Called at most once a frame, while the tab is shown. */
  update(state: PanelState): void;
  /** The theme has changed. */
  restyle(): void;
}
